"""Letting people join, answer, share and learn, each in her own time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from app.assessment.service import save_answers, submit_attempt
from app.cohorts.domain import About, Cohort, make_invitation_token
from app.cohorts.service import begin, check_offer, get_offer, join
from app.demo.domain import MARK, MINUTE, Ministry, Person, World
from app.demo.service.founding import (
    COUNTRY,
    FIRST_CLOSES,
    FIRST_OPENS,
    SECOND_OPENS,
)
from app.identity.domain import Learner
from app.identity.service import welcome
from app.insights.domain.participation import Stage
from app.kernel.database import Database
from app.paths.domain.plan import Choice, Path
from app.paths.schemas import write_path
from app.paths.service import choose_step, propose_path
from app.sharing.service import share_result

DAYS_TO_JOIN = 4
AT_ONCE = 40
"""People who join in one transaction: the site beside it wants to write, too."""
SITTING = 11 * MINUTE
"""From the first question to handing in."""
UNFINISHED = 7
"""Answers of those who have begun and not come back."""
Member = tuple[Person, Learner]
Tell = Callable[[], None]


def join_all(
    database: Database,
    world: World,
    ministry: Ministry,
    invited: Sequence[tuple[Person, UUID]],
    *,
    tell: Tell,
) -> list[Member]:
    """Let people join by their invitations, and some of them the trainer's group.

    Everybody joins before anybody answers: by what a cohort is broken down depends on
    how many have joined it.
    """
    members = list[Member]()
    for start in range(0, len(invited), AT_ONCE):
        with database.write() as connection:
            for person, invitation_id in invited[start : start + AT_ONCE]:
                learner = _join(connection, world, ministry, person, invitation_id)
                members.append((person, learner))
                tell()
    return members


def _join(
    connection: Connection,
    world: World,
    ministry: Ministry,
    person: Person,
    invitation_id: UUID,
) -> Learner:
    at = world.moment(FIRST_OPENS, FIRST_OPENS - DAYS_TO_JOIN)
    learner = welcome(connection, key=world.key, language=person.language, now=at)
    unit = ministry.units[person.unit].institution_id
    tokens: dict[str, UUID | None] = {
        make_invitation_token(world.key, invitation_id): unit
    }
    if person.in_group:
        tokens[ministry.links[2]] = None
    for token, unit_id in tokens.items():
        offer = get_offer(connection, key=world.key, token=token, now=at)
        about = About(
            country=COUNTRY,
            unit_id=unit_id,
            grade=person.grade,
            gender=person.gender,
        )
        check_offer(connection, offer=offer, about=about, role_key=person.role_key)
        join(
            connection,
            learner=learner,
            offer=offer,
            about=about,
            wants_reminder=False,
            now=at,
        )
    return learner


def answer_all(
    database: Database,
    world: World,
    ministry: Ministry,
    members: Sequence[Member],
    *,
    tell: Tell,
) -> None:
    """Let people answer and share, in both rounds.

    Those who are counted together do so in one transaction: a worker beside it cannot
    release them by and by, so that a full dashboard is there at once.
    """
    for _, together in groupby(sorted(members, key=_counted_with), key=_counted_with):
        with database.write() as connection:
            for person, learner in together:
                life = _Life(
                    connection=connection,
                    world=world,
                    ministry=ministry,
                    person=person,
                    learner=learner,
                )
                life.live()
                tell()


def _counted_with(member: Member) -> tuple[str, bool, str]:
    person, _ = member
    return person.role_key, person.in_group, str(person.gender)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """What one member does, once she has joined."""

    connection: Connection
    world: World
    ministry: Ministry
    person: Person
    learner: Learner

    def live(self) -> None:
        """Go as far as she goes."""
        if self.person.stage is Stage.JOINED:
            return
        at = self.world.moment(FIRST_OPENS - DAYS_TO_JOIN - 1, FIRST_CLOSES)
        self._answer(self.person.answers, number=0, at=at)
        if self.person.stage is not Stage.SHARED:
            return
        self._share(self.ministry.cohort, at=at + SITTING)
        if self.person.in_group:
            self._share(self.ministry.group, at=at + SITTING)
        if self.person.later is not None:
            again = self.world.moment(SECOND_OPENS - 1, 1)
            self._answer(self.person.later, number=1, at=again)
            self._share(self.ministry.cohort, at=again + SITTING)

    def _answer(self, answers: Mapping[str, str], *, number: int, at: datetime) -> None:
        """Answer the questions of a round; hand them in, unless she never does."""
        token = self.ministry.links[number]
        offer = get_offer(self.connection, key=self.world.key, token=token, now=at)
        attempt = begin(
            self.connection,
            learner=self.learner,
            offer=offer,
            role_key=self.person.role_key,
            now=at,
        )
        items = self.world.instrument.items
        ends = self.person.stage is not Stage.STARTED
        keys = {
            "attempt_id": attempt.attempt_id,
            "learner_id": self.learner.learner_id,
        }
        save_answers(
            self.connection,
            **keys,
            values={
                item.key: answers[item.competency]
                for item in (items if ends else items[:UNFINISHED])
            },
            now=at + SITTING,
        )
        if ends:
            submit_attempt(self.connection, **keys, now=at + SITTING)

    def _share(self, cohort: Cohort, *, at: datetime) -> None:
        name = self.person.name
        shown = name and cohort == self.ministry.group
        share_result(
            self.connection,
            learner=self.learner,
            cohort_id=cohort.cohort_id,
            trainers_see=f"{name} ({MARK[self.learner.language]})" if shown else None,
            now=at,
        )


def plan(
    database: Database, world: World, learner: Learner, *, has_learnt: bool
) -> None:
    """Let somebody look at her learning path, and perhaps mark its first step as done."""
    drawn = list[Path]()
    at = world.moment(1, 1)

    def write(path: Path) -> bytes:
        drawn.append(path)
        return write_path(path, language=learner.language)

    look = partial(
        propose_path,
        database,
        learner=learner,
        language=learner.language,
        write=write,
        now=at,
    )
    look()
    for step in drawn[0].steps[: int(has_learnt)]:
        with database.write() as connection:
            choose_step(
                connection,
                learner_id=learner.learner_id,
                unit_key=step.offer.unit.key,
                choice=Choice.DONE,
                now=at,
            )
        look()
