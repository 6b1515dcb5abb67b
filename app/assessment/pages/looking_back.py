"""Looking back at an earlier result, and the three ratings side by side."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.assessment import queries, service
from app.frameworks.queries import get_framework, get_instrument
from app.identity.access import FormDep, LearnerDep, PageDep
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/assess", route_class=Route)
ADDRESS = "/{attempt_id:uuid}/looking-back/{earlier_id:uuid}"
FIELD = "a."
"""Prefix of the radio buttons: ``a.<competency key>``."""


@router.get(ADDRESS, name="assessment:looking-back")
def show_questions(
    page: PageDep,
    attempt_id: UUID,
    earlier_id: UUID,
    learner: LearnerDep,
    connection: ReadDep,
) -> Response:
    """Ask where she stood at the earlier one, all on one page, without showing it."""
    found = queries.get_looking_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=attempt_id,
        earlier_id=earlier_id,
    )
    later = found.later
    name = later.framework_key, later.framework_version
    return page.render(
        "assessment/looking_back.html",
        nav="assess",
        looking_back=found,
        framework=get_framework(connection, *name),
        instrument=get_instrument(connection, *name, later.instrument_ref),
    )


@router.post(ADDRESS, name="assessment:look-back")
def look_back(
    page: PageDep,
    attempt_id: UUID,
    earlier_id: UUID,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Keep what she has said, all or nothing, and show the three side by side."""
    service.look_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=attempt_id,
        earlier_id=earlier_id,
        values={
            name.removeprefix(FIELD): sent[-1]
            for name, sent in form.items()
            if name.startswith(FIELD)
        },
        now=now,
    )
    return page.redirect(
        "assessment:then-and-now", attempt_id=attempt_id, earlier_id=earlier_id
    )


@router.post(f"{ADDRESS}/answer", name="assessment:recall")
def recall(
    attempt_id: UUID,
    earlier_id: UUID,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Keep one rating as soon as it is chosen (for the script)."""
    service.look_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=attempt_id,
        earlier_id=earlier_id,
        values={form.get("item", [""])[0]: form.get("value", [""])[0]},
        now=now,
    )
    return Response(status_code=204)


@router.get(
    "/{attempt_id:uuid}/then-and-now/{earlier_id:uuid}", name="assessment:then-and-now"
)
def show_then_and_now(
    page: PageDep,
    attempt_id: UUID,
    earlier_id: UUID,
    learner: LearnerDep,
    connection: ReadDep,
) -> Response:
    """Show what she said then, what she says of it today, and where she stands now."""
    found = queries.get_looking_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=attempt_id,
        earlier_id=earlier_id,
    )
    later = found.later
    name = later.framework_key, later.framework_version
    instrument = get_instrument(connection, *name, later.instrument_ref)
    return page.render(
        "assessment/then_and_now.html",
        nav="profile",
        looking_back=found,
        is_complete=found.is_complete(instrument),
        framework=get_framework(connection, *name),
        rows=queries.list_recollections(connection, found),
    )
