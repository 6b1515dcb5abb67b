"""Statements of the hot paths: compiled once, then run by the driver itself.

SQLAlchemy writes the SQL and knows the types; what it does around each execution
(25 µs, where the statement itself takes 5) is left out (docs/benchmarks.md). Beside them, one that copies rows of any table.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Dialect,
    Select,
    bindparam,
    exists,
    insert,
    literal,
    select,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import Insert

if TYPE_CHECKING:  # it builds on this module
    from app.kernel.database import Base

Convert = Callable[[Any], Any]


class Prebuilt:
    """A SELECT or INSERT that runs as it stands, thousands of times.

    Args:
        statement: With a ``bindparam`` where a value goes; no list of values.

    Example:
        >>> query = Prebuilt(select(AimRow.revision).where(…bindparam("learner_id")))
        >>> query.first(connection, {"learner_id": learner_id}).revision
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:  # noqa: ANN401 -- a row has the statement's columns
        """Return the first row as a named tuple, or ``None``."""
        compiled = self._compile(connection.dialect)
        rows = self._fetch(compiled, connection, values)
        return compiled.row._make(rows[0]) if rows else None

    def all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return every row as a tuple."""
        return self._fetch(self._compile(connection.dialect), connection, values)

    def _fetch(
        self, compiled: "_Compiled", connection: Connection, values: Mapping[str, Any]
    ) -> Sequence[Any]:
        try:
            rows = compiled.execute(connection, values).fetchall()
        except compiled.errors:
            # SQLAlchemy knows what a lost connection needs: let it fail there.
            return connection.execute(self._statement, values).all()
        return compiled.convert(rows)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Write; return how many rows were touched."""
        compiled = self._compile(connection.dialect)
        try:
            return compiled.execute(connection, values).rowcount
        except compiled.refusals as error:
            raise compiled.refused(error) from error
        except compiled.errors:
            return connection.execute(self._statement, values).rowcount

    def run_many(
        self, connection: Connection, rows: Sequence[Mapping[str, Any]]
    ) -> int:
        """Write many rows; return how many were touched, on both databases."""
        compiled = self._compile(connection.dialect)
        try:
            return compiled.execute_many(connection, rows).rowcount
        except compiled.refusals as error:
            raise compiled.refused(error) from error
        except compiled.errors:
            return connection.execute(self._statement, rows).rowcount

    def _compile(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = _Compiled(self._statement, dialect)
            self._compiled[dialect.name] = compiled
        return compiled


class PrebuiltAmong:
    """A SELECT of the rows that have one of many values in a column.

    Compiled once for each power of two: the last value is repeated up to the next one,
    which changes nothing about what is found.

    Args:
        statement: As for ``Prebuilt``.
        column: What is to be one of the values.

    Example:
        >>> query = PrebuiltAmong(select(AimRow.revision), AimRow.learner_id)
        >>> query.all(connection, {}, among=[ada, bob])
    """

    MOST = 512
    """Values in one statement; for more there are several."""

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]],
        column: InstrumentedAttribute[Any],
    ) -> None:
        self._statement = statement
        self._column = column
        self._sizes: dict[int, Prebuilt] = {}

    def all(
        self, connection: Connection, values: Mapping[str, Any], *, among: Iterable[Any]
    ) -> list[Any]:
        """Return every row as a tuple."""
        wanted = list(dict.fromkeys(among))
        rows: list[Any] = []
        for start in range(0, len(wanted), self.MOST):
            part = wanted[start : start + self.MOST]
            size = 1 << (len(part) - 1).bit_length()
            part += part[-1:] * (size - len(part))
            each = {f"among_{place}": value for place, value in enumerate(part)}
            rows += self._of(size).all(connection, {**values, **each})
        return rows

    def _of(self, size: int) -> Prebuilt:
        found = self._sizes.get(size)
        if found is None:
            places = [
                bindparam(f"among_{place}", type_=self._column.type)
                for place in range(size)
            ]
            found = Prebuilt(self._statement.where(self._column.in_(places)))
            self._sizes[size] = found
        return found


class _Compiled:
    """A statement in the words of one database, with the conversions of its values."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Insert, dialect: Dialect
    ) -> None:
        compiled = statement.compile(dialect=dialect)
        driver = dialect.loaded_dbapi
        self.errors: type[Exception] = driver.Error
        self.refusals: type[Exception] = driver.IntegrityError
        """A rule of a table is broken: doing it again could only hide which."""
        self._sql = compiled.string
        self._order = compiled.positiontup
        """Names by position, for a driver without named parameters."""
        self._converts: list[tuple[str, Convert]] = []
        """What a value needs before the driver takes it; most need nothing."""
        for name, bind in compiled.binds.items():
            if not bind.required:
                raise ValueError("a constant in a prebuilt statement", name)
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if convert:
                self._converts.append((name, convert))
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        names = [str(column.key) for column in columns]
        # Its fields are the statement's: no type checker could know them.
        self.row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024
        self._restores = [
            (position, convert)
            for position, column in enumerate(columns)
            if (
                convert := column.type.dialect_impl(dialect).result_processor(
                    dialect, None
                )
            )
        ]

    def refused(self, error: Exception) -> IntegrityError:
        """Return a refusal as SQLAlchemy's own, without the values."""
        return IntegrityError(self._sql, None, error, hide_parameters=True)

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> DBAPICursor:
        """Hand the statement to the driver."""
        cursor = connection.connection.cursor()
        cursor.execute(self._sql, self._give(values))
        return cursor

    def execute_many(
        self, connection: Connection, rows: Sequence[Mapping[str, Any]]
    ) -> DBAPICursor:
        """Hand the statement to the driver once for many rows."""
        cursor = connection.connection.cursor()
        cursor.executemany(self._sql, [self._give(values) for values in rows])
        return cursor

    def _give(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a list or a mapping
        given: Any = values
        if self._converts:
            given = {**values}
            for name, convert in self._converts:
                given[name] = convert(given[name])
        return [given[name] for name in self._order] if self._order else given

    def convert(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Return the rows with Python's types."""
        if not self._restores:
            return rows
        converted = [list(row) for row in rows]
        for row in converted:
            for position, convert in self._restores:
                row[position] = convert(row[position])
        return converted


def copy_rows(
    connection: Connection,
    table: "type[Base]",
    *,
    column: str,
    old: object,
    new: object,
) -> None:
    """Copy the rows that have ``old`` in a column; the copies have ``new`` there.

    A row that ``new`` has already, by the rest of its key, stays as it is. A key is never
    changed in place: where tables are distributed by it, the row would have to move to
    another machine.
    """
    columns = table.__table__.c
    others = [each for each in columns if each.name != column]
    known = table.__table__.alias()
    same = [known.c[k.name] == k for k in table.__table__.primary_key if k in others]
    connection.execute(
        insert(table).from_select(
            [column, *(each.name for each in others)],
            select(literal(new, columns[column].type), *others).where(
                columns[column] == old, ~exists().where(known.c[column] == new, *same)
            ),
        )
    )
