"""What programs read when a rule stops them: keys and reported records."""

from collections.abc import Mapping

from app.web.marking import N_

PROGRAM_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "activity-not-found": (
        N_("We cannot find this activity"),
        N_(
            "No record of this institution has named it. Nothing was changed; the list shows those that exist."
        ),
    ),
    "unknown-unit": (
        N_("There is no such course or module"),
        N_("Nothing was changed. Please choose one from the list."),
    ),
    "document-changed": (
        N_("The document has changed meanwhile"),
        N_(
            "Nothing was written. Please read it again, and send your change with its new tag."
        ),
    ),
    "document-not-found": (
        N_("We cannot find this document"),
        N_(
            "Nothing was changed. Perhaps it was removed, or never written with this key’s institution."
        ),
    ),
    "document-unguarded": (
        N_("This document exists already"),
        N_(
            "Nothing was written. Please read it first, and send its tag with your change."
        ),
    ),
    "key-not-found": (
        N_("We cannot find this key"),
        N_("The institution has none of this number. Nothing was changed."),
    ),
    "completions-wrong": (
        N_("Something is wrong with what was sent"),
        N_("Nothing was recorded. Correct it and send it again."),
    ),
    "key-refused": (
        N_("This key does not open anything"),
        N_(
            "It is wrong, has ended or was revoked. Nothing was changed. An administrator of the institution can issue a new one."
        ),
    ),
    "key-scope": (
        N_("This key is not meant for that"),
        N_(
            "Nothing was changed. An administrator of the institution can issue one that is."
        ),
    ),
    "statement-exists": (
        N_("Another statement has this id"),
        N_(
            "None of the statements was stored, and the one that was there is unchanged. Please give the new one an id of its own."
        ),
    ),
    "report-not-found": (
        N_("We cannot find this list of finished courses"),
        N_("It may have been removed. Nothing was changed."),
    ),
    "report-not-ready": (
        N_("This list cannot be imported now"),
        N_(
            "It is checked first, and imported once. Nothing was recorded twice. Look at its page to see how far it is."
        ),
    ),
    "statement-not-found": (
        N_("We cannot find this statement"),
        N_(
            "The institution has none of this id, or it was voided. Nothing was changed."
        ),
    ),
    "statement-refused": (
        N_("This is not a valid statement"),
        N_(
            "None of the statements sent with it was stored. The facts say where it breaks which rule of the specification."
        ),
    ),
    "unreadable-case-package": (
        N_("This is not a CASE package that we can read"),
        N_(
            "Nothing was written. Please send packages of one framework as JSON, one for each language."
        ),
    ),
    "xapi-call-refused": (
        N_("This call is not as the specification has it"),
        N_("Nothing was changed. The facts say what is wrong with it."),
    ),
}
