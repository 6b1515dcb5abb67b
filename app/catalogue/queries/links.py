"""Reading how the addresses of courses answered."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from app.catalogue.domain import Course
from app.catalogue.domain.links import (
    CHECKED_EVERY,
    Link,
    addresses_of,
    link_key,
    list_addresses,
)
from app.catalogue.models import LinkRow
from app.catalogue.queries import get_catalogue
from app.catalogue.queries.own import list_own_courses

_LINK = select(
    LinkRow.address,
    LinkRow.answer,
    LinkRow.status,
    LinkRow.leads_to,
    LinkRow.checked_at,
    LinkRow.failing_since,
)
_AT_ONCE = 1000


def find_links(connection: Connection, addresses: Collection[str]) -> dict[str, Link]:
    """Return what is known of some addresses, by address."""
    keys = [link_key(each) for each in addresses]
    found: dict[str, Link] = {}
    for first in range(0, len(keys), _AT_ONCE):
        part = keys[first : first + _AT_ONCE]
        for row in connection.execute(_LINK.where(LinkRow.link_key.in_(part))):
            found[row.address] = Link(**row._mapping)  # noqa: SLF001 -- a Row's public mapping
    return found


def list_failing(
    connection: Connection, courses: Iterable[Course]
) -> list[tuple[Course, Link]]:
    """Return the links of some courses that do not answer, in their order."""
    given = list(courses)
    known = find_links(connection, list_addresses(given))
    return [
        (course, known[each])
        for course in given
        for each in addresses_of(course)
        if each in known and known[each].is_failing
    ]


def list_due(connection: Connection, *, now: datetime, limit: int) -> list[str]:
    """Return addresses that were not checked for a week, at most ``limit``."""
    addresses = list_addresses(get_catalogue(connection).courses)
    known = find_links(connection, addresses)
    due = (
        each
        for each in addresses
        if each not in known or known[each].checked_at <= now - CHECKED_EVERY
    )
    return [each for each, _ in zip(due, range(limit), strict=False)]


def list_failing_own(
    connection: Connection, *, institution_id: UUID
) -> list[tuple[Course, Link]]:
    """Return the links that do not answer of the courses an institution published."""
    own = list_own_courses(connection, institution_id=institution_id)
    keys = {each.course_key for each in own}
    courses = get_catalogue(connection).courses
    return list_failing(connection, (each for each in courses if each.key in keys))
