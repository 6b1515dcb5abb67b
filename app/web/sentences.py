"""What people read when a rule stops them: what happened, what is safe, what next."""

from collections.abc import Mapping

from app.kernel.text import Language
from app.web.calendar_sentences import CALENDAR_PROBLEMS
from app.web.certificate_sentences import CERTIFICATE_PROBLEMS
from app.web.marking import N_, NN_
from app.web.program_sentences import PROGRAM_PROBLEMS
from app.web.study_sentences import STUDY_PROBLEMS
from app.web.translations import translations

__all__ = ["ASIDE_LABELS", "NN_", "N_", "PROBLEMS", "describe", "label"]
PROBLEMS: Mapping[str, tuple[str, str]] = {
    **CALENDAR_PROBLEMS,
    **CERTIFICATE_PROBLEMS,
    **PROGRAM_PROBLEMS,
    **STUDY_PROBLEMS,
    "account-not-found": (
        N_("Nobody has an account with this address"),
        N_(
            "Nothing was changed. Please compare the address, or ask her to open an account first."
        ),
    ),
    "attempt-not-found": (
        N_("We cannot find this questionnaire"),
        N_(
            "Perhaps it was begun on another device. Enter your resume code, or "
            "start again. Nothing was lost or changed."
        ),
    ),
    "attempt-submitted": (
        N_("This questionnaire is already submitted"),
        N_(
            "Its answers are safe and can no longer change. You can look at your "
            "result, or begin a new one whenever you like."
        ),
    ),
    "body-too-large": (
        N_("That is too much at once"),
        N_("What you sent is larger than this page takes. Nothing was saved from it."),
    ),
    "body-too-slow": (
        N_("What you sent did not arrive in time"),
        N_("Nothing was saved. Please send it again."),
    ),
    "broken-course": (
        N_("Something in this course is not right yet"),
        N_("Nothing was saved. Please correct what is named, and send it again."),
    ),
    "campaign-closed": (
        N_("This campaign is not open"),
        N_(
            "It has not begun yet, or it has ended. You can still assess yourself, for yourself alone. Ask the one who invited you for new dates."
        ),
    ),
    "campaign-not-found": (
        N_("We cannot find this campaign"),
        N_(
            "It may have been removed. The cohort’s page lists those that exist. Nothing was changed."
        ),
    ),
    "code-refused": (
        N_("This is not the right code"),
        N_(
            "Please compare it with what you were sent or what your app shows now. After five tries you need a new one."
        ),
    ),
    "cohort-not-found": (
        N_("We cannot find this cohort"),
        N_(
            "It does not exist, or it is not one of yours. Nothing was changed. Your list has all cohorts you may see."
        ),
    ),
    "course-changed": (
        N_("Somebody changed this course in the meantime"),
        N_(
            "Nothing was overwritten. Read it again, and decide what of yours shall stay."
        ),
    ),
    "course-key-taken": (
        N_("Another course has this short name"),
        N_("Nothing was saved. Please choose another one."),
    ),
    "course-not-found": (
        N_("We cannot find this course"),
        N_("It may have been removed. The list has all courses we know."),
    ),
    "course-state": (
        N_("This course is at another step now"),
        N_("Nothing was changed. Read it again to see what can be done next."),
    ),
    "entry-invalid": (
        N_("Something is missing in what you sent"),
        N_(
            "A finished module needs its name, time needs minutes, a correction the entry it corrects. Nothing was saved."
        ),
    ),
    "entry-not-found": (
        N_("We cannot find what you want to take back"),
        N_(
            "It was never recorded, or somebody else reported it: only they can correct it. Nothing was changed."
        ),
    ),
    "module-not-found": (
        N_("This course has no such module"),
        N_("Its page shows the modules we know. Nothing was changed."),
    ),
    "email-invalid": (
        N_("This cannot be an e-mail address"),
        N_("Nothing was sent. An address looks like name@example.org."),
    ),
    "email-taken": (
        N_("This address belongs to another account"),
        N_("Nothing was changed. Sign in with it, or choose another address."),
    ),
    "first-round-missing": (
        N_("A second round needs a first one"),
        N_("Nothing was saved. Please open the first round before."),
    ),
    "form-expired": (
        N_("This form was open for too long"),
        N_(
            "For your safety we did not accept it. What you saved before is still "
            "there. Go back, reload the page and send it once more."
        ),
    ),
    "framework-not-found": (
        N_("We cannot find this framework"),
        N_("The address may be mistyped, or this version was never published."),
    ),
    "fresh-proof-needed": (
        N_("Please sign in once more"),
        N_(
            "This change is delicate, so we make sure that it is you. Nothing was changed."
        ),
    ),
    "group-not-found": (
        N_("The questionnaire has no such page"),
        N_("Your answers are safe. Continue from the overview."),
    ),
    "institution-exists": (
        N_("An institution has this short name already"),
        N_("Nothing was saved. Please choose another short name."),
    ),
    "institution-not-found": (
        N_("We cannot find this institution"),
        N_(
            "It does not exist, or it is not one of yours. Nothing was changed. Your list has all institutions you may see."
        ),
    ),
    "invalid-request": (
        N_("Something in this request cannot be read"),
        N_("Nothing was saved. Please check what you entered and try again."),
    ),
    "invalid-token": (
        N_("This access token is not valid"),
        N_("It is missing, expired or not for this service. Ask for a new one."),
    ),
    "item-not-found": (
        N_("The questionnaire has no such question"),
        N_("Nothing was changed. Your other answers are safe."),
    ),
    "join-code-unknown": (
        N_("We do not know this code"),
        N_(
            "Nothing was changed. Please compare it with your invitation: it has six letters, without vowels. If it does not work, ask the one who gave it to you."
        ),
    ),
    "malformed-body": (
        N_("What was sent cannot be read"),
        N_("Nothing was saved. Please send it again."),
    ),
    "method-not-allowed": (
        N_("This address does not take that kind of request"),
        N_("Nothing was changed."),
    ),
    "misplaced-institution": (
        N_("Such an institution cannot lie here"),
        N_("Nothing was saved. Please choose one of the kinds offered."),
    ),
    "no-profile-yet": (
        N_("There is no result yet"),
        N_("Answer the questions first: it takes 12 minutes at most."),
    ),
    "not-a-member": (
        N_("You do not belong to this group"),
        N_(
            "Nothing was sent. Join with the link or the six letters that you were given, then share."
        ),
    ),
    "not-found": (
        N_("This page does not exist"),
        N_("The address may be mistyped. Your answers are safe."),
    ),
    "not-your-office": (
        N_("Your office does not include this"),
        N_(
            "Nothing was changed. Ask an administrator of the institution if you need it."
        ),
    ),
    "nothing-to-look-back-at": (
        N_("There is nothing to look back at"),
        N_(
            "You can look back once you have handed in two questionnaires. What you answered is safe."
        ),
    ),
    "nothing-to-share": (
        N_("There is nothing to share yet"),
        N_(
            "Nothing was sent. Answer the questions of this group first: it takes 12 minutes at most."
        ),
    ),
    "own-review": (
        N_("Somebody else must decide on this course"),
        N_(
            "Who wrote or submitted it does not publish it herself. It is safe, and waits for a colleague."
        ),
    ),
    "password-common": (
        N_("This password is too well known"),
        N_(
            "It is on the list of passwords that are tried first. Nothing was saved. Three or four words that nobody would put together are better."
        ),
    ),
    "password-guessable": (
        N_("This password is easy to guess"),
        N_(
            "It contains your address or the name of this site. Nothing was saved. Please choose another."
        ),
    ),
    "password-length": (
        N_("This password has the wrong length"),
        N_("It needs 8 to 256 characters; any characters will do. Nothing was saved."),
    ),
    "provider-not-found": (
        N_("This institution does not sign people in here"),
        N_("Nothing was changed. Sign in by e-mail, or ask who sent you the address."),
    ),
    "provider-refused": (
        N_("Signing in through your institution did not work"),
        N_(
            "Its answer did not arrive, or could not be trusted. Nothing was changed. "
            "Try again, or sign in by e-mail."
        ),
    ),
    "resume-code-mistyped": (
        N_("This code has a typing mistake"),
        N_("It has twelve signs, like K7PM-2XQ4-9BTB. Please compare and try again."),
    ),
    "resume-code-unknown": (
        N_("We do not know this code"),
        N_("Please compare it with what you wrote down. You can also start anew."),
    ),
    "roster-not-found": (
        N_("We cannot find this list of people"),
        N_("It may have been removed. Nothing was changed."),
    ),
    "roster-not-ready": (
        N_("This list cannot be imported now"),
        N_(
            "It is checked first, and imported once. Nobody was invited twice. Look at its page to see how far it is."
        ),
    ),
    "round-exists": (
        N_("This cohort has such a round already"),
        N_(
            "Nothing was changed. A cohort has one first and one second round; their dates can be moved."
        ),
    ),
    "second-factor-needed": (
        N_("This page needs a second factor"),
        N_("Set it up in your account, or sign in with it. Nothing was changed."),
    ),
    "service-unavailable": (
        N_("The service is resting for a moment"),
        N_(
            "We could not reach our memory. Everything acknowledged before is safe. "
            "Please try again in a minute."
        ),
    ),
    "sign-in-needed": (
        N_("Please sign in first"),
        N_("This page belongs to people with an account. Nothing was changed."),
    ),
    "sign-in-refused": (
        N_("Address and password do not match"),
        N_(
            "Please check both, or let us send you a link by e-mail instead. Your answers are safe."
        ),
    ),
    "step-not-found": (
        N_("Your path has no such step"),
        N_("Nothing was changed."),
    ),
    "ticket-expired": (
        N_("This link or code no longer works"),
        N_(
            "It can be used once, within a short time. Ask for a new one; your answers are safe."
        ),
    ),
    "too-many-attempts": (
        N_("Too many tries"),
        N_("To protect everyone's answers, please wait a while before trying again."),
    ),
    "unexpected-error": (
        N_("Something went wrong on our side"),
        N_(
            "What was acknowledged before is safe. We have noted the error; please try again."
        ),
    ),
    "unknown-answer": (
        N_("This is not one of the answers"),
        N_("Nothing was changed. Please choose one of those offered."),
    ),
    "unknown-attribute": (
        N_("Results are not broken down by this"),
        N_("Nothing was changed. Please choose among those offered."),
    ),
    "unknown-choice": (
        N_("One of the fields holds nothing we offer"),
        N_("Nothing was saved. Please choose one of the values listed."),
    ),
    "unknown-course-language": (
        N_("We do not know this language"),
        N_("Please choose one of those named in `allowed`."),
    ),
    "unknown-framework": (
        N_("No questionnaire is loaded for this framework"),
        N_("Nothing was saved. Please choose one of those listed."),
    ),
    "unknown-language": (
        N_("We do not know this language"),
        N_("Please choose among ar, en, es, fr and pt."),
    ),
    "unknown-page-mark": (
        N_("This list has no such page"),
        N_("Begin again without `after`."),
    ),
    "unknown-role": (
        N_("We do not know this role"),
        N_("Please choose one from the list, or “not sure”."),
    ),
    "unknown-visitor": (
        N_("We do not know this browser yet"),
        N_(
            "Start the questionnaire, or enter the resume code you wrote down. Your answers are safe with us until you erase them."
        ),
    ),
    "unreadable-courses": (
        N_("We cannot read this file"),
        N_(
            "Nothing was saved. It must be YAML, CSV or XLSX with at most 1 MB and 500 courses."
        ),
    ),
    "unreadable-sheet": (
        N_("We cannot read this file"),
        N_(
            "Nothing was taken from it. It must be CSV or XLSX with at most 100 000 rows, and its first row must name the columns."
        ),
    ),
    "unsupported-content-type": (
        N_("This kind of content cannot be read here"),
        N_("Nothing was saved."),
    ),
    "wrong-address": (
        N_("One of the addresses cannot be right"),
        N_(
            "Nobody was invited. Please correct the one whose place in the list is given."
        ),
    ),
    "wrong-period": (
        N_("These dates do not fit together"),
        N_(
            "Nothing was saved. The end must not lie before the beginning, and at most two years after it."
        ),
    ),
}
"""Title and sentence by error code; one entry for each code (a test compares)."""


def describe(code: str, language: Language) -> tuple[str, str]:
    """Return title and sentence of a problem in a language."""
    title, sentence = PROBLEMS[code]
    catalogue = translations(language)
    return catalogue.gettext(title), catalogue.gettext(sentence)


ASIDE_LABELS: Mapping[str, str] = {
    "0": N_("None of these yet"),
    "not_applicable": N_("Not part of my work"),
    "unknown": N_("I don't know"),
}
"""The three answers that are no statement."""


def label(message: str, language: Language) -> str:
    """Translate a short label marked with ``N_``."""
    return translations(language).gettext(message)
