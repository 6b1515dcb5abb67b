"""The assessment for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, status
from pydantic import Field
from sqlalchemy import Connection

from app.assessment import queries, service
from app.assessment.errors import UnknownInstrumentError
from app.assessment.schemas import (
    AnswerIn,
    AnswerOut,
    AttemptIn,
    AttemptListOut,
    AttemptOut,
    AttemptStateOut,
    LookingBackIn,
    LookingBackOut,
    SubmissionOut,
    read_stored,
    write_items,
    write_looking_back,
    write_summary,
)
from app.frameworks.domain import Framework
from app.frameworks.errors import FrameworkNotFoundError
from app.frameworks.queries import (
    get_current_framework,
    get_current_instrument,
    get_framework,
    get_instrument,
)
from app.identity.access import (
    ApiLearnerDep,
    BearerDep,
    MaybeApiLearnerDep,
    SettingsDep,
    limit_starts,
    secret_of,
)
from app.identity.domain import make_resume_code
from app.identity.domain.tokens import issue_token
from app.identity.service import choose_language, welcome
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.pagination import Page
from app.web.problems import problem_responses
from app.web.routes import HotRoute, Route

router = APIRouter(prefix="/api/v1/attempts", tags=["assessment"], route_class=Route)
hot = APIRouter(prefix="/api/v1/attempts", tags=["assessment"], route_class=HotRoute)
ItemKey = Annotated[str, Field(max_length=64)]
LaterId = Annotated[UUID, Path(examples=["0b7c5c1e-5f0e-4f5a-9d5e-3a1f6c2b8d40"])]
EarlierId = Annotated[UUID, Path(examples=["6f1f4b7a-93a3-4c0e-8a55-2d8f5f0c9b11"])]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 413, 415, 422, 429),
    openapi_extra={"security": [{}]},  # beside the token: nobody is a learner yet
)
def create_attempt(
    request: Request,
    body: AttemptIn,
    known: MaybeApiLearnerDep,
    presented: BearerDep,
    settings: SettingsDep,
    connection: WriteDep,
    now: Now,
) -> AttemptOut:
    """Begin a questionnaire.

    Without a bearer token a new learner is made; with one, the attempt is hers. Who has
    an account gets the token back that she showed: it ends with her session.
    """
    framework = _find_framework(connection, body.framework)
    instrument = get_current_instrument(connection, framework)
    service.check_role(framework, body.role)
    secret = secret_of(settings)
    if known is None:
        limit_starts(request, connection, settings, now)
        learner = welcome(connection, key=secret, language=body.lang, now=now)
    else:
        learner = choose_language(connection, learner=known, language=body.lang)
    attempt = service.start_attempt(
        connection,
        learner=learner,
        framework=framework,
        instrument=instrument,
        role_key=body.role,
        now=now,
    )
    if presented is None or not learner.has_account:
        presented = issue_token(
            secret,
            learner_id=learner.learner_id,
            now=now,
            lifetime=settings.token_lifetime,
        )
    return AttemptOut(
        id=attempt.attempt_id,
        token=presented,
        resume_code=None
        if learner.has_account
        else make_resume_code(secret, learner.resume_nonce),
        framework=framework.ref,
        role=body.role,
        lang=body.lang,
        started_at=now,
        items=write_items(instrument, body.lang),
    )


def _find_framework(connection: Connection, name: str) -> Framework:
    key, _, version = name.partition("@")
    try:
        if version:
            return get_framework(connection, key, version)
        return get_current_framework(connection, key)
    except FrameworkNotFoundError:
        raise UnknownInstrumentError(framework=name) from None


@router.get("", responses=problem_responses(401, 422))
def list_attempts(
    learner: ApiLearnerDep,
    connection: ReadDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> AttemptListOut:
    """List the learner's attempts, newest first."""
    attempts = queries.list_attempts(connection, learner_id=learner.learner_id)
    page = Page.of(attempts, limit=limit, after=after)
    return AttemptListOut(
        items=[write_summary(attempt) for attempt in page.items], next=page.next
    )


@router.get(
    "/{attempt_id}",
    responses=problem_responses(401, 404, 422),
)
def get_attempt(
    attempt_id: UUID, learner: ApiLearnerDep, connection: ReadDep
) -> AttemptStateOut:
    """Show one of the learner's attempts with its answers so far."""
    attempt = queries.get_attempt(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id
    )
    instrument = get_instrument(
        connection,
        attempt.framework_key,
        attempt.framework_version,
        attempt.instrument_ref,
    )
    answers = queries.list_answers(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id
    )
    return AttemptStateOut(
        **write_summary(attempt).model_dump(),
        lang=attempt.language,
        answers={key: read_stored(value) for key, value in answers.items()},
        unanswered=[i.key for i in instrument.items if i.key not in answers],
    )


@hot.put(
    "/{attempt_id}/answers/{item}",
    responses=problem_responses(401, 404, 409, 413, 415, 422),
)
def put_answer(
    attempt_id: UUID,
    item: ItemKey,
    body: AnswerIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> AnswerOut:
    """Keep one answer; the same again, or another in its place, is fine."""
    service.save_answer(
        connection,
        attempt_id=attempt_id,
        learner_id=learner.learner_id,
        item_key=item,
        value=str(body.value),
        now=now,
    )
    return AnswerOut(item=item, value=body.value, answered_at=now)


@router.post(
    "/{attempt_id}/submit",
    responses=problem_responses(401, 404, 413, 422),
)
def submit_attempt(
    attempt_id: UUID, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> SubmissionOut:
    """Make the answers final; the same again changes nothing."""
    submitted_at = service.submit_attempt(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id, now=now
    )
    return SubmissionOut(id=attempt_id, submitted_at=submitted_at)


@router.get(
    "/{attempt_id}/looking-back/{earlier_id}",
    responses=problem_responses(401, 404, 409, 422),
)
def get_looking_back(
    attempt_id: LaterId,
    earlier_id: EarlierId,
    learner: ApiLearnerDep,
    connection: ReadDep,
) -> LookingBackOut:
    """Show an earlier attempt as it was, seen from a later one, and the later one."""
    found = queries.get_looking_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=attempt_id,
        earlier_id=earlier_id,
    )
    return write_looking_back(found, queries.list_recollections(connection, found))


@router.put(
    "/{attempt_id}/looking-back/{earlier_id}",
    responses=problem_responses(401, 404, 409, 413, 415, 422),
)
def put_looking_back(
    attempt_id: LaterId,
    earlier_id: EarlierId,
    body: LookingBackIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> LookingBackOut:
    """Keep where the learner says today that she stood then; all or nothing."""
    service.look_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=attempt_id,
        earlier_id=earlier_id,
        values={key: str(value) for key, value in body.ratings.items()},
        now=now,
    )
    return get_looking_back(attempt_id, earlier_id, learner, connection)
