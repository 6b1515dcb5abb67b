"""Commands about people with an account."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import typer
from rich.table import Table
from sqlalchemy import Connection

from app.cli.console import explained, out, read_settings, user, write_to_database
from app.cohorts.errors import AccountNotFoundError
from app.identity.access import secret_of
from app.identity.domain.accounts import Account
from app.identity.domain.addresses import read_address
from app.identity.domain.tickets import OPERATOR_LIFETIME, Purpose, link_of_ticket
from app.identity.queries import find_account_by_email, list_accounts
from app.identity.service import (
    create_account,
    drop_second_factor,
    issue_ticket,
    revoke_other_sessions,
    welcome,
)
from app.kernel.clock import current_time
from app.kernel.text import Language
from app.settings import Settings

MOST_LISTED = 100
Address = Annotated[str, typer.Argument(help="E-mail address of the account.")]
InLanguage = Annotated[Language, typer.Option(help="Language she reads.")]


@user.command("add", epilog="Example: masar user add director@example.org")
@explained
def add(email: Address, language: InLanguage = Language.FR) -> None:
    """Make an account, and print a link that signs in once, within 24 hours."""
    settings, now = read_settings(), current_time()
    key, address = secret_of(settings), read_address(email)
    with write_to_database(settings) as connection:
        learner = welcome(connection, key=key, language=language, now=now)
        create_account(
            connection, key=key, learner_id=learner.learner_id, email=address, now=now
        )
        link = make_link(connection, settings, learner.learner_id, language, now)
    out.print("The account is there. This link signs in once, within 24 hours:")
    out.print(link, soft_wrap=True, markup=False)


@user.command("link", epilog="Example: masar user link director@example.org")
@explained
def link(email: Address, language: InLanguage = Language.FR) -> None:
    """Print a link that signs a person in once, within 24 hours, where mail fails.

    Whoever has the link is that person. Her second factor is asked for all the same.
    """
    settings, now = read_settings(), current_time()
    with write_to_database(settings) as connection:
        account = get_account_of(connection, settings, email)
        printed = make_link(connection, settings, account.learner_id, language, now)
    out.print(printed, soft_wrap=True, markup=False)


@user.command("list", epilog="Example: masar user list --limit 20")
@explained
def show(
    limit: Annotated[int, typer.Option(help="How many.", min=1)] = MOST_LISTED,
) -> None:
    """List the newest accounts: address, since when, second factor."""
    with write_to_database(read_settings()) as connection:
        accounts = list_accounts(connection, limit=limit)
    table = Table("address", "since", "password", "second factor")
    for each in accounts:
        has_password = "yes" if each.password_hash else "no"
        has_second = "yes" if each.has_second_factor else "no"
        since = each.created_at.date().isoformat()
        table.add_row(each.email, since, has_password, has_second)
    out.print(table)


@user.command(
    "reset-second-factor",
    epilog="Example: masar user reset-second-factor director@example.org",
)
@explained
def reset_second_factor(email: Address) -> None:
    """Turn off the second factor of a person who has lost it, once you know it is she.

    She is signed out everywhere; offices that ask for it rest until she sets up another.
    """
    settings, now = read_settings(), current_time()
    with write_to_database(settings) as connection:
        account = get_account_of(connection, settings, email)
        drop_second_factor(connection, learner_id=account.learner_id, now=now)
        ended = revoke_other_sessions(
            connection, learner_id=account.learner_id, kept_ref=None
        )
    out.print(f"Her second factor is off; {ended} sessions ended.")


def get_account_of(connection: Connection, settings: Settings, email: str) -> Account:
    """Return the account with this address.

    Raises:
        EmailInvalidError: It cannot be an address.
        AccountNotFoundError: Nobody has it.
    """
    address, key = read_address(email), secret_of(settings)
    account = find_account_by_email(connection, key=key, email=address)
    if account is None:
        raise AccountNotFoundError
    return account


def make_link(
    connection: Connection,
    settings: Settings,
    learner_id: UUID,
    language: Language,
    now: datetime,
) -> str:
    """Return the address of a page that signs a person in once."""
    handle = issue_ticket(
        connection,
        purpose=Purpose.SIGN_IN,
        learner_id=learner_id,
        address=None,
        now=now,
        lifetime=OPERATOR_LIFETIME,
    )
    query = urlencode({"ticket": link_of_ticket(secret_of(settings), handle)})
    return f"{settings.public_url}{language}/sign-in/link?{query}"
