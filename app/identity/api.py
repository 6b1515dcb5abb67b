"""Being known again, for programs."""

from datetime import datetime

from fastapi import APIRouter, Request, status

from app.identity import service
from app.identity.access import SettingsDep, address_of, secret_of
from app.identity.domain import Strength, digest
from app.identity.domain.accounts import Guard
from app.identity.domain.addresses import describe_device, read_address
from app.identity.domain.tokens import issue_token
from app.identity.errors import SecondFactorNeededError
from app.identity.schemas import TokenIn, TokenOut
from app.kernel.clock import Now
from app.kernel.database import Database, DatabaseDep
from app.settings import Settings
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1", tags=["identity"], route_class=Route)


@router.post(
    "/tokens",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 413, 415, 422, 429),
)
def create_token(
    request: Request,
    body: TokenIn,
    settings: SettingsDep,
    database: DatabaseDep,
    now: Now,
) -> TokenOut:
    """Exchange a resume code, or address and password, for a bearer token.

    The token of an account is short-lived, and ends at once when its session is ended
    on the account page or the password changes.
    """
    secret = secret_of(settings)
    if body.resume_code is None:
        return _sign_in(request, body, settings, database, now)
    learner = service.resume(
        database,
        key=secret,
        typed=body.resume_code,
        address=address_of(request),
        limit=settings.resume_attempts_per_hour,
        now=now,
    )
    lifetime = settings.token_lifetime
    token = issue_token(
        secret, learner_id=learner.learner_id, now=now, lifetime=lifetime
    )
    return TokenOut(token=token, expires_in_s=int(lifetime.total_seconds()))


def _sign_in(
    request: Request,
    body: TokenIn,
    settings: Settings,
    database: Database,
    now: datetime,
) -> TokenOut:
    guard = Guard(
        key=secret_of(settings),
        network=address_of(request),
        now=now,
        network_limit=settings.network_refusals_per_hour,
        account_limit=settings.account_refusals_per_hour,
    )
    account = service.prove_password(
        database,
        guard=guard,
        email=read_address(body.email or ""),
        password=body.password.get_secret_value() if body.password else "",
    )
    if account.has_second_factor:
        if body.code is None:
            raise SecondFactorNeededError
        service.check_second_factor(
            database, guard=guard, account=account, typed=body.code
        )
    lifetime = settings.account_token_lifetime
    with database.write() as connection:
        session = service.open_session(
            connection,
            learner_id=account.learner_id,
            now=now,
            lifetime=lifetime,
            strength=Strength.TWO_FACTOR
            if account.has_second_factor
            else Strength.SIGNED_IN,
            device=describe_device(request.headers.get("user-agent", "")) or "API",
        )
    token = issue_token(
        guard.key,
        learner_id=account.learner_id,
        now=now,
        lifetime=lifetime,
        session_ref=digest(session),
    )
    return TokenOut(token=token, expires_in_s=int(lifetime.total_seconds()))
