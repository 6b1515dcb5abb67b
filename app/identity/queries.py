"""Finding a learner by what she shows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, bindparam, select

from app.identity.domain import KnownSession, Learner, digest
from app.identity.domain.accounts import Account, OpenSession
from app.identity.domain.addresses import digest_of_address
from app.identity.domain.openid import Provider
from app.identity.domain.tickets import Ticket
from app.identity.errors import ProviderNotFoundError, SignInNeededError
from app.identity.models import (
    AccountRow,
    EmailRow,
    LearnerRow,
    ProviderRow,
    ResumeCodeRow,
    SessionRow,
    SubjectRow,
    TicketRow,
)
from app.kernel.statements import Prebuilt

_LEARNER = Prebuilt(
    select(LearnerRow.language, LearnerRow.resume_nonce, LearnerRow.has_account).where(
        LearnerRow.learner_id == bindparam("learner_id")
    )
)
_SESSION = Prebuilt(
    select(
        SessionRow.learner_id,
        SessionRow.expires_at,
        SessionRow.strength,
        SessionRow.proved_at,
        SessionRow.last_seen_on,
    ).where(SessionRow.token_digest == bindparam("token_digest"))
)
_CODE = select(ResumeCodeRow.learner_id).where(
    ResumeCodeRow.code_digest == bindparam("code_digest")
)
_EMAIL = select(EmailRow.learner_id).where(
    EmailRow.address_digest == bindparam("address_digest")
)
_ACCOUNT = select(
    AccountRow.learner_id,
    AccountRow.email,
    AccountRow.display_name,
    AccountRow.password_hash,
    AccountRow.totp_secret,
    AccountRow.totp_last_step,
    AccountRow.recovery_digests,
    AccountRow.created_at,
).where(AccountRow.learner_id == bindparam("learner_id"))
_PROVIDERS = select(
    ProviderRow.provider_key,
    ProviderRow.name,
    ProviderRow.issuer,
    ProviderRow.client_id,
    ProviderRow.sealed_secret,
    ProviderRow.domains,
)


def find_learner(connection: Connection, *, learner_id: UUID) -> Learner | None:
    """Return a learner, or ``None`` if she was erased."""
    row = _LEARNER.first(connection, {"learner_id": learner_id})
    if row is None:
        return None
    return Learner(
        learner_id=learner_id,
        language=row.language,
        resume_nonce=row.resume_nonce,
        has_account=row.has_account,
    )


def find_session(
    connection: Connection, *, session_ref: str, now: datetime
) -> KnownSession | None:
    """Return the session with this digest, unless it has expired."""
    row = _SESSION.first(connection, {"token_digest": session_ref})
    if row is None or row.expires_at <= now:
        return None
    return KnownSession(
        session_ref=session_ref,
        learner_id=row.learner_id,
        strength=row.strength,
        proved_at=row.proved_at,
        last_seen_on=row.last_seen_on,
    )


def find_learner_by_code(connection: Connection, *, code: str) -> Learner | None:
    """Return whose resume code this is (in its standard form)."""
    found = connection.execute(_CODE, {"code_digest": digest(code)}).first()
    return find_learner(connection, learner_id=found.learner_id) if found else None


def find_learner_by_email(
    connection: Connection, *, key: bytes, email: str
) -> Learner | None:
    """Return the learner whose account has this address.

    For use by people with a right to know (an administrator who names a trainer):
    the answer must not reach anyone else.

    Args:
        connection: To read with.
        key: The installation's secret.
        email: As ``read_address`` returns it.
    """
    account = find_account_by_email(connection, key=key, email=email)
    if account is None:
        return None
    return find_learner(connection, learner_id=account.learner_id)


def find_account_by_email(
    connection: Connection, *, key: bytes, email: str
) -> Account | None:
    """Return the account with this address; as many statements if there is none."""
    found = connection.scalar(_EMAIL, {"address_digest": digest_of_address(key, email)})
    return find_account(connection, learner_id=found or uuid4())


def find_account(connection: Connection, *, learner_id: UUID) -> Account | None:
    """Return a learner's account, or ``None`` if she has none."""
    row = connection.execute(_ACCOUNT, {"learner_id": learner_id}).first()
    return None if row is None else Account(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name


def get_account(connection: Connection, *, learner_id: UUID) -> Account:
    """Return a learner's account.

    Raises:
        SignInNeededError: She has none (any more).
    """
    account = find_account(connection, learner_id=learner_id)
    if account is None:
        raise SignInNeededError
    return account


def find_ticket(connection: Connection, *, handle: str, now: datetime) -> Ticket | None:
    """Return what a ticket says, without using it up; ``None`` once it has ended."""
    row = connection.execute(
        select(TicketRow.purpose, TicketRow.learner_id, TicketRow.address).where(
            TicketRow.ticket_digest == digest(handle), TicketRow.expires_at > now
        )
    ).first()
    if row is None:
        return None
    return Ticket(purpose=row.purpose, learner_id=row.learner_id, address=row.address)


def list_sessions(
    connection: Connection, *, learner_id: UUID, now: datetime
) -> Sequence[OpenSession]:
    """List where a learner is known, the newest first."""
    rows = connection.execute(
        select(
            SessionRow.token_digest,
            SessionRow.created_at,
            SessionRow.last_seen_on,
            SessionRow.device,
            SessionRow.strength,
        )
        .where(SessionRow.learner_id == learner_id, SessionRow.expires_at > now)
        .order_by(SessionRow.created_at.desc(), SessionRow.token_digest)
    )
    return [
        OpenSession(
            session_ref=row.token_digest,
            created_at=row.created_at,
            last_seen_at=row.created_at
            if row.last_seen_on is None
            else row.created_at.replace(
                year=row.last_seen_on.year,
                month=row.last_seen_on.month,
                day=row.last_seen_on.day,
            ),
            device=row.device,
            strength=row.strength,
        )
        for row in rows
    ]


def list_accounts(connection: Connection, *, limit: int) -> Sequence[Account]:
    """List accounts, the newest first, for the operator."""
    rows = connection.execute(
        select(*_ACCOUNT.selected_columns)
        .order_by(AccountRow.created_at.desc(), AccountRow.learner_id)
        .limit(limit)
    )
    return [Account(**row._mapping) for row in rows]  # noqa: SLF001 -- SQLAlchemy's public name


def find_account_by_subject(
    connection: Connection, *, subject_digest: str
) -> Account | None:
    """Return the account that a person of an institution signs in to."""
    found = connection.scalar(
        select(SubjectRow.learner_id).where(SubjectRow.subject_digest == subject_digest)
    )
    return find_account(connection, learner_id=found) if found else None


def list_providers(connection: Connection) -> Sequence[Provider]:
    """List the institutions through which people sign in, by name."""
    rows = connection.execute(_PROVIDERS.order_by(ProviderRow.name))
    return [_provider_of(row) for row in rows]


def get_provider(connection: Connection, *, provider_key: str) -> Provider:
    """Return an institution through which people sign in.

    Raises:
        ProviderNotFoundError: Nobody does through this one.
    """
    row = connection.execute(
        _PROVIDERS.where(ProviderRow.provider_key == provider_key)
    ).first()
    if row is None:
        raise ProviderNotFoundError
    return _provider_of(row)


def list_linked_providers(
    connection: Connection, *, learner_id: UUID
) -> Sequence[Provider]:
    """List the institutions whose word opens an account."""
    linked = select(SubjectRow.provider_key).where(SubjectRow.learner_id == learner_id)
    rows = connection.execute(_PROVIDERS.where(ProviderRow.provider_key.in_(linked)))
    return [_provider_of(row) for row in rows]


def _provider_of(row: Row[str, str, str, str, str | None, str]) -> Provider:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name
    return Provider(
        **{**values, "domains": tuple(filter(None, row.domains.split(",")))}
    )


def find_learners_by_digest(
    connection: Connection, *, digests: Collection[str]
) -> Mapping[str, UUID]:
    """Return whose accounts have addresses with these keyed digests, by digest.

    For use where the caller compares and shows nobody: whose record is this?
    """
    rows = connection.execute(
        select(EmailRow.address_digest, EmailRow.learner_id).where(
            EmailRow.address_digest.in_(digests)
        )
    )
    return {row.address_digest: row.learner_id for row in rows}


def list_address_digests(connection: Connection, *, learner_id: UUID) -> list[str]:
    """Return the keyed digests under which a learner's account is found."""
    found = select(EmailRow.address_digest).where(EmailRow.learner_id == learner_id)
    return list(connection.scalars(found))


def list_addresses(
    connection: Connection, *, learner_ids: Collection[UUID]
) -> Mapping[UUID, str]:
    """Return the addresses of accounts; nothing for who has none.

    For use where the caller compares and shows nobody: whose record is this?
    """
    rows = connection.execute(
        select(AccountRow.learner_id, AccountRow.email).where(
            AccountRow.learner_id.in_(learner_ids)
        )
    )
    return {row.learner_id: row.email for row in rows}
