"""Sign in by password, and with a second factor."""

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.home import service
from app.home.pages.entering import (
    Next,
    arrival,
    enter_or_ask,
    field,
    guard_of,
    refuse,
    welcome_in,
)
from app.identity.access import (
    FormDep,
    PageDep,
    PageFrame,
)
from app.identity.domain import Strength
from app.identity.domain.addresses import read_address
from app.identity.errors import (
    CodeRefusedError,
    EmailInvalidError,
    SignInRefusedError,
    TooManyAttemptsError,
)
from app.identity.queries import find_account, list_providers
from app.identity.service import (
    prove_password,
    prove_second_factor,
)
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}", route_class=Route)


@router.get("/sign-in", name="home:sign-in")
def show_sign_in(page: PageDep, connection: ReadDep, next_path: Next = "") -> Response:
    """Ask for address and password, or offer a link by mail."""
    return page.render(
        "identity/sign_in.html",
        error=None,
        email=_known_address(page, connection),
        next_path=next_path,
        institutions=list_providers(connection),
    )


def _known_address(page: PageFrame, connection: Connection) -> str:
    if page.visitor.learner is None or not page.visitor.is_signed_in:
        return ""
    account = find_account(connection, learner_id=page.visitor.learner.learner_id)
    return account.email if account else ""


@router.post("/sign-in", name="home:enter-by-password")
def enter_by_password(
    page: PageDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Sign in with address and password; the second factor comes next if there is one."""
    email, next_path = field(form, "email", 300), field(form, "next")
    try:
        account = prove_password(
            database,
            guard=guard_of(page, now),
            email=read_address(email),
            password=field(form, "password", 300),
        )
    except (EmailInvalidError, SignInRefusedError, TooManyAttemptsError) as error:
        return refuse(
            page, "identity/sign_in.html", error, email=email, next_path=next_path
        )
    return enter_or_ask(page, database, account, next_path, now)


@router.post("/sign-in/second-factor", name="home:enter-by-second-factor")
def enter_by_second_factor(
    page: PageDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Sign in with the code of the second factor, after the first step."""
    handle, next_path = field(form, "ticket", 200), field(form, "next")
    try:
        learner_id = prove_second_factor(
            database,
            guard=guard_of(page, now),
            handle=handle,
            typed=field(form, "code", 100),
        )
    except (CodeRefusedError, TooManyAttemptsError) as error:
        return refuse(
            page,
            "identity/second_factor.html",
            error,
            handle=handle,
            next_path=next_path,
        )
    by = arrival(page, Strength.TWO_FACTOR, now)
    with database.write() as connection:
        token = service.enter(connection, learner_id=learner_id, by=by)
    return welcome_in(page, token, page.go_on(next_path, otherwise="home:continue"))
