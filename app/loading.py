"""The files of an installation: find them, check them, load them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection

from app.catalogue.domain import Catalogue
from app.catalogue.files import catalogue_schema, read_catalogue
from app.catalogue.service import forget_catalogues, load_catalogue
from app.frameworks.domain import Framework, Instrument
from app.frameworks.files import (
    framework_schema,
    instrument_schema,
    read_framework,
    read_instrument,
)
from app.frameworks.queries import version_number
from app.frameworks.service import publish_framework, publish_instrument
from app.kernel.yaml import DocumentError, FileProblem, read_document

SCHEMAS = {
    "framework.schema.json": framework_schema,
    "instrument.schema.json": instrument_schema,
    "catalogue.schema.json": catalogue_schema,
}


def load_files(
    connection: Connection,
    folder: Path,
    *,
    now: datetime,
    tell: Callable[[str], None] = lambda _text: None,
) -> int:
    """Publish every file of a folder in one transaction; return how many were new.

    Raises:
        DocumentError: A file is wrong.
        VersionIsPublishedError: A file differs from its published version.
    """
    changed = 0
    frameworks: list[Framework] = []
    for path in framework_files(folder):
        tell(f"Framework {path.parent.name}")
        framework = read_framework(path)
        frameworks.append(framework)
        data = read_document(path).data
        changed += publish_framework(
            connection, framework=framework, data=data, now=now
        )
    instruments: list[Instrument] = []
    for path, framework in instrument_files(folder, frameworks):
        tell(f"Questions {path.stem}")
        instrument = read_instrument(path, framework)
        instruments.append(instrument)
        data = read_document(path).data
        changed += publish_instrument(
            connection, instrument=instrument, data=data, now=now
        )
    catalogues = list[Catalogue]()
    for path in course_files(folder):
        tell(f"Courses {path.stem}")
        catalogue = read_catalogue(path, competency_keys(frameworks), catalogues)
        catalogues.append(catalogue)
        data = read_document(path).data
        changed += load_catalogue(connection, key=catalogue.key, data=data, now=now)
    if catalogues:
        changed += forget_catalogues(connection, keep=[c.key for c in catalogues])
    for error in missing_parts(folder, frameworks, instruments):
        raise error
    return changed


def missing_parts(
    folder: Path, frameworks: list[Framework], instruments: list[Instrument]
) -> list[DocumentError]:
    """Name what would leave the site without its first page."""
    if not frameworks:
        here = FileProblem(1, 1, "file", "holds no framework", "<key>/<version>.yaml")
        return [DocumentError(folder, [here])]
    asked = {(i.framework_key, i.framework_version) for i in instruments}
    ordered = sorted(frameworks, key=lambda f: version_number(f.version))
    wrong = "is the newest version, but no questionnaire asks about it"
    return [
        DocumentError(
            folder / newest.key / f"{newest.version}.yaml",
            [
                FileProblem(
                    1, 1, "version", wrong, f"framework: {newest.ref} in instruments/"
                )
            ],
        )
        for newest in {f.key: f for f in ordered}.values()
        if (newest.key, newest.version) not in asked
    ]


def read_everything(folder: Path) -> tuple[list[object], list[DocumentError]]:
    """Read every file of a folder; return the values and the problems."""
    wrong: list[DocumentError] = []
    values: list[object] = []
    frameworks: list[Framework] = []
    for path in framework_files(folder):
        with Collected(wrong):
            frameworks.append(read_framework(path))
    values += frameworks
    if wrong:  # what builds on them would be blamed for it
        return values, wrong
    instruments: list[Instrument] = []
    with Collected(wrong):
        for path, framework in instrument_files(folder, frameworks):
            with Collected(wrong):
                instruments.append(read_instrument(path, framework))
    values += instruments
    if not wrong:
        wrong += missing_parts(folder, frameworks, instruments)
    catalogues = list[Catalogue]()
    for path in course_files(folder):
        with Collected(wrong):
            keys = competency_keys(frameworks)
            catalogues.append(read_catalogue(path, keys, catalogues))
    return [*values, *catalogues], wrong


class Collected:
    """Gathers the problems of one file and goes on with the next."""

    def __init__(self, problems: list[DocumentError]) -> None:
        self._problems = problems

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _type: object, error: object, _trace: object) -> bool:
        """Keep a file's problems; let everything else through."""
        if isinstance(error, DocumentError):
            self._problems.append(error)
            return True
        return False


def framework_files(folder: Path) -> list[Path]:
    """List ``<key>/<version>.yaml``."""
    return [p for p in sorted(folder.glob("*/*.yaml")) if p.parent.name != "courses"]


def instrument_files(
    folder: Path, frameworks: list[Framework]
) -> list[tuple[Path, Framework]]:
    """List ``<key>/instruments/*.yaml`` with the framework each is made for."""
    found = []
    for path in sorted(folder.glob("*/instruments/*.yaml")):
        data = read_document(path).data
        named = data.get("framework") if isinstance(data, dict) else None
        match = [f for f in frameworks if f.ref == named]
        same_key = [f for f in frameworks if f.key == path.parent.parent.name]
        if candidates := match or same_key:
            found.append((path, candidates[-1]))
    return found


def course_files(folder: Path) -> list[Path]:
    """List ``courses/*.yaml``."""
    return sorted((folder / "courses").glob("*.yaml"))


def competency_keys(frameworks: list[Framework]) -> list[str]:
    """List every competency of some frameworks, each once."""
    return sorted({c.key for f in frameworks for c in f.competencies})


def outdated_schemas(folder: Path) -> list[str]:
    """List the committed schemas that differ from the code."""
    return [
        name
        for name in SCHEMAS
        if not (folder / name).exists()
        or (folder / name).read_bytes() != schema_text(name)
    ]


def schema_text(name: str) -> bytes:
    """Return a JSON schema as it is committed."""
    return orjson.dumps(SCHEMAS[name](), option=orjson.OPT_INDENT_2) + b"\n"
