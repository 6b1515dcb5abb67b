"""What is kept of people, and how long; and whose law applies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One sort of personal data: the privacy page says in words what and why.

    The page has a text for each ``key`` (a test compares).
    """

    key: str
    tables: tuple[str, ...]
    lifetime: str | None
    """Name of the setting that ends it; ``None``: until she erases it, or leaves."""


KEPT = (
    Kept(
        key="answers",
        tables=(
            "identity_learner",
            "assessment_attempt",
            "assessment_answer",
            "assessment_recollection",
        ),
        lifetime="unused_lifetime",
    ),
    Kept(
        key="result",
        tables=("proficiency_aim", "proficiency_evidence"),
        lifetime=None,
    ),
    Kept(
        key="path",
        tables=("paths_preference", "paths_choice", "paths_path"),
        lifetime=None,
    ),
    Kept(key="progress", tables=("progress_entry", "progress_note"), lifetime=None),
    Kept(
        key="certificates",
        tables=(
            *("progress_certificate", "progress_claim"),
            *("progress_look", "progress_review"),
        ),
        lifetime=None,
    ),
    Kept(key="reminders", tables=("progress_reminder",), lifetime=None),
    Kept(key="calendar", tables=("progress_calendar", "progress_feed"), lifetime=None),
    Kept(key="events", tables=("journal_event",), lifetime=None),
    Kept(key="resume_code", tables=("identity_resume_code",), lifetime=None),
    Kept(key="session", tables=("identity_session",), lifetime="session_lifetime"),
    Kept(
        key="account",
        tables=("identity_account", "identity_email", "identity_subject"),
        lifetime=None,
    ),
    Kept(key="ticket", tables=("identity_ticket",), lifetime=None),
    Kept(
        key="cohorts",
        tables=("cohorts_member", "cohorts_office", "cohorts_trainer"),
        lifetime=None,
    ),
    Kept(key="reported", tables=("records_match", "records_credit"), lifetime=None),
    Kept(key="study", tables=("study_companion", "study_post"), lifetime=None),
    Kept(key="shared", tables=("sharing_share", "sharing_contribution"), lifetime=None),
)
"""Everything of a person, by purpose; ``home.service.apply_retention`` ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The data protection law of one country, as far as we have a source."""

    country: str
    """ISO 3166-1 alpha-2."""
    name: str
    """As the source writes it."""
    authority: str
    """Whom to ask; empty where the source names none."""


MALABO_SOURCE = "https://www.dataguidance.com/news/africa-malabo-convention-set-enter-effect-following"
"""In force on 8 June 2023; the first 15 parties."""
MALABO_PARTIES = (
    "BJ",
    "CV",
    "CI",
    "CG",
    "GH",
    "GN",
    "MZ",
    "MU",
    "NA",
    "NE",
    "RW",
    "SN",
    "TG",
    "ZM",
    "MR",
)
LAWS_SOURCE = "https://code.privacyguides.dev/privacyguides/privacyguides.org/src/commit/236b62ae02e8c45ea86f4f7dfd8d2e2ed226449d/data/dpa_directory/africa.yaml"
"""National laws and authorities; read in a stored copy in November 2026."""
COUNTS_SOURCE = "https://algeriatech.news/?p=18512"
"""44 laws and 38 authorities on the continent at the end of 2025."""
LAWS = (
    Law(country="EG", name="Law 151/2020", authority=""),
    Law(country="GH", name="Act 843 of 2012", authority=""),
    Law(country="KE", name="DPA 2019", authority="ODPC"),
    Law(country="MA", name="Law 09-08", authority="CNDP"),
    Law(country="NG", name="NDPA 2023", authority="NDPC"),
)
WITHOUT_LAW = ("DJ", "ER")
"""No law yet in early 2025, after the same source."""
