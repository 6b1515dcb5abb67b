"""Commands about what the site shows: frameworks, courses."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from app.cli.console import (
    FAILED,
    err,
    explained,
    masar,
    out,
    read_settings,
    write_to_database,
)
from app.kernel.clock import current_time
from app.kernel.text import Language, TranslationState, iter_texts, translation_counts
from app.loading import (
    SCHEMAS,
    load_files,
    outdated_schemas,
    read_everything,
    schema_text,
)
from app.settings import ROOT, Settings


@masar.command(epilog="Example: masar load")
@explained
def load() -> None:
    """Publish every framework and course file; all or nothing, and again is harmless."""
    changed = load_into(read_settings())
    out.print(f"{changed} new or changed." if changed else "All was loaded already.")


def load_into(settings: Settings) -> int:
    """Publish the files of an installation in one transaction."""
    folder = settings.frameworks_dir
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Reading files")
        with write_to_database(settings) as connection:
            return load_files(
                connection,
                folder,
                now=current_time(),
                tell=lambda text: progress.update(task, description=text),
            )


@masar.command(epilog="Example: masar check")
@explained
def check(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of the files.",
            envvar="MASAR_FRAMEWORKS_DIR",
            exists=True,
            file_okay=False,
        ),
    ] = ROOT / "frameworks",
    *,
    write_schemas: Annotated[
        bool, typer.Option("--write-schemas", help="Write the JSON schemas anew.")
    ] = False,
) -> None:
    """Validate every YAML file and its schema, and count translations."""
    values, wrong = read_everything(folder)
    for error in wrong:
        err.print(str(error), markup=False)
    stale_schemas = [] if write_schemas else outdated_schemas(folder)
    if write_schemas:
        for name in SCHEMAS:
            (folder / name).write_bytes(schema_text(name))
    for name in stale_schemas:
        err.print(f"{name} is out of date: masar check --write-schemas")
    print_translations(values)
    if wrong or stale_schemas:
        raise typer.Exit(FAILED)
    out.print(f"{len(values)} files are valid.")


def print_translations(values: list[object]) -> None:
    """Show how many texts are current, stale and missing in each language."""
    counts = translation_counts(text for value in values for text in iter_texts(value))
    table = Table("language", *TranslationState, title="Texts by translation state")
    for language in Language:
        row = counts[language]
        table.add_row(language, *(str(row[state]) for state in TranslationState))
    out.print(table)
