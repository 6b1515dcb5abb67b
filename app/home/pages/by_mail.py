"""Register, and sign in through a mailbox: a link and a code."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.home import service
from app.home.pages.entering import (
    Handle,
    Next,
    arrival,
    enter_or_ask,
    field,
    refuse,
    site_of,
    welcome_in,
)
from app.identity.access import (
    FormDep,
    PageDep,
    PageFrame,
    address_of,
    secret_of,
)
from app.identity.domain import Strength
from app.identity.domain.accounts import Account
from app.identity.domain.addresses import read_address, same_address
from app.identity.domain.tickets import (
    Purpose,
    Ticket,
    code_of_ticket,
    link_of_ticket,
)
from app.identity.errors import (
    CodeRefusedError,
    EmailInvalidError,
    TicketExpiredError,
    TooManyAttemptsError,
)
from app.identity.queries import find_account, find_account_by_email, find_ticket
from app.identity.service import (
    check_code,
    check_link,
    count_use,
    issue_ticket,
    take_ticket,
    throttle_scope,
)
from app.kernel.clock import Now
from app.kernel.database import Database, DatabaseDep, ReadDep
from app.web.mail import queue_mail
from app.web.rendering import Addresses
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}", route_class=Route)
MAIL_TEMPLATES = {Purpose.SIGN_IN: "sign_in", Purpose.REGISTER: "register"}


@router.get("/register", name="home:register")
def show_register(page: PageDep, next_path: Next = "") -> Response:
    """Ask for an address; everything else comes after the mail."""
    return page.render(
        "identity/register.html", error=None, email="", next_path=next_path
    )


@router.post("/sign-in/mail", name="home:send-link")
def send_link(
    page: PageDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Mail a link and a code; the answer is the same whoever has the address."""
    typed, next_path = field(form, "email", 300), field(form, "next")
    is_new = field(form, "form") == "register"
    template = "identity/register.html" if is_new else "identity/sign_in.html"
    try:
        email = read_address(typed)
        count_mail(database, page, email, now)
    except (EmailInvalidError, TooManyAttemptsError) as error:
        return refuse(page, template, error, email=typed, next_path=next_path)
    handle = _mail_link(database, page, email, next_path, now)
    return page.redirect("home:code", query={"ticket": handle, "next": next_path})


def count_mail(database: Database, page: PageFrame, email: str, now: datetime) -> None:
    """Count a mail that somebody asks for, in a transaction of its own.

    Raises:
        TooManyAttemptsError: Too many for this address or from this network.
    """
    key, settings = secret_of(page.settings), page.settings
    limits = {
        ("mail", address_of(page.request)): settings.network_mails_per_hour,
        ("mail-to", same_address(email)): settings.address_mails_per_hour,
    }
    with database.write() as connection:
        for (purpose, whose), limit in limits.items():
            scope = throttle_scope(key, purpose=purpose, address=whose, now=now)
            count_use(connection, scope=scope, limit=limit, now=now)


def _mail_link(
    database: Database, page: PageFrame, email: str, next_path: str, now: datetime
) -> str:
    key = secret_of(page.settings)
    with database.write() as connection:
        account = find_account_by_email(connection, key=key, email=email)
        purpose = Purpose.REGISTER if account is None else Purpose.SIGN_IN
        handle = issue_ticket(
            connection,
            purpose=purpose,
            learner_id=account.learner_id if account else None,
            address=email,
            now=now,
        )
        queue_mail(
            connection,
            to=account.email if account else email,
            template=MAIL_TEMPLATES[purpose],
            language=page.language,
            context={
                "link": link_address(page, key, handle, next_path),
                "code": code_of_ticket(key, handle),
            },
            now=now,
        )
    return handle


def link_address(page: PageFrame, key: bytes, handle: str, next_path: str) -> str:
    """Return the complete address that is mailed."""
    address = Addresses(page.request, page.language)
    query = {"ticket": link_of_ticket(key, handle)}
    if next_path:
        query["next"] = next_path
    return site_of(page.settings) + address("home:link", query=query)


@router.get("/sign-in/code", name="home:code")
def show_code(page: PageDep, handle: Handle = "", next_path: Next = "") -> Response:
    """Say that mail is on its way, and ask for the code in it."""
    return page.render(
        "identity/code.html", error=None, handle=handle, next_path=next_path
    )


@router.post("/sign-in/code", name="home:enter-by-code")
def enter_by_code(
    page: PageDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Sign in with the code that was mailed to this browser's address."""
    handle, next_path = field(form, "ticket", 200), field(form, "next")
    try:
        check_code(
            database,
            key=secret_of(page.settings),
            handle=handle,
            typed=field(form, "code", 100),
            now=now,
        )
    except CodeRefusedError as error:
        return refuse(
            page, "identity/code.html", error, handle=handle, next_path=next_path
        )
    return _use(page, database, handle, next_path, now)


@router.get("/sign-in/link", name="home:link")
def show_link(
    page: PageDep,
    connection: ReadDep,
    now: Now,
    handle: Handle = "",
    next_path: Next = "",
) -> Response:
    """Ask for one click: programs that look at mail open links, people press buttons.

    It says whose account it opens: somebody else's link would take her answers along.
    """
    key = secret_of(page.settings)
    ticket = find_ticket(connection, handle=check_link(key, handle), now=now)
    account = _account_of(connection, ticket, key) if ticket else None
    return page.render(
        "identity/link.html",
        link=handle,
        next_path=next_path,
        address=account.email if account else ticket and ticket.address,
    )


@router.post("/sign-in/link", name="home:enter-by-link")
def enter_by_link(
    page: PageDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Sign in with the link that was mailed."""
    handle = check_link(secret_of(page.settings), field(form, "ticket", 200))
    return _use(page, database, handle, field(form, "next"), now)


def _use(
    page: PageFrame, database: Database, handle: str, next_path: str, now: datetime
) -> Response:
    """Use a proved ticket up: make the account, or sign in to it."""
    key = secret_of(page.settings)
    by = arrival(page, Strength.SIGNED_IN, now)
    with database.write() as connection:
        ticket = take_ticket(connection, handle=handle, now=now)
        account = _account_of(connection, ticket, key)
        if account is None:
            token = service.register(
                connection,
                key=key,
                email=ticket.address or "",
                language=page.language,
                by=by,
            )
            answer = page.redirect("home:password", query={"next": next_path})
            return welcome_in(page, token, answer)
    return enter_or_ask(page, database, account, next_path, now)


def _account_of(connection: Connection, ticket: Ticket, key: bytes) -> Account | None:
    """Return the account a ticket opens; none if it is to be made.

    Two registrations of one address meet in one account: both proved the mailbox.

    Raises:
        TicketExpiredError: It opens none, or its account was erased meanwhile.
    """
    if ticket.purpose is Purpose.SIGN_IN and ticket.learner_id is not None:
        account = find_account(connection, learner_id=ticket.learner_id)
        if account is not None:
            return account
    elif ticket.purpose is Purpose.REGISTER and ticket.address is not None:
        return find_account_by_email(connection, key=key, email=ticket.address)
    raise TicketExpiredError
