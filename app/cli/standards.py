"""Commands about other systems' formats."""

from pathlib import Path
from typing import Annotated

import httpx
import orjson
import typer
from rich.progress import track
from rich.table import Table

from app.cli.console import (
    UNAVAILABLE,
    err,
    explained,
    masar,
    out,
    read_settings,
    write_to_database,
)
from app.frameworks.queries import get_current_framework
from app.interop.case.files import LARGEST, draft_framework, parse_package
from app.interop.case.queries import get_shelf

case = typer.Typer(
    help="Frameworks in CASE 1.1, the format of 1EdTech.", no_args_is_help=True
)
masar.add_typer(case, name="case")
PATIENCE_S = 30


@case.command("export", epilog="Example: masar case export unesco-ai-dt --to packages")
@explained
def export(
    key: Annotated[str, typer.Argument(help="Key of the framework.")],
    to: Annotated[
        Path, typer.Option(help="Folder to write to.", file_okay=False)
    ] = Path(),
) -> None:
    """Write the newest version of a framework: one package for each language."""
    settings = read_settings()
    base = str(settings.public_url).rstrip("/")
    with write_to_database(settings) as connection:
        framework = get_current_framework(connection, key)
        shelf = get_shelf(connection, base=base)
    to.mkdir(parents=True, exist_ok=True)
    for package in shelf.packages.values():
        document = package["CFDocument"]
        said = document["extensions"]["masar"]
        if (said["key"], document["version"]) == (framework.key, framework.version):
            path = to / f"{key}-{framework.version}-{document['language']}.json"
            path.write_bytes(orjson.dumps(package, option=orjson.OPT_INDENT_2))
            out.print(path, soft_wrap=True)


@case.command(
    "import",
    epilog="Example: masar case import en.json fr.json --to drafts/skills.yaml",
)
@explained
def import_(
    sources: Annotated[
        list[str],
        typer.Argument(help="Files or addresses of packages, one for each language."),
    ],
    to: Annotated[Path, typer.Option(help="File to write.", dir_okay=False)],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
) -> None:
    """Turn packages of another system into a draft, and say what has no place in it."""
    if to.exists() and not force:
        err.print(
            f"{to} is there already; nothing was written. --force writes over it."
        )
        raise typer.Exit(2)
    packages = [
        parse_package(_fetch(source))
        for source in track(sources, description="Reading", console=err, transient=True)
    ]
    draft = draft_framework(packages)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(draft.as_yaml(), "utf-8")
    kept = draft.data
    out.print(
        f"{draft.items} items read: {len(kept['domains'])} domains, "
        f"{len(kept['competencies'])} competencies, {len(kept['roles'])} roles."
    )
    if draft.lost:
        table = Table("has no place in a draft", "how often")
        for words, number in sorted(draft.lost.items()):
            table.add_row(words, str(number))
        out.print(table)
    out.print(
        f"{to} is a draft: complete it, put it into frameworks/, run masar check."
    )


def _fetch(source: str) -> bytes:
    """Read a file, or what an address answers."""
    if not source.startswith(("http://", "https://")):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            err.print(f"{source} cannot be read: {error.strerror}.", markup=False)
            raise typer.Exit(2) from None
    found = bytearray()
    try:
        with httpx.stream(
            "GET",
            source,
            timeout=PATIENCE_S,
            follow_redirects=True,
            headers={"accept": "application/json"},
        ) as answer:
            answer.raise_for_status()
            for part in answer.iter_bytes():
                found += part
                if len(found) > LARGEST:
                    break
    except httpx.HTTPError as error:
        err.print(f"{source} does not answer: {error}", markup=False)
        raise typer.Exit(UNAVAILABLE) from None
    return bytes(found)
