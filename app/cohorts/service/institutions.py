"""Building the tree of institutions, and giving people offices in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    Uuid,
    bindparam,
    delete,
    insert,
    literal,
    select,
    update,
)

from app.cohorts.domain import (
    INSTALLATION,
    Institution,
    InstitutionKind,
    Office,
    check_place,
    is_institution_key,
    read_cell,
)
from app.cohorts.errors import InstitutionExistsError, UnknownChoiceError
from app.cohorts.models import (
    AncestorRow,
    CohortRow,
    InstitutionRow,
    OfficeRow,
)
from app.journal.service import audit
from app.kernel.database import Upsert
from app.kernel.text import Language

LONGEST_NAME = 120
COUNTRY_CODE = 2
_ADD = Upsert(
    InstitutionRow,
    values=(
        *("institution_id", "key", "parent_id", "kind"),
        *("names", "country", "smallest_cell"),
    ),
    keys=("key",),
)
_GRANT = Upsert(
    OfficeRow,
    values=("learner_id", "institution_id", "role", "granted_at"),
    keys=("learner_id", "institution_id", "role"),
)
_BELOW = select(AncestorRow.institution_id).where(
    AncestorRow.ancestor_id == bindparam("ancestor_id", type_=Uuid())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionDraft:
    """What somebody says about an institution that is not there yet."""

    key: str
    kind: InstitutionKind
    names: Mapping[Language, str]
    country: str | None
    smallest_cell: int | None
    """``None``: like the institution above."""


def add_institution(
    connection: Connection,
    *,
    actor_id: UUID,
    parent: Institution | None,
    draft: InstitutionDraft,
    now: datetime,
) -> Institution:
    """Add an institution below another, or as a root.

    Raises:
        UnknownChoiceError: Key, name, country or smallest cell cannot be.
        MisplacedInstitutionError: It cannot lie below one of the parent's kind.
        InstitutionExistsError: The key is taken.
    """
    _check_draft(draft)
    check_place(draft.kind, parent)
    least = {} if parent is None else {"least": parent.smallest_cell}
    institution = Institution(
        institution_id=uuid4(),
        key=draft.key,
        parent_id=None if parent is None else parent.institution_id,
        kind=draft.kind,
        names=draft.names,
        country=draft.country or (parent.country if parent else None),
        smallest_cell=read_cell(draft.smallest_cell, **least),
    )
    _write(connection, institution)
    audit(
        connection,
        actor_id=actor_id,
        scope_id=institution.institution_id,
        verb="institution-added",
        object_ref=f"institution:{institution.key}",
        occurred_at=now,
    )
    return institution


def _check_draft(draft: InstitutionDraft) -> None:
    if not is_institution_key(draft.key):
        raise UnknownChoiceError(field="key", allowed="a-z, 0-9, -")
    names = draft.names.values()
    if not names or any(
        not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable()
        for name in names
    ):
        raise UnknownChoiceError(field="name", allowed=f"1 – {LONGEST_NAME}")
    country = draft.country
    if country is not None and not (
        len(country) == COUNTRY_CODE and country.isascii() and country.isupper()
    ):
        raise UnknownChoiceError(field="country", allowed="ISO 3166-1 alpha-2")


def _write(connection: Connection, institution: Institution) -> None:
    row = {
        "institution_id": institution.institution_id,
        "key": institution.key,
        "parent_id": institution.parent_id,
        "kind": institution.kind,
        "names": {str(code): name for code, name in institution.names.items()},
        "country": institution.country,
        "smallest_cell": institution.smallest_cell,
    }
    if not _ADD.execute(connection, row):
        raise InstitutionExistsError(key=institution.key)
    above = select(
        AncestorRow.ancestor_id,
        literal(institution.institution_id, Uuid()),
        AncestorRow.depth + 1,
    ).where(AncestorRow.institution_id == institution.parent_id)
    connection.execute(
        insert(AncestorRow).from_select(
            ["ancestor_id", "institution_id", "depth"], above
        )
    )
    connection.execute(
        insert(AncestorRow),
        {
            "ancestor_id": institution.institution_id,
            "institution_id": institution.institution_id,
            "depth": 0,
        },
    )


def raise_smallest_cell(
    connection: Connection,
    *,
    actor_id: UUID,
    institution: Institution,
    smallest_cell: int,
    now: datetime,
) -> None:
    """Ask for more people behind a figure, here and everywhere below; never fewer.

    Raises:
        UnknownChoiceError: It is less than today, or more than 100.
    """
    cell = read_cell(smallest_cell, least=institution.smallest_cell)
    for table in (InstitutionRow, CohortRow):
        connection.execute(
            update(table)
            .where(table.institution_id.in_(_BELOW), table.smallest_cell < cell)
            .values(smallest_cell=cell),
            {"ancestor_id": institution.institution_id},
        )
    audit(
        connection,
        actor_id=actor_id,
        scope_id=institution.institution_id,
        verb="smallest-cell-raised",
        object_ref=f"cell:{cell}",
        occurred_at=now,
    )


def grant_office(
    connection: Connection,
    *,
    actor_id: UUID,
    learner_id: UUID,
    office: Office,
    institution_id: UUID,
    now: datetime,
) -> None:
    """Let somebody act for an institution; twice is once.

    Args:
        connection: The caller's transaction.
        actor_id: Who grants it; ``INSTALLATION`` on the command line.
        learner_id: Whose office.
        office: Which.
        institution_id: Where; ``INSTALLATION`` for an operator and nobody else.
        now: Aware UTC instant.

    Raises:
        UnknownChoiceError: An operator of one institution, or another office everywhere.
    """
    if (office is Office.OPERATOR) != (institution_id == INSTALLATION):
        raise UnknownChoiceError(field="role", allowed=Office.OPERATOR)
    row = {
        "learner_id": learner_id,
        "institution_id": institution_id,
        "role": office,
        "granted_at": now,
    }
    if _GRANT.execute(connection, row):
        audit(
            connection,
            actor_id=actor_id,
            scope_id=institution_id,
            verb="office-granted",
            object_ref=f"{office}:{learner_id}",
            occurred_at=now,
        )


def revoke_office(
    connection: Connection,
    *,
    actor_id: UUID,
    learner_id: UUID,
    office: Office,
    institution_id: UUID,
    now: datetime,
) -> None:
    """Take an office back; without one, nothing happens."""
    gone = connection.execute(
        delete(OfficeRow).where(
            OfficeRow.learner_id == learner_id,
            OfficeRow.institution_id == institution_id,
            OfficeRow.role == office,
        )
    ).rowcount
    if gone:
        audit(
            connection,
            actor_id=actor_id,
            scope_id=institution_id,
            verb="office-revoked",
            object_ref=f"{office}:{learner_id}",
            occurred_at=now,
        )
