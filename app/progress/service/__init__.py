"""Use cases of progress."""

from app.progress.service.doing import (
    LONGEST_NOTE,
    MOST_MINUTES,
    Word,
    correct,
    say,
    take_back,
    write_note,
)
from app.progress.service.ledger import record_entries, record_many
from app.progress.service.merging import adopt
from app.progress.service.walking import find_walk

__all__ = [
    "LONGEST_NOTE",
    "MOST_MINUTES",
    "Word",
    "adopt",
    "correct",
    "find_walk",
    "record_entries",
    "record_many",
    "say",
    "take_back",
    "write_note",
]
