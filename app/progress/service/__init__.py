"""Use cases of progress."""

from app.progress.service.certificates import Desk, Given, give_certificate
from app.progress.service.doing import (
    LONGEST_NOTE,
    MOST_MINUTES,
    Word,
    choose,
    correct,
    say,
    take_back,
    write_note,
)
from app.progress.service.keeping import (
    FORGET,
    adopt_certificates,
    forget_document,
    leave,
    remove_certificate,
    sweep_documents,
)
from app.progress.service.ledger import record_entries, record_many
from app.progress.service.merging import adopt
from app.progress.service.reminders import (
    LETTERS,
    Post,
    choose_reminders,
    plan_reminders,
    stop_by_link,
    stop_reminders,
    take_letter,
    write_letter,
)
from app.progress.service.reviews import (
    Decision,
    decide_review,
    request_review,
    take_back_review,
)
from app.progress.service.subscribing import (
    close_calendar,
    open_calendar,
    renew_calendar,
)
from app.progress.service.walking import find_walk

__all__ = [
    "FORGET",
    "LETTERS",
    "LONGEST_NOTE",
    "MOST_MINUTES",
    "Decision",
    "Desk",
    "Given",
    "Post",
    "Word",
    "adopt",
    "adopt_certificates",
    "choose",
    "choose_reminders",
    "close_calendar",
    "correct",
    "decide_review",
    "find_walk",
    "forget_document",
    "give_certificate",
    "leave",
    "open_calendar",
    "plan_reminders",
    "record_entries",
    "record_many",
    "remove_certificate",
    "renew_calendar",
    "request_review",
    "say",
    "stop_by_link",
    "stop_reminders",
    "sweep_documents",
    "take_back",
    "take_back_review",
    "take_letter",
    "write_letter",
    "write_note",
]
