"""What commands leave behind."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select
from typer.testing import Result

from app.catalogue.models import ReleaseRow
from app.frameworks.models import FrameworkRow, InstrumentRow
from app.kernel.database import Base, Database

Run = Callable[..., Result]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def count(url: str, *tables: type[Base]) -> list[int | None]:
    """Count the rows of tables."""
    database = Database(url)
    try:
        with database.read() as connection:
            counts = [select(func.count()).select_from(table) for table in tables]
            return [connection.scalar(each) for each in counts]
    finally:
        database.close()


def loaded(url: str) -> list[int | None]:
    """Count what is published."""
    return count(url, FrameworkRow, InstrumentRow, ReleaseRow)
