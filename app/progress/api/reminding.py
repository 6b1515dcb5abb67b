"""The calendar's address and weekly reminders, for programs."""

from typing import Annotated

from fastapi import APIRouter, Path, status
from starlette.responses import Response

from app.identity.access import ApiLearnerDep, SettingsDep, secret_of
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.progress import queries, service
from app.progress.domain.reminders import Rhythm, make_calendar_secret
from app.progress.schemas import (
    CalendarOut,
    RemindersIn,
    RemindersOut,
    write_calendar_address,
    write_reminders,
)
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1", tags=["progress"], route_class=Route)
StopToken = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{64}$",
        description="The last part of the link in every reminder.",
        examples=["0b7c5c1e5f0e4f5a9d5e3a1f6c2b8d40" * 2],
    ),
]


@router.get("/me/calendar", responses=problem_responses(401))
def get_calendar(
    learner: ApiLearnerDep, connection: ReadDep, settings: SettingsDep
) -> CalendarOut:
    """Return the private address of the learner's calendar, if it has one."""
    nonce = queries.find_calendar_nonce(connection, learner_id=learner.learner_id)
    secret = make_calendar_secret(secret_of(settings), nonce) if nonce else None
    return write_calendar_address(secret, str(settings.public_url))


@router.put("/me/calendar", responses=problem_responses(401))
def put_calendar(
    learner: ApiLearnerDep, connection: WriteDep, settings: SettingsDep, now: Now
) -> CalendarOut:
    """Give the calendar a private address; one that it has already stays."""
    secret = service.open_calendar(
        connection, key=secret_of(settings), learner_id=learner.learner_id, now=now
    )
    return write_calendar_address(secret, str(settings.public_url))


@router.post("/me/calendar/renewal", responses=problem_responses(401))
def renew_calendar(
    learner: ApiLearnerDep, connection: WriteDep, settings: SettingsDep, now: Now
) -> CalendarOut:
    """Give the calendar another address; the former one ends at once."""
    secret = service.renew_calendar(
        connection, key=secret_of(settings), learner_id=learner.learner_id, now=now
    )
    return write_calendar_address(secret, str(settings.public_url))


@router.delete(
    "/me/calendar",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401),
)
def delete_calendar(learner: ApiLearnerDep, connection: WriteDep, now: Now) -> Response:
    """End the address of the calendar; who has it reads nothing more."""
    service.close_calendar(connection, learner_id=learner.learner_id, now=now)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/me/reminders", responses=problem_responses(401))
def get_reminders(learner: ApiLearnerDep, connection: ReadDep) -> RemindersOut:
    """Return when the learner wants to be reminded by mail, and when she is next."""
    found = queries.find_reminder(connection, learner_id=learner.learner_id)
    return write_reminders(found)


@router.put("/me/reminders", responses=problem_responses(401, 413, 415, 422))
def put_reminders(
    body: RemindersIn, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> RemindersOut:
    """Remind the learner once a week; she needs an account, whose address is confirmed.

    A week that had its reminder gets no second one, whatever is changed in it.
    """
    service.choose_reminders(
        connection,
        learner_id=learner.learner_id,
        rhythm=Rhythm(weekday=body.weekday, hour=body.hour, zone=body.time_zone),
        now=now,
    )
    found = queries.find_reminder(connection, learner_id=learner.learner_id)
    return write_reminders(found)


@router.delete(
    "/me/reminders",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401),
)
def delete_reminders(
    learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> Response:
    """Remind the learner no more."""
    service.stop_reminders(connection, learner_id=learner.learner_id, now=now)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete(
    "/reminders/{stop_token}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(404, 422),
)
def delete_reminders_by_link(
    stop_token: StopToken, connection: WriteDep, settings: SettingsDep, now: Now
) -> Response:
    """Stop the reminders that a link was sent with; the link is proof enough."""
    service.stop_by_link(connection, key=secret_of(settings), token=stop_token, now=now)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
