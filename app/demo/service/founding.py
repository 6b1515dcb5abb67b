"""Founding the ministry: accounts, institutions, cohorts, rounds, invitations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from uuid import UUID

from pyotp import TOTP
from sqlalchemy import Connection

from app.cohorts.domain import (
    INSTALLATION,
    Campaign,
    Cohort,
    Institution,
    InstitutionKind,
    Office,
)
from app.cohorts.queries import list_children, list_join_codes, list_unaccepted
from app.cohorts.service import (
    CampaignDraft,
    CohortDraft,
    InstitutionDraft,
    Invitee,
    add_institution,
    assign_trainer,
    forget_ended,
    found_cohort,
    grant_office,
    invite,
    note_invitations,
    open_campaign,
)
from app.demo.domain import (
    COHORT_NAME,
    DEPARTMENTS,
    GROUP_NAME,
    MARK,
    MINISTRY,
    ROLES,
    SPECIALIST,
    Login,
    Ministry,
    World,
)
from app.identity.domain.second_factor import new_totp_secret, seal
from app.identity.service import (
    create_account,
    hash_password,
    set_display_name,
    set_password,
    set_second_factor,
    welcome,
)
from app.kernel.text import Language
from app.sharing.domain.pools import Attribute
from app.sharing.service import choose_attributes

KEY = "demo-"
"""With it the keys of all fictitious institutions begin."""
COUNTRY = "SN"
HOST = "example.org"
"""Where nobody lives (RFC 2606)."""
CODES_SHOWN = 5
FIRST_OPENS, FIRST_CLOSES, SECOND_OPENS = 75, 20, 12
"""Days ago."""
SECOND_CLOSES, COHORT_ENDS = 18, 120
"""Days ahead."""


def draft_login(who: str) -> tuple[Login, str]:
    """Return a login without its second factor, and the hash of its password."""
    email, password = f"{who}-{token_hex(3)}@{HOST}", token_hex(8)
    login = Login(who=who, email=email, password=password, app_key="", codes=())
    return login, hash_password(password, email=email)


def _sign_up(
    connection: Connection, world: World, login: Login, password_hash: str
) -> tuple[UUID, Login]:
    """Make the account of a login, with a second factor."""
    began = world.day(FIRST_OPENS + 1)
    learner = welcome(connection, key=world.key, language=Language.FR, now=began)
    mine = learner.learner_id
    create_account(
        connection, key=world.key, learner_id=mine, email=login.email, now=began
    )
    set_password(connection, learner_id=mine, password_hash=password_hash, now=began)
    name = f"{login.who.capitalize()} ({MARK[Language.EN]})"
    set_display_name(connection, learner_id=mine, name=name)
    secret = new_totp_secret()
    codes = set_second_factor(
        connection,
        key=world.key,
        learner_id=mine,
        sealed=seal(world.key, mine, secret),
        typed=TOTP(secret).at(began),
        now=began,
    )
    return mine, replace(login, app_key=secret, codes=tuple(codes[:CODES_SHOWN]))


def found(
    connection: Connection,
    world: World,
    drafts: Sequence[tuple[Login, str]],
    *,
    keeps_first: bool,
) -> Ministry:
    """Found institutions and cohorts, appoint people, open the rounds.

    Args:
        connection: The caller's transaction.
        world: What it is built of.
        drafts: Logins of the director and the trainer, and their passwords.
        keeps_first: Whether half of the first results are kept for before and after.
    """
    others = list_children(connection, institution_id=None)
    (director_id, director), (trainer_id, trainer) = (
        _sign_up(connection, world, *draft) for draft in drafts
    )
    founder = Founder(connection=connection, world=world, actor_id=director_id)
    ministry = founder.add(InstitutionKind.MINISTRY, MINISTRY)
    units = tuple(
        founder.add(InstitutionKind.DEPARTMENT, names, parent=ministry)
        for names in DEPARTMENTS
    )
    grant_office(
        connection,
        actor_id=INSTALLATION,
        learner_id=director_id,
        office=Office.ADMINISTRATOR,
        institution_id=ministry.institution_id,
        now=founder.now,
    )
    cohort = founder.gather(ministry, COHORT_NAME, tuple(ROLES))
    group = founder.gather(units[0], GROUP_NAME, (SPECIALIST,))
    choose_attributes(
        connection,
        cohort_id=cohort.cohort_id,
        attributes=[Attribute.GENDER],
        sets_aside=keeps_first,
    )
    assign_trainer(
        connection,
        actor_id=director_id,
        cohort=group,
        learner_id=trainer_id,
        now=founder.now,
    )
    rounds = (
        founder.open(cohort, 1, FIRST_OPENS, FIRST_CLOSES),
        founder.open(cohort, 2, SECOND_OPENS, -SECOND_CLOSES),
        founder.open(group, 1, FIRST_OPENS, -SECOND_CLOSES),
    )
    ids = [each.campaign_id for each in rounds]
    codes = list_join_codes(connection, campaign_ids=ids)
    return Ministry(
        number=1 + sum(each.key.startswith(KEY) for each in others),
        units=units,
        cohort=cohort,
        group=group,
        rounds=rounds,
        links=tuple(codes[each][1] for each in ids),
        letters=codes[ids[1]][0],
        director_id=director_id,
        director=director,
        trainer=trainer,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """The director on her first day."""

    connection: Connection
    world: World
    actor_id: UUID

    @property
    def now(self) -> datetime:
        """When she does all this."""
        return self.world.day(FIRST_OPENS)

    def add(
        self,
        kind: InstitutionKind,
        names: Mapping[Language, str],
        *,
        parent: Institution | None = None,
    ) -> Institution:
        """Add an institution."""
        draft = InstitutionDraft(
            key=KEY + token_hex(4),
            kind=kind,
            names={code: f"{name} ({MARK[code]})" for code, name in names.items()},
            country=COUNTRY,
            smallest_cell=None,
        )
        return add_institution(
            self.connection,
            actor_id=self.actor_id,
            parent=parent,
            draft=draft,
            now=self.now,
        )

    def gather(
        self, institution: Institution, name: str, role_keys: tuple[str, ...]
    ) -> Cohort:
        """Found a cohort."""
        draft = CohortDraft(
            name=name,
            role_keys=role_keys,
            starts_on=self.now.date(),
            ends_on=self.world.day(-COHORT_ENDS).date(),
            is_fictitious=True,
        )
        return found_cohort(
            self.connection,
            actor_id=self.actor_id,
            institution=institution,
            framework=self.world.framework,
            draft=draft,
            now=self.now,
        )

    def open(self, cohort: Cohort, number: int, opens: int, closes: int) -> Campaign:
        """Open a round between two days ago."""
        draft = CampaignDraft(
            round=number,
            opens_on=self.world.day(opens).date(),
            closes_on=self.world.day(closes).date(),
        )
        return open_campaign(
            self.connection,
            actor_id=self.actor_id,
            cohort=cohort,
            framework=self.world.framework,
            draft=draft,
            now=self.now,
        )


def invite_all(
    connection: Connection, world: World, ministry: Ministry, *, people: int
) -> list[UUID]:
    """Invite addresses that nobody has; return the invitations.

    The round is over today: no letter is due, and the addresses are forgotten at once.
    """
    batch, campaign = token_hex(3), ministry.rounds[0]
    invited = invite(
        connection,
        key=world.key,
        campaign=campaign,
        people=[
            Invitee(email=f"agent-{batch}-{number}@{HOST}", language=Language.FR)
            for number in range(people)
        ],
        now=world.day(FIRST_OPENS),
    )
    note_invitations(
        connection,
        actor_id=ministry.director_id,
        cohort=ministry.cohort,
        invited=invited,
        now=world.day(FIRST_OPENS),
    )
    forget_ended(connection, now=world.now)
    return list_unaccepted(connection, campaign_id=campaign.campaign_id)
