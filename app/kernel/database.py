"""One declarative base, one way to open a transaction, and where the databases differ."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import orjson
from fastapi import Depends, Request
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass
from sqlalchemy.sql.dml import Insert
from typing_extensions import override

from app.kernel.lending import Borrowed
from app.kernel.statements import Prebuilt

POOL_SIZE = 8
"""Connections and worker threads of one process: 40 threads are slower than 4."""
MAX_OVERFLOW = 3 * POOL_SIZE
"""A thread holds at most two connections to read and one to write."""
_POOL: Any = {
    "pool_size": POOL_SIZE,
    "max_overflow": MAX_OVERFLOW,
    "pool_use_lifo": True,
    "hide_parameters": True,
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}
_READS = "masar_reads"
"""Execution option of connections that open no transaction on SQLite."""
LOCK_WAIT_MS = 5000
"""How long SQLite waits for another process's write before it gives up."""
LOOP_WAIT_MS = 10
"""How long the event loop waits for another process's write, with all requests."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant on every database, SQLite included."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC) if value else None

    @override
    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _values(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Parent of every table: constraint names, column types.

    Rows never print their values, which may be personal.
    """

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(constraint_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        # Stored as text, loaded as the enum; a new member needs no migration.
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=32,
            values_callable=_values,
        ),
    }


class BusyError(Exception):
    """Another write takes longer than the event loop may wait; nothing has begun."""


class Database:
    """An engine and its rules: how a read and a write begin, wait and end.

    A read runs statement by statement (READ COMMITTED without a transaction: no
    extra round trip). A write is one transaction; on SQLite it takes the write
    lock at once, behind one lock in the process, so that it never fails half-way
    for want of it.
    """

    def __init__(self, url: str) -> None:
        self._engine = _create_engine(url)
        self._writing = threading.Lock()
        self._readers: list[Connection] = []
        self._writers: list[Connection] = []
        self.is_embedded: bool = self._engine.dialect.name == "sqlite"
        """SQLite in this process: statements take microseconds, no network."""
        self._reader = self._engine.execution_options(
            **{_READS: True} if self.is_embedded else {"isolation_level": "AUTOCOMMIT"}
        )

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and the tests' own look at the tables."""
        return self._engine

    def read(self) -> AbstractContextManager[Connection]:
        """Open a connection that may only SELECT."""
        return Borrowed(self._readers, self._reader, self._drop_idle)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction; commit at the end, roll back on any error.

        The commit is durable when this returns: SQLite runs with
        ``synchronous=FULL``, PostgreSQL with ``synchronous_commit=on``.
        """
        with (
            self._writing if self.is_embedded else nullcontext(),
            Borrowed(self._writers, self._engine, self._drop_idle) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write_at_once(self) -> Iterator[Connection]:
        """Do on SQLite what ``write`` does, or raise ``BusyError`` rather than wait."""
        # No wait here: those after us would wait as well, and find us writing.
        if not self._writing.acquire(blocking=False):
            raise BusyError
        try:
            borrowed = Borrowed(self._writers, self._engine, self._drop_idle)
            with borrowed as connection, _begin_at_once(connection):
                yield connection
        finally:
            self._writing.release()

    def close(self) -> None:
        """Give every connection back."""
        self._drop_idle()
        self._engine.dispose()

    def _drop_idle(self) -> None:
        while idle := self._readers or self._writers:
            idle.pop().close()


def _create_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed,
            **_POOL,
            pool_timeout=10,
            connect_args={
                "connect_timeout": 5,
                # A server that hangs instead of dying must not hold every thread.
                "keepalives_idle": 30,
                "tcp_user_timeout": 10_000,
                "prepare_threshold": 1,
                "options": "-c synchronous_commit=on -c timezone=UTC",
            },
        )
    engine = create_engine(
        parsed,
        **_POOL,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # Autocommit at the driver: the BEGIN below is the only one.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={LOCK_WAIT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_at_once(connection: Connection) -> AbstractContextManager[object]:
    driver: Any = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA busy_timeout={LOOP_WAIT_MS}")
    try:
        return connection.begin()
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise BusyError from None
        raise
    finally:
        driver.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")


def _begin_immediately(connection: Connection) -> None:
    if _READS not in connection.get_execution_options():
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class Upsert:
    """INSERT … ON CONFLICT DO UPDATE, built once for both databases.

    Args:
        table: Where to.
        values: Columns given at execution, by name.
        keys: Columns of the unique constraint.
        updated: Columns to overwrite; empty: keep the row that is there.
    """

    def __init__(
        self,
        table: type[Base],
        *,
        values: Sequence[str],
        keys: Sequence[str],
        updated: Sequence[str] = (),
    ) -> None:
        bound: dict[str, Any] = {name: bindparam(name) for name in values}
        single = (sqlite.insert(table), postgresql.insert(table))
        self._single = {
            name: Prebuilt(self._settle(insert.values(bound), keys, updated))
            for name, insert in zip(("sqlite", "postgresql"), single, strict=True)
        }
        self._names = tuple(values)
        columns = [table.__table__.c[name] for name in values]
        lists = [
            func.unnest(bindparam(each.name, type_=postgresql.ARRAY(each.type)))
            for each in columns
        ]
        rows = postgresql.insert(table).from_select(
            list(values), select(*lists), include_defaults=False
        )
        self._unnested = Prebuilt(self._settle(rows, keys, updated))

    @staticmethod
    def _settle(
        bound: Any,  # noqa: ANN401 -- of one of two dialects
        keys: Sequence[str],
        updated: Sequence[str],
    ) -> Insert:
        settled: Insert = (
            bound.on_conflict_do_update(
                index_elements=list(keys),
                set_={name: bound.excluded[name] for name in updated},
            )
            if updated
            else bound.on_conflict_do_nothing(index_elements=list(keys))
        )
        return settled

    def execute(
        self,
        connection: Connection,
        rows: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    ) -> int:
        """Write one row or many; return how many rows were touched."""
        name = connection.dialect.name
        if isinstance(rows, Mapping):
            return self._single[name].run(connection, rows)
        return self._single[name].run_many(connection, rows)

    def execute_bulk(
        self, connection: Connection, rows: Sequence[Mapping[str, Any]]
    ) -> int:
        """Do the same for hundreds of rows: on PostgreSQL by one statement for all.

        No column may hold a list. Where ``updated`` is given, no key may come twice.
        """
        if connection.dialect.name == "sqlite":
            return self.execute(connection, rows)
        lists = {name: [row[name] for row in rows] for name in self._names}
        return self._unnested.run(connection, lists)


_LOCK = Prebuilt(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(bindparam("name", type_=String), literal_column("0"))
        ).label("locked")
    )
)


def lock_until_commit(connection: Connection, name: str) -> None:
    """Let nobody else pass here under the same name until this transaction ends.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        _LOCK.all(connection, {"name": name})


def find_revision(connection: Connection) -> str | None:
    """Return the newest migration that has run; ``None`` on an empty database."""
    is_empty = not inspect(connection).has_table("alembic_version")
    asked = text("SELECT version_num FROM alembic_version")
    return None if is_empty else connection.execute(asked).scalar()


def get_database(request: Request) -> Database:
    """Return the application's database."""
    database: Database = request.app.state.database
    return database


def _reading(request: Request) -> Iterator[Connection]:
    with get_database(request).read() as connection:
        yield connection


def _writing(request: Request) -> Iterator[Connection]:
    database = get_database(request)
    is_on_loop = getattr(request.state, "on_loop", False)
    with database.write_at_once() if is_on_loop else database.write() as connection:
        yield connection


DatabaseDep = Annotated[Database, Depends(get_database)]
"""For a use case that computes between a read and a write."""
# scope="function": commit *before* the response leaves, so that a failed commit
# is a 503 and not a 200 (FastAPI's default runs the exit code after sending).
ReadDep = Annotated[Connection, Depends(_reading, scope="function")]
WriteDep = Annotated[Connection, Depends(_writing, scope="function")]
