"""Institutions through which people sign in, and whom they know."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select

from app.identity.domain.openid import Provider
from app.identity.errors import ProviderRefusedError
from app.identity.models import ProviderRow, SubjectRow
from app.journal.service import record
from app.kernel.database import Upsert

_PROVIDER = Upsert(
    ProviderRow,
    values=(
        "provider_key", "name", "issuer", "client_id", "sealed_secret", "domains",
        "added_at",
    ),
    keys=("provider_key",),
    updated=("name", "issuer", "client_id", "sealed_secret", "domains"),
)  # fmt: skip
_SUBJECT = Upsert(
    SubjectRow,
    values=("subject_digest", "learner_id", "provider_key", "linked_at"),
    keys=("subject_digest",),
)


def add_provider(connection: Connection, *, provider: Provider, now: datetime) -> None:
    """Let people sign in through an institution; again changes what is known of it."""
    _PROVIDER.execute(
        connection,
        {
            "provider_key": provider.provider_key,
            "name": provider.name,
            "issuer": provider.issuer,
            "client_id": provider.client_id,
            "sealed_secret": provider.sealed_secret,
            "domains": ",".join(provider.domains),
            "added_at": now,
        },
    )


def remove_provider(connection: Connection, *, provider_key: str) -> bool:
    """Let nobody sign in through an institution any more; their accounts stay.

    Returns:
        Whether there was one.
    """
    connection.execute(
        delete(SubjectRow).where(SubjectRow.provider_key == provider_key)
    )
    gone = connection.execute(
        delete(ProviderRow).where(ProviderRow.provider_key == provider_key)
    )
    return gone.rowcount == 1


def link_subject(
    connection: Connection,
    *,
    provider_key: str,
    subject_digest: str,
    learner_id: UUID,
    now: datetime,
) -> None:
    """Let a person of an institution sign in to this account; again is harmless.

    Raises:
        ProviderRefusedError: She signs in to another account already.
    """
    row = {
        "subject_digest": subject_digest,
        "learner_id": learner_id,
        "provider_key": provider_key,
        "linked_at": now,
    }
    if _SUBJECT.execute(connection, row) == 1:
        record(
            connection,
            learner_id=learner_id,
            verb="linked-institution",
            object_ref=f"provider:{provider_key}",
            occurred_at=now,
        )
        return
    whose = select(SubjectRow.learner_id).where(
        SubjectRow.subject_digest == subject_digest
    )
    if connection.scalar(whose) != learner_id:
        raise ProviderRefusedError


def unlink_provider(
    connection: Connection, *, provider_key: str, learner_id: UUID, now: datetime
) -> None:
    """Let an institution's word open this account no more."""
    gone = connection.execute(
        delete(SubjectRow).where(
            SubjectRow.provider_key == provider_key,
            SubjectRow.learner_id == learner_id,
        )
    )
    if gone.rowcount:
        record(
            connection,
            learner_id=learner_id,
            verb="unlinked-institution",
            object_ref=f"provider:{provider_key}",
            occurred_at=now,
        )
