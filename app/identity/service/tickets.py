"""Tickets: given out, tried, used up once."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, update

from app.identity.domain import digest
from app.identity.domain.tickets import (
    MAIL_LIFETIME,
    MOST_TRIES,
    Purpose,
    Ticket,
    is_code_of_ticket,
    new_handle,
    read_link,
)
from app.identity.errors import CodeRefusedError, TicketExpiredError
from app.identity.models import TicketRow
from app.kernel.database import Database

_SAYS = (TicketRow.purpose, TicketRow.learner_id, TicketRow.address)
_IS_OPEN = (
    TicketRow.ticket_digest == bindparam("which"),
    TicketRow.expires_at > bindparam("at"),
)
_TRY = (
    update(TicketRow)
    .where(*_IS_OPEN, TicketRow.tries < MOST_TRIES)
    .values(tries=TicketRow.tries + 1)
    .returning(*_SAYS)
)
_TAKE = delete(TicketRow).where(*_IS_OPEN).returning(*_SAYS)


def issue_ticket(
    connection: Connection,
    *,
    purpose: Purpose,
    learner_id: UUID | None,
    address: str | None,
    now: datetime,
    lifetime: timedelta = MAIL_LIFETIME,
) -> str:
    """Begin a step that waits for a proof; return the ticket's handle."""
    handle = new_handle()
    connection.execute(
        insert(TicketRow),
        {
            "ticket_digest": digest(handle),
            "purpose": purpose,
            "learner_id": learner_id,
            "address": address,
            "expires_at": now + lifetime,
            "tries": 0,
        },
    )
    return handle


def count_try(database: Database, *, handle: str, now: datetime) -> Ticket:
    """Count one try at a ticket's code, in a transaction of its own.

    Counted first, compared then: no number of requests at once gets more tries, and
    no refusal undoes the count.

    Raises:
        TicketExpiredError: It is used up, too old, or was tried too often.
    """
    with database.write() as connection:
        row = connection.execute(_TRY, {"which": digest(handle), "at": now}).first()
    if row is None:
        raise TicketExpiredError
    return Ticket(purpose=row.purpose, learner_id=row.learner_id, address=row.address)


def check_code(
    database: Database, *, key: bytes, handle: str, typed: str, now: datetime
) -> Ticket:
    """Return what a ticket says to the one who knows its mailed code.

    Raises:
        TicketExpiredError: It is used up, too old, or was tried too often.
        CodeRefusedError: It has another code.
    """
    ticket = count_try(database, handle=handle, now=now)
    is_mailed = ticket.purpose is not Purpose.SECOND_FACTOR
    if not is_mailed or not is_code_of_ticket(key, handle, typed):
        raise CodeRefusedError
    return ticket


def check_link(key: bytes, link: str) -> str:
    """Return the handle of a link, which is then taken.

    Raises:
        TicketExpiredError: It is not one of ours.
    """
    handle = read_link(key, link)
    if handle is None:
        raise TicketExpiredError
    return handle


def take_ticket(connection: Connection, *, handle: str, now: datetime) -> Ticket:
    """Use a ticket up in the caller's transaction: of two at once, one gets it.

    Raises:
        TicketExpiredError: It is used up or too old.
    """
    row = connection.execute(_TAKE, {"which": digest(handle), "at": now}).first()
    if row is None:
        raise TicketExpiredError
    return Ticket(purpose=row.purpose, learner_id=row.learner_id, address=row.address)
