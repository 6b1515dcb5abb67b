"""Checking where courses lead."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from app.catalogue.domain.links import link_key, list_addresses
from app.catalogue.models import LinkRow
from app.catalogue.queries import get_catalogue
from app.catalogue.queries.links import find_links
from app.kernel.database import Database, Upsert
from app.kernel.probing import FAILING, Found, Prober, is_public

_COLUMNS = ("address", "answer", "status", "leads_to", "checked_at", "failing_since")
_LINK = Upsert(
    LinkRow,
    values=("link_key", *_COLUMNS),
    keys=("link_key",),
    updated=_COLUMNS,
)


def open_prober(*, public_url: str, is_private: bool) -> Prober:
    """Return what asks addresses.

    Args:
        public_url: Of this installation: who is asked sees who asks.
        is_private: Whether addresses of private networks may be asked.
    """
    return Prober(
        agent=f"Masar-link-check/1 (+{public_url})",
        may_visit=(lambda _ip: True) if is_private else is_public,
    )


def check_links(
    database: Database,
    *,
    prober: Prober,
    addresses: Sequence[str],
    now: datetime,
    tell: Callable[[Found], object] = lambda _found: None,
) -> list[Found]:
    """Ask addresses and keep what they answer; no transaction is open meanwhile.

    Args:
        database: Where results are kept, each as soon as it is there.
        prober: Asks.
        addresses: Which.
        now: Aware UTC instant, of all results.
        tell: Told of each.
    """
    results = []
    for found in prober.ask_all(addresses):
        with database.write() as connection:
            keep_link(connection, found=found, now=now)
        results.append(found)
        tell(found)
    return results


def keep_link(connection: Connection, *, found: Found, now: datetime) -> None:
    """Keep what asking an address has shown."""
    known = find_links(connection, [found.address]).get(found.address)
    since = known.failing_since if known else None
    _LINK.execute(
        connection,
        {
            "link_key": link_key(found.address),
            "address": found.address,
            "answer": found.answer,
            "status": found.status,
            "leads_to": found.leads_to,
            "checked_at": now,
            "failing_since": (since or now) if found.answer in FAILING else None,
        },
    )


def forget_links(connection: Connection) -> int:
    """Forget addresses that no course leads to any more; return how many."""
    kept = {
        link_key(each) for each in list_addresses(get_catalogue(connection).courses)
    }
    gone = [k for k in connection.scalars(select(LinkRow.link_key)) if k not in kept]
    for key in gone:
        connection.execute(delete(LinkRow).where(LinkRow.link_key == key))
    return len(gone)
