"""Alembic's entry point: models in, connection from whoever calls."""

from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection

import app
from app.kernel.database import Base, Database, UtcDateTime
from app.settings import Settings

for models in sorted(Path(app.__path__[0]).glob("*/models.py")):
    import_module(f"app.{models.parent.name}.models")
import_module("app.kernel.jobs")  # the one table below all rooms


def render_item(_type: str, item: object, _context: Any) -> str | Literal[False]:  # noqa: ANN401 -- alembic's signature
    """Write our own types as plain SQLAlchemy: a migration never imports app."""
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def compare_type(
    _context: Any,  # noqa: ANN401 -- alembic's signature
    _inspected: Any,  # noqa: ANN401 -- theirs
    _column: Any,  # noqa: ANN401 -- theirs
    inspected_type: object,
    model_type: object,
) -> bool | None:
    """Take an enumeration for what it is in the database: text."""
    if isinstance(model_type, sa.Enum) and isinstance(inspected_type, sa.String):
        return inspected_type.length != model_type.length
    return None


def run(connection: Connection) -> None:
    """Run the pending migrations, each in its own transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        compare_type=compare_type,
        render_item=render_item,
        transaction_per_migration=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("url")
database = Database(given or Settings().database_url.get_secret_value())  # type: ignore[call-arg]  # from the environment
with database.engine.connect() as opened:
    run(opened)
    opened.commit()
database.close()
