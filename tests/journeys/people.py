"""Those who run cohorts, and those who take part in them without a browser."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, StorageState
from pyotp import TOTP
from sqlalchemy import Connection

from app.assessment.service import save_answers, submit_attempt
from app.cohorts.domain import (
    INSTALLATION,
    About,
    Cohort,
    Grade,
    Institution,
    InstitutionKind,
    Office,
)
from app.cohorts.queries import list_join_codes
from app.cohorts.service import (
    CampaignDraft,
    CohortDraft,
    InstitutionDraft,
    add_institution,
    begin,
    found_cohort,
    get_offer,
    grant_office,
    join,
    open_campaign,
)
from app.frameworks.queries import get_default_framework
from app.identity.access.cookies import SESSION_COOKIE
from app.identity.domain import Learner, Strength
from app.identity.domain.second_factor import new_totp_secret, seal
from app.identity.service import (
    create_account,
    hash_password,
    open_session,
    set_password,
    set_second_factor,
    welcome,
)
from app.kernel.clock import current_time
from app.kernel.text import Language
from app.sharing.service import share_result
from tests.assessment.builders import instrument_of, keys
from tests.constants import SECRET
from tests.identity.builders import HALF_A_YEAR, PASSWORD
from tests.journeys.addresses import PHONE
from tests.journeys.server import Server

DESKTOP = (1280, 900)
VARIANTS = pytest.mark.parametrize(
    ("backend", "language", "size"),
    [
        pytest.param("sqlite", "ar", PHONE, id="sqlite-ar-phone"),
        pytest.param("sqlite", "pt", DESKTOP, id="sqlite-pt-desktop"),
        pytest.param("postgresql", "pt", PHONE, id="postgresql-pt-phone"),
    ],
)
Servers = Callable[[str], Server]
MANAGER = "service-manager"
ON_A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Somebody with an account, and what she signs in with."""

    learner_id: UUID
    email: str
    secret: str = ""
    """Of her authenticator app; empty: none."""

    def sign_in(self, page: Page) -> None:
        """Fill the forms that stand between her and the page she asked for."""
        page.locator("main input[name=email]").fill(self.email)
        page.locator("main input[name=password]").fill(PASSWORD)
        page.locator("main form button.go").click()
        if self.secret:
            code = page.locator("main input[name=code]")
            code.fill(TOTP(self.secret).now())
            page.locator("main form button.go").click()


@cache
def password_hash() -> str:
    """Return what is kept of everybody's password: slow to make, so made once."""
    return hash_password(PASSWORD, email="")


def add_staff(connection: Connection, *, with_app: bool = False) -> Staff:
    """Make an account with a password, and with a second factor if asked to."""
    began = current_time() - ON_A_DAY
    learner_id = welcome(
        connection, key=SECRET, language=Language.FR, now=began
    ).learner_id
    email = f"{learner_id.hex}@example.org"
    create_account(
        connection, key=SECRET, learner_id=learner_id, email=email, now=began
    )
    set_password(
        connection, learner_id=learner_id, password_hash=password_hash(), now=began
    )
    if not with_app:
        return Staff(learner_id=learner_id, email=email)
    secret = new_totp_secret()
    set_second_factor(
        connection,
        key=SECRET,
        learner_id=learner_id,
        sealed=seal(SECRET, learner_id, secret),
        typed=TOTP(secret).at(began),
        now=began,
    )
    return Staff(learner_id=learner_id, email=email, secret=secret)


def add_ministry(
    connection: Connection,
    *,
    kind: InstitutionKind = InstitutionKind.MINISTRY,
    country: str | None = "SN",
) -> Institution:
    """Add an institution at the top of the tree."""
    return add_institution(
        connection,
        actor_id=INSTALLATION,
        parent=None,
        draft=InstitutionDraft(
            key=f"top-{uuid4().hex[:8]}",
            kind=kind,
            names={Language.PT: "Ministério", Language.AR: "الوزارة"},
            country=country,
            smallest_cell=None,
        ),
        now=current_time(),
    )


def add_director(connection: Connection, institution: Institution) -> Staff:
    """Make somebody administrate an institution and all below it."""
    staff = add_staff(connection, with_app=True)
    grant_office(
        connection,
        actor_id=INSTALLATION,
        learner_id=staff.learner_id,
        office=Office.ADMINISTRATOR,
        institution_id=institution.institution_id,
        now=current_time(),
    )
    return staff


@dataclass(frozen=True, kw_only=True)
class Group:
    """A cohort that can be joined today."""

    cohort: Cohort
    letters: str
    link: str


def add_group(connection: Connection, institution: Institution, name: str) -> Group:
    """Found a cohort and open its first round."""
    today = current_time().date()
    framework = get_default_framework(connection)
    cohort = found_cohort(
        connection,
        actor_id=INSTALLATION,
        institution=institution,
        framework=framework,
        draft=CohortDraft(
            name=name,
            role_keys=(),
            starts_on=today,
            ends_on=today + timedelta(days=90),
        ),
        now=current_time(),
    )
    campaign = open_campaign(
        connection,
        actor_id=INSTALLATION,
        cohort=cohort,
        framework=framework,
        draft=CampaignDraft(
            round=1, opens_on=today, closes_on=today + timedelta(days=28)
        ),
        now=current_time(),
    )
    ids = [campaign.campaign_id]
    letters, link = list_join_codes(connection, campaign_ids=ids)[ids[0]]
    return Group(cohort=cohort, letters=letters, link=link)


def take_part(
    connection: Connection,
    link: str,
    *,
    values: list[str] | None = None,
    shown_name: str | None = None,
    is_shared: bool = True,
) -> Learner:
    """Let somebody join, answer everything, and send her levels."""
    now = current_time()
    learner = welcome(connection, key=SECRET, language=Language.PT, now=now)
    offer = get_offer(connection, key=SECRET, token=link, now=now)
    join(
        connection,
        learner=learner,
        offer=offer,
        about=About(grade=Grade.OFFICER),
        wants_reminder=False,
        now=now,
    )
    attempt = begin(connection, learner=learner, offer=offer, role_key=MANAGER, now=now)
    items = keys(instrument_of(connection))
    save_answers(
        connection,
        attempt_id=attempt.attempt_id,
        learner_id=learner.learner_id,
        values=dict(zip(items, values or ["2"] * len(items), strict=True)),
        now=now,
    )
    submit_attempt(
        connection,
        attempt_id=attempt.attempt_id,
        learner_id=learner.learner_id,
        now=now,
    )
    if is_shared:
        share_result(
            connection,
            learner=learner,
            cohort_id=offer.cohort.cohort_id,
            trainers_see=shown_name,
            now=now,
        )
    return learner


def remember(
    connection: Connection,
    learner: Learner | Staff,
    strength: Strength = Strength.ANONYMOUS,
) -> StorageState:
    """Return the cookies of a browser that knows a learner."""
    token = open_session(
        connection,
        learner_id=learner.learner_id,
        now=current_time(),
        lifetime=HALF_A_YEAR,
        strength=strength,
    )
    return {
        "cookies": [
            {
                "name": SESSION_COOKIE,
                "value": token,
                "domain": "127.0.0.1",
                "path": "/",
                "expires": -1,
                "httpOnly": True,
                "secure": False,
                "sameSite": "Lax",
            }
        ],
        "origins": [],
    }
