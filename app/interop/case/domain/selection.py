"""Which documents a caller asks for, and in what order (CASE 1.1, REST binding).

Paging, sorting, filtering and field selection are those that 1EdTech's services share:
``limit``, ``offset``, ``sort`` with ``orderBy``, ``filter`` as ``field operator 'value'``
joined by ``AND`` or ``OR``, and ``fields`` as a list with commas.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from app.interop.case.domain.edition import Node
from app.interop.case.errors import InvalidSelectionError, InvalidSortError

MOST = 1000
FIELDS = frozenset(
    {
        "identifier", "uri", "creator", "title", "lastChangeDateTime", "caseVersion",
        "frameworkType", "officialSourceURL", "publisher", "description", "subject",
        "subjectURI", "language", "version", "adoptionStatus", "statusStartDate",
        "statusEndDate", "licenseURI", "notes", "CFPackageURI", "extensions",
    }
)  # fmt: skip
NEEDED = frozenset(
    {"identifier", "uri", "creator", "title", "lastChangeDateTime", "CFPackageURI"}
)
"""Stay whatever is selected: a document without them is none (``CFDocument``)."""
_PLAIN = FIELDS - {"subjectURI", "licenseURI", "CFPackageURI", "extensions"}
"""What can be compared: text, or a list of texts."""
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "!=": ne,
    ">": gt,
    ">=": ge,
    "<": lt,
    "<=": le,
    "~": lambda text, part: part.casefold() in text.casefold(),
}
_CONDITION = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|>|<|~)\s*'([^']{0,500})'\s*")
_JOINT = re.compile(r"(AND|OR)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a field with a text."""

    field: str
    operator: str
    value: str

    def holds(self, node: Node) -> bool:
        """Say whether an object fulfils it; a list does if one entry does."""
        given = node.get(self.field)
        values = given if isinstance(given, list) else [given]
        compare = _COMPARE[self.operator]
        return any(compare(each, self.value) for each in values if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a caller asks for."""

    limit: int
    offset: int
    sort: str | None
    is_descending: bool
    conditions: tuple[tuple[Condition, ...], ...]
    """One of these groups must hold whole; none: everything is asked for."""
    fields: frozenset[str] | None


def read_selection(
    *,
    limit: str,
    offset: str,
    sort: str | None,
    order: str,
    condition: str | None,
    fields: str | None,
) -> Selection:
    """Read the parameters of a call.

    Raises:
        InvalidSelectionError: ``limit``, ``offset``, ``filter`` or ``fields`` is wrong.
        InvalidSortError: ``sort`` or ``orderBy`` is wrong.
    """
    if sort is not None and sort not in _PLAIN:
        raise InvalidSortError(
            field="sort", description=f"cannot sort by {sort[:40]!r}"
        )
    if order not in {"asc", "desc"}:
        raise InvalidSortError(field="orderBy", description="must be asc or desc")
    return Selection(
        limit=_number("limit", limit, least=1, most=MOST),
        offset=_number("offset", offset, least=0, most=10**9),
        sort=sort,
        is_descending=order == "desc",
        conditions=_conditions(condition) if condition else (),
        fields=_fields(fields) if fields else None,
    )


def _number(field: str, text: str, *, least: int, most: int) -> int:
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        words = f"must be a whole number from {least} to {most}"
        raise InvalidSelectionError(field=field, description=words)
    return int(text)


def _fields(text: str) -> frozenset[str]:
    names = frozenset(each.strip() for each in text.split(","))
    if not names <= FIELDS:
        words = "names a field that a document does not have"
        raise InvalidSelectionError(field="fields", description=words)
    return names


def _conditions(text: str) -> tuple[tuple[Condition, ...], ...]:
    groups: list[list[Condition]] = [[]]
    at = 0
    while True:
        found = _CONDITION.match(text, at)
        if found is None or found[1] not in _PLAIN:
            words = "must read field='value', joined by AND or OR"
            raise InvalidSelectionError(field="filter", description=words)
        groups[-1].append(Condition(found[1], found[2], found[3]))
        at = found.end()
        if at == len(text):
            return tuple(map(tuple, groups))
        joint = _JOINT.match(text, at)
        if joint is None:
            words = "must read field='value', joined by AND or OR"
            raise InvalidSelectionError(field="filter", description=words)
        if joint[1].upper() == "OR":
            groups.append([])
        at = joint.end()


def select_documents(
    documents: Sequence[Node], asked: Selection
) -> tuple[list[Node], int]:
    """Return the page that is asked for, and how many documents there are in all."""
    found = [
        each
        for each in documents
        if not asked.conditions
        or any(all(one.holds(each) for one in group) for group in asked.conditions)
    ]
    if (field := asked.sort) is not None:
        found.sort(key=lambda node: str(node.get(field)), reverse=asked.is_descending)
    page = found[asked.offset : asked.offset + asked.limit]
    if asked.fields is not None:
        kept = asked.fields | NEEDED
        page = [{k: v for k, v in each.items() if k in kept} for each in page]
    return page, len(found)
