"""What a path, and what is downloaded or said about answers, is written with."""

from collections.abc import Mapping

from app.kernel.text import Language
from app.web.sentences import N_, NN_
from app.web.translations import translations

PATH_SENTENCES: Mapping[str, tuple[str, str]] = {
    "reason-flagship": NN_(
        "The joint course of UNESCO and Oxford comes first where it serves: it moves you forward in %(names)s.",
        "The joint course of UNESCO and Oxford comes first where it serves: it moves you forward in %(num)s competencies at once.",
    ),
    "reason-builds_on": NN_(
        "It starts from the level that step %(step)s gives you, and leads on in %(names)s.",
        "It starts from a level that step %(step)s gives you, and leads on in %(num)s competencies.",
    ),
    "reason-prepares": NN_(
        "It prepares step %(step)s, which asks for what this one teaches.",
        "It prepares step %(step)s, which asks for what this one teaches.",
    ),
    "reason-only": NN_(
        "Nothing else in your languages and with a known length leads further in %(names)s.",
        "Nothing else in your languages and with a known length leads further in these %(num)s competencies.",
    ),
    "reason-best": NN_(
        "No other choice within your hours closes more of what matters for your role: %(names)s, in %(hours)s h.",
        "No other choice within your hours closes more of what matters for your role: %(num)s competencies in %(hours)s h.",
    ),
    "change-weeks": NN_(
        "With one week instead of %(now)s it would leave your path.",
        "With %(num)s weeks instead of %(now)s it would leave your path.",
    ),
    "instead-nothing": NN_(
        "Without it, nothing takes its place: one of the %(count)s levels that your path closes would stay open.",
        "Without it, nothing takes its place: %(num)s of the %(count)s levels that your path closes would stay open.",
    ),
    "instead-less": NN_(
        "Next best: %(titles)s. Your path would then close one level fewer, of %(count)s.",
        "Next best: %(titles)s. Your path would then close %(num)s levels fewer, of %(count)s.",
    ),
    "instead-longer": NN_(
        "Next best: %(titles)s. It closes as much, but takes %(hours)s h more.",
        "Next best: %(titles)s. It closes as much, but takes %(hours)s h more.",
    ),
    "instead-same": NN_(
        "Next best: %(titles)s. It closes as much; this one was chosen by our tie-break: the UNESCO and Oxford course first, then fewer hours, then fewer megabytes.",
        "Next best: %(titles)s. It closes as much; this one was chosen by our tie-break: the UNESCO and Oxford course first, then fewer hours, then fewer megabytes.",
    ),
    "wider": NN_(
        "With courses in this language too, you could close one more level: %(language_name)s. %(titles)s.",
        "With courses in this language too, you could close %(num)s more levels: %(language_name)s. %(titles)s.",
    ),
    "more": NN_(
        "With %(hours)s h a week you could close one more level: %(titles)s.",
        "With %(hours)s h a week you could close %(num)s more levels: %(titles)s.",
    ),
}
"""One and many, by code; ``%(num)s`` is the number."""
SINGLE_SENTENCES: Mapping[str, str] = {
    "answers-saved": N_("Your answers so far are saved"),
    "calendar-apply": N_("Last day to enrol: %(title)s"),
    "calendar-done": N_("Done: %(title)s"),
    "calendar-ends": N_("Ends: %(title)s"),
    "calendar-name": N_("Masar: my learning path"),
    "calendar-nothing": N_("Masar: nothing is planned. Choose a course."),
    "calendar-starts": N_("Starts: %(title)s"),
    "calendar-week": N_("Masar, week %(week)s: %(titles)s"),
    "review-consent": N_(
        "The trainers of “%(cohort)s” see this certificate, its checks and the name on it, until they have decided or I take it back."
    ),
    "wrong-hours_per_week": N_(
        "Please choose between half an hour and 40 hours a week."
    ),
    "wrong-languages": N_("Please accept at least one language."),
    "wrong-max_mb": N_("Please choose a limit from the list, or none."),
    "wrong-weeks": N_("Please enter between 1 and 104 weeks."),
    "change-language": N_(
        "It would leave your path if you did not accept this language: %(name)s."
    ),
    "change-wider": N_(
        "It would leave your path if you accepted this language too: %(name)s."
    ),
    "change-hours_per_week": N_(
        "With %(then)s h a week instead of %(now)s h it would leave your path."
    ),
    "change-max_mb": N_(
        "With at most %(megabytes)s MB of data in all it would leave your path."
    ),
    "change-limit": N_(
        "With any limit on data it would leave your path: we cannot estimate its megabytes."
    ),
    "change-new": N_("What would come in then: %(titles)s."),
    "change-stays": N_("It would stay in your path even with %(hours)s h in all."),
    "instead-all": N_(
        "Without it, nothing takes its place, and no gap would become smaller."
    ),
    "instead-lighter": N_(
        "Without it, your path would close levels that count less for your role."
    ),
    "instead-spare": N_(
        "Without it, the other steps close as much. It is here by our tie-break: the UNESCO and Oxford course first, then fewer hours, then fewer megabytes."
    ),
    "open-practice": N_(
        "No course leads there: it grows with practice, with colleagues and with time."
    ),
    "open-put_aside": N_("%(course)s would serve, but you have put it aside."),
    "open-over_budget": N_(
        "%(course)s would serve, but does not fit into your hours or data beside what matters more."
    ),
    "open-data_unknown": N_(
        "%(course)s would serve, but we cannot estimate its megabytes, and you set a limit."
    ),
    "open-hours_unknown": N_(
        "%(course)s would serve, but its length is not published. We do not invent it."
    ),
    "open-needs_level": N_(
        "%(course)s asks for a level that this path does not reach."
    ),
    "open-other_language": N_(
        "%(course)s would serve, but exists only in: %(languages)s."
    ),
    "open-not_open": N_(
        "%(course)s would serve, but is not open for registration as far as we know."
    ),
    "open-no_course": N_("No course that we know serves this yet."),
}


def say(code: str, language: Language, **facts: str | int) -> str:
    """Return a sentence about a path."""
    return translations(language).gettext(SINGLE_SENTENCES[code]) % facts


def say_many(code: str, number: int, language: Language, **facts: str | int) -> str:
    """Return a sentence about a path that depends on a number."""
    one, many = PATH_SENTENCES[code]
    text = translations(language).ngettext(one, many, number)
    return text % {**facts, "num": number}
