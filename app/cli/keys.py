"""Commands about the keys of institutions' own systems."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from app.cli.console import explained, masar, out, read_settings, write_to_database
from app.cohorts.domain import INSTALLATION
from app.cohorts.domain.keys import Scope, order_scopes
from app.cohorts.queries import get_institution_by_key
from app.cohorts.queries.keys import list_keys
from app.cohorts.service import KeyDraft, issue_key, revoke_key
from app.kernel.clock import current_time

key = typer.Typer(
    help="Keys with which institutions' systems speak xAPI.", no_args_is_help=True
)
masar.add_typer(key, name="key")
Of = Annotated[str, typer.Argument(help="Short name of the institution.")]


@key.command(
    "issue",
    epilog="Example: masar key issue health Moodle --scope statements/write "
    "--scope define",
)
@explained
def issue(
    institution: Of,
    name: Annotated[str, typer.Argument(help="Which system it is for.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; repeatable.")],
    verb: Annotated[
        list[str] | None, typer.Option(help="Only this verb; repeatable.")
    ] = None,
    activity: Annotated[
        list[str] | None, typer.Option(help="Only this activity; repeatable.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="When it ends, in UTC.")
    ] = None,
) -> None:
    """Issue a key; its secret is shown this once."""
    with write_to_database(read_settings()) as connection:
        found = get_institution_by_key(connection, key=institution)
        issued, secret = issue_key(
            connection,
            actor_id=INSTALLATION,
            institution_id=found.institution_id,
            draft=KeyDraft(
                name=name,
                scopes=scope,
                verbs=verb or [],
                activities=activity or [],
                expires_at=until.replace(tzinfo=UTC) if until else None,
            ),
            now=current_time(),
        )
    out.print(f"User name: {issued.key_id}\nSecret: {secret}", markup=False)


@key.command("list", epilog="Example: masar key list health")
@explained
def list_all(institution: Of) -> None:
    """List the keys of an institution, newest first."""
    table = Table("user name", "name", "scopes", "last used", "state")
    now = current_time()
    with write_to_database(read_settings()) as connection:
        found = get_institution_by_key(connection, key=institution)
        for each in list_keys(connection, institution_id=found.institution_id):
            table.add_row(
                str(each.key_id),
                each.name,
                ", ".join(order_scopes(each.scopes)),
                str(each.last_used_on or "never"),
                "valid" if each.is_valid(now) else "ended",
            )
    out.print(table)


@key.command("revoke", epilog="Example: masar key revoke health 3f0b6a52-…")
@explained
def revoke(
    institution: Of,
    key_id: Annotated[UUID, typer.Argument(help="User name of the key.")],
) -> None:
    """End a key at once."""
    with write_to_database(read_settings()) as connection:
        found = get_institution_by_key(connection, key=institution)
        revoke_key(
            connection,
            actor_id=INSTALLATION,
            institution_id=found.institution_id,
            key_id=key_id,
            now=current_time(),
        )
    out.print("Ended.")
