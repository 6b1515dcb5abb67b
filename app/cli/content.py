"""Commands about what the site shows: frameworks, courses, an example learner."""

from itertools import cycle
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from app.assessment.service import save_answers, start_attempt, submit_attempt
from app.cli.console import (
    FAILED,
    err,
    explained,
    masar,
    out,
    read_settings,
    write_to_database,
)
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.identity.domain import make_resume_code
from app.identity.service import welcome
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

DEMO_ANSWERS = (
    *("2", "not_applicable", "2", "3", "1", "3", "2", "unknown", "2", "1"),
    *("3", "1", "3", "1", "3", "2", "2", "3", "1"),
)
"""A believable mixture, in the order of the questions."""


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


@masar.command(epilog="Example: masar demo --role trainer")
@explained
def demo(
    role: Annotated[
        str, typer.Option(help="A role of the framework.")
    ] = "service-manager",
    language: Annotated[
        Language, typer.Option(help="Language of the learner.")
    ] = Language.FR,
) -> None:
    """Make a fictitious learner with answers, and print how to look through her eyes."""
    settings = read_settings()
    secret = bytes.fromhex(settings.secret_key.get_secret_value())
    now = current_time()
    with write_to_database(settings) as connection:
        framework = get_default_framework(connection)
        instrument = get_current_instrument(connection, framework)
        learner = welcome(connection, key=secret, language=language, now=now)
        attempt = start_attempt(
            connection,
            learner=learner,
            framework=framework,
            instrument=instrument,
            role_key=role,
            now=now,
        )
        keys = {"attempt_id": attempt.attempt_id, "learner_id": learner.learner_id}
        values = zip(
            (i.key for i in instrument.items), cycle(DEMO_ANSWERS), strict=False
        )
        save_answers(connection, **keys, values=dict(values), now=now)
        submit_attempt(connection, **keys, now=now)
    code = make_resume_code(secret, learner.resume_nonce)
    out.print(f"A fictitious learner is there. Her resume code: {code}")
    out.print(f"Enter it on {settings.public_url}{language}/resume")
