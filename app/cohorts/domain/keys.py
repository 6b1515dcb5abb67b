"""Keys by which an institution's own systems reach its data here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

LONGEST_KEY_NAME = 120
MOST_FILTERED = 100
"""Verbs or activities that one key may be limited to."""
LONGEST_IRI = 2000


class Scope(StrEnum):
    """What a key may do.

    Source:
        Experience API 1.0.3, part three, 4.2 (the names, and what they include).
    """

    STATEMENTS_WRITE = "statements/write"
    STATEMENTS_READ_MINE = "statements/read/mine"
    """Only statements that were written with the same key."""
    STATEMENTS_READ = "statements/read"
    STATE = "state"
    DEFINE = "define"
    """Statements written with it may change what an activity is called."""
    PROFILE = "profile"
    COMPLETIONS = "completions"
    """Ours: report finished courses in lists, and read who was not found."""
    ALL_READ = "all/read"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key without its secret, which nobody can show again."""

    key_id: UUID
    institution_id: UUID
    name: str
    scopes: frozenset[Scope]
    verbs: tuple[str, ...]
    """It reads and writes statements with these verbs only; empty: with any."""
    activities: tuple[str, ...]
    """It reads and writes statements about these activities only; empty: about any."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_on: date | None

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        is_over = self.expires_at is not None and now >= self.expires_at
        return self.revoked_at is None and not is_over

    def may_read(self, scope: Scope) -> bool:
        """Whether it may read what a scope is about."""
        return not self.scopes.isdisjoint({scope, Scope.ALL, Scope.ALL_READ})

    def may_write(self, scope: Scope) -> bool:
        """Whether it may change what a scope is about."""
        return not self.scopes.isdisjoint({scope, Scope.ALL})

    @property
    def reads_only_its_own(self) -> bool:
        """Whether it sees only the statements that were written with it."""
        return not self.may_read(Scope.STATEMENTS_READ)


def order_scopes(scopes: Collection[Scope]) -> tuple[Scope, ...]:
    """Return scopes in the order of the specification."""
    return tuple(scope for scope in Scope if scope in scopes)
