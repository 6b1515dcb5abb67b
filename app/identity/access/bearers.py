"""Programs, by their token."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from typing_extensions import override

from app.identity.access.proofs import FRESH
from app.identity.access.visitors import SettingsDep, secret_of
from app.identity.domain import Learner
from app.identity.domain.tokens import read_token
from app.identity.errors import FreshProofNeededError, InvalidTokenError
from app.identity.queries import find_learner, find_session
from app.kernel.clock import Now
from app.kernel.database import ReadDep


class _Bearer(HTTPBearer):
    """Documents the scheme in OpenAPI and reads the header without a thread."""

    @override
    def __call__(self, request: Request) -> str | None:  # type: ignore[override]  # ours is not a coroutine
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


_bearer = _Bearer(
    scheme_name="learner",
    description="The `token` of `POST /api/v1/attempts` or `POST /api/v1/tokens`.",
)
BearerDep = Annotated[str | None, Depends(_bearer)]


def bearer_or_nobody(
    token: BearerDep, settings: SettingsDep, connection: ReadDep, now: Now
) -> Learner | None:
    """Return the learner behind the bearer token, or ``None`` without a token.

    Raises:
        InvalidTokenError: The token is not valid, its session was ended, or she was
            erased.
    """
    if token is None:
        return None
    said = read_token(secret_of(settings), token, now=now)
    learner = find_learner(connection, learner_id=said.learner_id)
    if learner is None:
        raise InvalidTokenError
    if said.session_ref is not None:
        session = find_session(connection, session_ref=said.session_ref, now=now)
        if session is None or session.learner_id != learner.learner_id:
            raise InvalidTokenError
    elif learner.has_account:
        raise InvalidTokenError
    return learner


def bearer(found: Annotated[Learner | None, Depends(bearer_or_nobody)]) -> Learner:
    """Return the learner behind the bearer token.

    Raises:
        InvalidTokenError: There is no token, or it is not valid.
    """
    if found is None:
        raise InvalidTokenError
    return found


ApiLearnerDep = Annotated[Learner, Depends(bearer)]
MaybeApiLearnerDep = Annotated[Learner | None, Depends(bearer_or_nobody)]


def bearer_freshly_proved(
    token: BearerDep,
    learner: ApiLearnerDep,
    settings: SettingsDep,
    connection: ReadDep,
    now: Now,
) -> Learner:
    """Return the learner behind a token, if what is delicate may be done with it.

    A token of an account serves within ``FRESH`` of the sign-in it came from; one of a
    learner without an account always does: there is nothing else to prove.

    Raises:
        InvalidTokenError: There is no token, or it is not valid.
        FreshProofNeededError: The sign-in is too long ago.
    """
    said = read_token(secret_of(settings), token or "", now=now)
    if said.session_ref is not None:
        session = find_session(connection, session_ref=said.session_ref, now=now)
        proved_at = session.proved_at if session else None
        if proved_at is None or now - proved_at >= FRESH:
            raise FreshProofNeededError
    return learner


ApiFreshDep = Annotated[Learner, Depends(bearer_freshly_proved)]
"""For erasing by a program."""
