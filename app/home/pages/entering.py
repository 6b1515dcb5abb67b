"""What the pages share on which people come in."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from app.home import service
from app.identity.access import (
    PageFrame,
    address_of,
    keep_session,
    secret_of,
)
from app.identity.domain import Strength
from app.identity.domain.accounts import Account, Guard
from app.identity.domain.addresses import describe_device
from app.identity.domain.tickets import (
    Purpose,
)
from app.identity.service import (
    issue_ticket,
)
from app.kernel.database import Database
from app.kernel.errors import DomainError
from app.settings import Settings
from app.web.problems import status_of
from app.web.sentences import describe

Next = Annotated[str, Query(alias="next", max_length=600)]
Handle = Annotated[str, Query(alias="ticket", max_length=200)]


def field(form: dict[str, list[str]], name: str, longest: int = 600) -> str:
    """Return one field of a form; empty if it is missing."""
    return form.get(name, [""])[0][:longest]


def guard_of(page: PageFrame, now: datetime) -> Guard:
    """Return what keeps guessing slow for this caller."""
    return Guard(
        key=secret_of(page.settings),
        network=address_of(page.request),
        now=now,
        network_limit=page.settings.network_refusals_per_hour,
        account_limit=page.settings.account_refusals_per_hour,
    )


def refuse(
    page: PageFrame, template: str, error: DomainError, **context: object
) -> Response:
    """Show a form again, with what stopped it."""
    shown: dict[str, Any] = {
        **context,
        "status": status_of(error),
        "error": describe(error.code, page.language),
    }
    answer = page.render(template, **shown)
    if "retry_after_s" in error.facts:
        answer.headers["retry-after"] = str(error.facts["retry_after_s"])
    return answer


def arrival(page: PageFrame, strength: Strength, now: datetime) -> service.Arrival:
    """Describe who comes in."""
    return service.Arrival(
        visitor=page.visitor,
        strength=strength,
        device=describe_device(page.request.headers.get("user-agent", "")),
        lifetime=page.settings.account_session_lifetime,
        now=now,
    )


def welcome_in(page: PageFrame, token: str, answer: Response) -> Response:
    """Give the browser its new session."""
    lifetime = page.settings.account_session_lifetime
    keep_session(answer, page.settings, token, lifetime=lifetime)
    return answer


def site_of(settings: Settings) -> str:
    """Return the site's address, without a slash at its end."""
    return str(settings.public_url).rstrip("/")


def enter_or_ask(
    page: PageFrame,
    database: Database,
    account: Account,
    next_path: str,
    now: datetime,
) -> Response:
    """Sign in whoever passed the first step, or ask for the second factor."""
    if account.has_second_factor:
        with database.write() as connection:
            handle = issue_ticket(
                connection,
                purpose=Purpose.SECOND_FACTOR,
                learner_id=account.learner_id,
                address=None,
                now=now,
            )
        return page.render(
            "identity/second_factor.html",
            error=None,
            handle=handle,
            next_path=next_path,
        )
    by = arrival(page, Strength.SIGNED_IN, now)
    with database.write() as connection:
        token = service.enter(connection, learner_id=account.learner_id, by=by)
    return welcome_in(page, token, page.go_on(next_path, otherwise="home:continue"))
