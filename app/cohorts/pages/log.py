"""The page of what administrators and trainers did."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts import queries
from app.cohorts.access import AuditReader
from app.cohorts.domain import Institution
from app.cohorts.queries.keys import list_keys
from app.identity.access import PageDep
from app.journal.domain import AuditEntry
from app.journal.queries import list_audit
from app.kernel.database import ReadDep
from app.kernel.text import Language
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/cohorts", route_class=Route)
SHOWN_ENTRIES = 200


@router.get("/institutions/{institution_id:uuid}/log", name="cohorts:log")
def show_log(page: PageDep, reached: AuditReader, connection: ReadDep) -> Response:
    """Show what was done in the offices of an institution and those below it."""
    top = reached.institution.institution_id
    below = {
        each.institution_id: each
        for each in queries.list_institutions_below(connection, institution_id=top)
    }
    entries = list_audit(connection, scope_ids=list(below), limit=SHOWN_ENTRIES)
    known = _name_things(connection, top, below, entries, page.language)
    return page.render(
        "cohorts/log.html",
        institution=reached.institution,
        entries=[(each, *_subject_of(each.object_ref, known)) for each in entries],
        names=below,
        me=page.visitor.learner,
    )


def _name_things(
    connection: Connection,
    top: UUID,
    below: Mapping[UUID, Institution],
    entries: Sequence[AuditEntry],
    language: Language,
) -> dict[str, str]:
    """Return the names of cohorts, institutions and keys by reference."""
    cohorts = queries.list_cohorts_below(connection, institution_id=top)
    owners = {
        each.scope_id for each in entries if each.object_ref.startswith("key:")
    } & below.keys()
    keys = [
        key for owner in owners for key in list_keys(connection, institution_id=owner)
    ]
    return {
        **{f"cohort:{each.cohort_id}": each.name for each in cohorts},
        **{f"institution:{e.key}": e.name_in(language) for e in below.values()},
        **{f"key:{each.key_id}": each.name for each in keys},
    }


def _subject_of(object_ref: str, known: Mapping[str, str]) -> tuple[str, str]:
    """Return to what something was done, and its number if there is one.

    Of a person no more is said than the number by which she appears as a doer.
    """
    kind, _, rest = object_ref.partition(":")
    if kind in {"cell", "completions"}:
        return "", rest
    what, _, count = rest.partition(":")
    name = known.get(f"{kind}:{what}")
    if name is None:
        # A course has a name as its key; of others the beginning of a long number.
        name = what.partition("@")[0] if kind == "course" else what[:8]
    return name, count
