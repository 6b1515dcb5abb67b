"""What people read when a calendar or a reminder cannot be had or stopped."""

from collections.abc import Mapping

from app.web.marking import N_

CALENDAR_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "calendar-not-found": (
        N_("This calendar has no such address"),
        N_(
            "Its owner may have closed it or given it a new one. Nothing of the plan is lost: the page of reminders shows the address that holds."
        ),
    ),
    "reminder-time-invalid": (
        N_("This is not a time we know"),
        N_(
            "Nothing was changed. Please choose a day, an hour and a time zone from the lists."
        ),
    ),
    "stop-link-unknown": (
        N_("This link is not complete"),
        N_(
            "Nothing was changed. Please open it again from the mail, or stop the reminders on your own page of reminders."
        ),
    ),
}
