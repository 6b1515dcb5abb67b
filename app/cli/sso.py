"""Commands about signing in through institutions (OpenID Connect)."""

from typing import Annotated

import typer
from rich.table import Table

from app.cli.console import (
    FAILED,
    MISUSED,
    err,
    explained,
    masar,
    out,
    read_settings,
    write_to_database,
)
from app.cohorts.queries import get_institution_by_key
from app.identity.access import secret_of
from app.identity.domain.openid import (
    Provider,
    is_safe_address,
    read_domain,
    return_address,
    seal_client_secret,
)
from app.identity.queries import list_providers
from app.identity.service import add_provider, remove_provider
from app.identity.service.openid import check_provider
from app.kernel.clock import current_time

sso = typer.Typer(help="Signing in through institutions.", no_args_is_help=True)
masar.add_typer(sso, name="sso")
KeyOf = Annotated[str, typer.Option("--institution", help="Short name.")]


@sso.command(
    "add",
    epilog="Example: MASAR_CLIENT_SECRET=… masar sso add --institution health "
    "--issuer https://login.health.example --client-id masar --domain health.example",
)
@explained
def add(
    institution: KeyOf,
    issuer: Annotated[str, typer.Option(help="Exactly as the provider writes it.")],
    client_id: Annotated[str, typer.Option(help="Our name at the provider.")],
    domain: Annotated[
        list[str] | None,
        typer.Option(help="Mail domain of the institution's own; repeatable."),
    ] = None,
    client_secret: Annotated[
        str,
        typer.Option(
            help="Better in the variable: others see command lines. Empty: none.",
            envvar="MASAR_CLIENT_SECRET",
            show_envvar=True,
        ),
    ] = "",
) -> None:
    """Let people sign in through an institution, once its provider has answered.

    Again with the same institution changes what is known of it. Only people whose
    verified address lies in one of the domains get an account at once; the others
    connect an account that they have.
    """
    settings, now = read_settings(), current_time()
    if not is_safe_address(issuer, issuer=issuer):
        err.print("The issuer must begin with https://")
        raise typer.Exit(MISUSED)
    sealed = seal_client_secret(secret_of(settings), institution, client_secret)
    with write_to_database(settings) as connection:
        found = get_institution_by_key(connection, key=institution)
    provider = Provider(
        provider_key=found.key,
        name=found.name_in(settings.default_language),
        issuer=issuer,
        client_id=client_id,
        sealed_secret=sealed if client_secret else None,
        domains=tuple(sorted({read_domain(each) for each in domain or []})),
    )
    check_provider(provider, now=now)
    with write_to_database(settings) as connection:
        add_provider(connection, provider=provider, now=now)
    back = return_address(str(settings.public_url), provider.provider_key)
    out.print("Its provider answered. Register this address there:")
    out.print(back, soft_wrap=True, markup=False)


@sso.command("list", epilog="Example: masar sso list")
@explained
def show() -> None:
    """List the institutions through which people sign in."""
    settings = read_settings()
    with write_to_database(settings) as connection:
        providers = list_providers(connection)
    table = Table("institution", "issuer", "client", "domains", "returns to")
    for each in providers:
        back = return_address(str(settings.public_url), each.provider_key)
        domains = " ".join(each.domains) or "(none: people connect accounts)"
        table.add_row(each.provider_key, each.issuer, each.client_id, domains, back)
    out.print(table)


@sso.command("remove", epilog="Example: masar sso remove --institution health")
@explained
def remove(institution: KeyOf) -> None:
    """Let nobody sign in through an institution any more; accounts stay."""
    with write_to_database(read_settings()) as connection:
        is_gone = remove_provider(connection, provider_key=institution)
    if not is_gone:
        err.print("Nobody signs in through this institution. See: masar sso list")
        raise typer.Exit(FAILED)
    out.print("Removed. Its people sign in by e-mail or password.")
