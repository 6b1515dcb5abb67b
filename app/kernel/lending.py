"""Database connections that stay open and go from hand to hand."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine


class Borrowed:
    """A connection for a while; it stays open and goes from hand to hand.

    Opening and closing would cost more than a statement. The one used last is taken
    first; after a failure it is closed, and if it is lost, the idle ones too.
    """

    __slots__ = ("_connection", "_drop_idle", "_engine", "_idle")

    def __init__(
        self, idle: list[Connection], engine: Engine, drop_idle: Callable[[], None]
    ) -> None:
        self._idle, self._engine, self._drop_idle = idle, engine, drop_idle

    def __enter__(self) -> Connection:
        """Take the one used last, or open one."""
        try:
            self._connection = self._idle.pop()
        except IndexError:
            self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        """Give it back."""
        if kind is None:
            self._idle.append(self._connection)
            return
        is_lost = self._connection.invalidated
        self._connection.close()
        if is_lost:
            self._drop_idle()
