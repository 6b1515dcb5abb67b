"""The account: what is hers, where she is known, and the way out."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.assessment.queries import list_attempts
from app.home import queries
from app.home.pages.entering import field
from app.home.service import erase
from app.identity.access import (
    FRESH,
    SESSION_COOKIE,
    FormDep,
    LearnerDep,
    PageDep,
    SignedInDep,
    VisitorDep,
    cookie_name,
    drop_session,
)
from app.identity.domain import Visitor
from app.identity.errors import FreshProofNeededError
from app.identity.queries import find_account, list_sessions
from app.identity.service import (
    close_session,
    revoke_other_sessions,
    revoke_session,
    set_display_name,
)
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.web.downloads import send_json
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/account", route_class=Route)
LONGEST_NAME = 80


@router.get("", name="home:account")
def show_account(
    page: PageDep, learner: LearnerDep, connection: ReadDep, now: Now
) -> Response:
    """Show what a learner may do with what is hers."""
    learner_id = learner.learner_id
    account = sessions = None
    if page.visitor.is_signed_in:
        account = find_account(connection, learner_id=learner_id)
        sessions = list_sessions(connection, learner_id=learner_id, now=now)
    return page.render(
        "home/account.html",
        attempts=list_attempts(connection, learner_id=learner_id),
        account=account,
        sessions=sessions or [],
        this_session=page.visitor.session_ref,
        error=None,
    )


@router.get("/download", name="home:download")
def download(learner: LearnerDep, connection: ReadDep) -> Response:
    """Send everything we keep of her, as JSON."""
    found = queries.collect(connection, learner_id=learner.learner_id)
    return send_json(found, "masar-my-data.json")


@router.get("/data", name="home:data")
def show_data(page: PageDep, learner: LearnerDep, connection: ReadDep) -> Response:
    """Show everything we keep of her, to read and to print."""
    found = queries.collect(connection, learner_id=learner.learner_id)
    return page.render("home/data.html", tables=found)


@router.post("/name", name="home:name")
def change_name(
    page: PageDep, learner: SignedInDep, form: FormDep, connection: WriteDep
) -> Response:
    """Remember how she wants to be called."""
    typed = " ".join(field(form, "name", LONGEST_NAME).split())
    # Others read it: nothing in it may turn the text around it.
    name = "".join(c for c in typed if c.isprintable())
    set_display_name(connection, learner_id=learner.learner_id, name=name)
    return page.redirect("home:account")


@router.post("/sessions/end", name="home:end-session")
def end_session(
    page: PageDep, learner: SignedInDep, form: FormDep, connection: WriteDep
) -> Response:
    """Sign one device of hers out; without a name, all but this one."""
    session_ref = field(form, "session", 64)
    if session_ref:
        revoke_session(
            connection, learner_id=learner.learner_id, session_ref=session_ref
        )
    else:
        this = page.visitor.session_ref
        revoke_other_sessions(connection, learner_id=learner.learner_id, kept_ref=this)
    return page.redirect("home:account")


@router.post("/leave", name="home:leave")
def leave(
    request: Request,
    page: PageDep,
    _learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
) -> Response:
    """Forget this browser; the answers stay."""
    session = request.cookies[cookie_name(page.settings, SESSION_COOKIE)]
    close_session(connection, token=session)
    response = page.redirect("home:front")
    drop_session(response, page.settings)
    return response


@router.get("/erase", name="home:confirm-erase")
def show_erase(
    page: PageDep, found: VisitorDep, _learner: LearnerDep, now: Now
) -> Response:
    """Ask once more before everything goes; an account asks for a fresh proof first."""
    check_fresh(found, now)
    return page.render("home/erase.html")


@router.post("/erase", name="home:erase")
def erase_everything(
    page: PageDep,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Erase a learner and all that is hers, once she has said that she is sure."""
    check_fresh(page.visitor, now)
    if "sure" not in form:
        return page.redirect("home:account")
    erase(connection, learner_id=learner.learner_id)
    response = page.redirect("home:front")
    drop_session(response, page.settings)
    return response


def check_fresh(visitor: Visitor, now: datetime) -> None:
    """Ask for a fresh proof where there is an account.

    Raises:
        FreshProofNeededError: There is one, and it was proved too long ago.
    """
    if visitor.learner is None or not visitor.learner.has_account:
        return
    proved_at = visitor.session.proved_at if visitor.session else None
    if proved_at is None or now - proved_at >= FRESH:
        raise FreshProofNeededError
