"""Use cases of progress."""

from app.progress.service.ledger import adopt, record_entries, record_many

__all__ = ["adopt", "record_entries", "record_many"]
