"""What people read when a rule of study groups stops them."""

from collections.abc import Mapping

from app.web.marking import N_

STUDY_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "companion-name-missing": (
        N_("A name is missing"),
        N_(
            "Nothing was shown to anybody. Please write the name under which the others shall see you, in at most 120 letters."
        ),
    ),
    "not-a-companion": (
        N_("You have not agreed to be seen by this study group"),
        N_(
            "Only those who are seen see the others. Nothing was shown or sent; you can agree on the page of the group."
        ),
    ),
    "nothing-written": (
        N_("There is no text, or too much of it"),
        N_("Nothing was sent. Please write something, in at most 1,000 letters."),
    ),
    "question-full": (
        N_("This question has as many answers as it takes"),
        N_("Nothing was sent. You can ask a new question."),
    ),
    "question-not-found": (
        N_("We cannot find this question"),
        N_(
            "Whoever wrote it has taken it back, or it is not for you. Nothing was changed."
        ),
    ),
    "study-group-closed": (
        N_("This study group is closed"),
        N_(
            "The group’s last day is over. What was written can be read for 30 days more; nothing new was sent."
        ),
    ),
}
"""Code of the rule → what happened, and what is safe and comes next."""
