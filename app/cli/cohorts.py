"""Commands about institutions and the offices of people in them."""

from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from app.cli.console import (
    FAILED,
    err,
    explained,
    masar,
    out,
    read_settings,
    user,
    write_to_database,
)
from app.cohorts.domain import INSTALLATION, Institution, InstitutionKind, Office
from app.cohorts.queries import (
    get_institution_by_key,
    list_children,
    list_institutions_below,
)
from app.cohorts.service import (
    InstitutionDraft,
    add_institution,
    grant_office,
    revoke_office,
)
from app.identity.access import secret_of
from app.identity.domain.addresses import read_address
from app.identity.queries import find_learner_by_email
from app.kernel.clock import current_time
from app.kernel.text import Language

institution = typer.Typer(help="The tree of institutions.", no_args_is_help=True)
masar.add_typer(institution, name="institution")
KeyOf = Annotated[str, typer.Argument(help="Short name, e.g. ministry-of-health.")]
Address = Annotated[str, typer.Argument(help="E-mail address of an account.")]
Role = Annotated[Office, typer.Argument(help="What she does.")]
Where = Annotated[
    str, typer.Argument(help="Short name of the institution; none for an operator.")
]


@institution.command(
    "add",
    epilog="Example: masar institution add health ministry --name fr='Ministère de "
    "la santé' --below senegal",
)
@explained
def add(
    key: KeyOf,
    kind: Annotated[InstitutionKind, typer.Argument(help="What it is.")],
    name: Annotated[
        list[str], typer.Option(help="Language and name, e.g. fr=Santé; repeatable.")
    ],
    below: Annotated[
        str, typer.Option(help="Short name of the institution above.")
    ] = "",
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-2, e.g. SN.")] = "",
    smallest_cell: Annotated[
        int | None, typer.Option(help="Fewest people behind a figure, at least 5.")
    ] = None,
) -> None:
    """Add an institution, as a root or below another."""
    draft = InstitutionDraft(
        key=key,
        kind=kind,
        names=_read_names(name),
        country=country or None,
        smallest_cell=smallest_cell,
    )
    with write_to_database(read_settings()) as connection:
        added = add_institution(
            connection,
            actor_id=INSTALLATION,
            parent=get_institution_by_key(connection, key=below) if below else None,
            draft=draft,
            now=current_time(),
        )
    out.print(f"Added: {added.key}", markup=False)


def _read_names(given: list[str]) -> dict[Language, str]:
    names: dict[Language, str] = {}
    for each in given:
        code, separator, text = each.partition("=")
        if not separator or code not in set(Language):
            raise typer.BadParameter(f"{each!r}: e.g. --name fr='Ministère'")
        names[Language(code)] = text.strip()
    return names


@institution.command("list", epilog="Example: masar institution list --below senegal")
@explained
def list_all(
    below: Annotated[
        str, typer.Option(help="Only this institution and what lies below it.")
    ] = "",
    language: Annotated[
        Language, typer.Option(help="Language of the names.")
    ] = Language.EN,
) -> None:
    """List institutions with what lies below them."""
    table = Table("short name", "kind", "name", "country", "fewest people")
    with write_to_database(read_settings()) as connection:
        for each in _list(connection, below):
            table.add_row(
                each.key,
                each.kind,
                each.name_in(language),
                each.country or "",
                str(each.smallest_cell),
            )
    out.print(table)


def _list(connection: Connection, below: str) -> list[Institution]:
    roots = (
        [get_institution_by_key(connection, key=below)]
        if below
        else list_children(connection, institution_id=None)
    )
    return [
        each
        for root in roots
        for each in list_institutions_below(
            connection, institution_id=root.institution_id
        )
    ]


@user.command(
    "grant", epilog="Example: masar user grant amina@example.org administrator health"
)
@explained
def grant(email: Address, role: Role, institution_key: Where = "") -> None:
    """Give somebody an office; an operator acts for the whole installation."""
    _change(email, role, institution_key, is_grant=True)
    out.print("Granted.")


@user.command(
    "revoke", epilog="Example: masar user revoke amina@example.org trainer health"
)
@explained
def revoke(email: Address, role: Role, institution_key: Where = "") -> None:
    """Take an office back; without one, nothing happens."""
    _change(email, role, institution_key, is_grant=False)
    out.print("Revoked.")


def _change(email: str, role: Office, institution_key: str, *, is_grant: bool) -> None:
    settings = read_settings()
    change = grant_office if is_grant else revoke_office
    with write_to_database(settings) as connection:
        learner = find_learner_by_email(
            connection, key=secret_of(settings), email=read_address(email)
        )
        if learner is None:
            err.print("Nobody has an account with this address.")
            raise typer.Exit(FAILED)
        where = (
            get_institution_by_key(connection, key=institution_key).institution_id
            if institution_key
            else INSTALLATION
        )
        change(
            connection,
            actor_id=INSTALLATION,
            learner_id=learner.learner_id,
            office=role,
            institution_id=where,
            now=current_time(),
        )
