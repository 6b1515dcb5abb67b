"""Letting people join, answer, share and learn, each in her own time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from time import sleep
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
from app.paths.service import propose_path
from app.progress.service import choose
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
        with _turn(database, world) as connection:
            for person, invitation_id in invited[start : start + AT_ONCE]:
                learner = _join(connection, world, ministry, person, invitation_id)
                members.append((person, learner))
                tell()
    return members


@contextmanager
def _turn(database: Database, world: World) -> Iterator[Connection]:
    """Open a transaction, and let others write after it."""
    with database.write() as connection:
        yield connection
    sleep(world.rest_s)


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


def live_all(
    database: Database,
    world: World,
    ministry: Ministry,
    members: Sequence[Member],
    *,
    tell: Tell,
) -> None:
    """Let people answer, then share, and some of them again in the second round.

    Those who are counted together share in one transaction: a worker beside it cannot
    release them by and by, so that as much as possible of them is shown.
    """
    lives = [_Life.of(world, ministry, member) for member in members]
    for start in range(0, len(lives), AT_ONCE):
        with _turn(database, world) as connection:
            for life in lives[start : start + AT_ONCE]:
                life.answer(connection)
                tell()
    lives.sort(key=_Life.counted_with)
    for _, together in groupby(lives, key=_Life.counted_with):
        with _turn(database, world) as connection:
            for life in together:
                life.share(connection)
                tell()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """What one member does, once she has joined."""

    world: World
    ministry: Ministry
    person: Person
    learner: Learner
    at: datetime
    """When she answers for the first time."""

    @classmethod
    def of(cls, world: World, ministry: Ministry, member: Member) -> "_Life":
        """Return the life of somebody who has not answered yet."""
        person, learner = member
        return cls(
            world=world,
            ministry=ministry,
            person=person,
            learner=learner,
            at=world.moment(FIRST_OPENS - DAYS_TO_JOIN - 1, FIRST_CLOSES),
        )

    def counted_with(self) -> tuple[str, bool, bool, str]:
        """Return what those have in common who are counted together."""
        person = self.person
        is_back = person.later is not None
        return person.role_key, person.in_group, is_back, str(person.gender)

    def answer(self, connection: Connection) -> None:
        """Answer in the first round, if she does."""
        if self.person.stage is not Stage.JOINED:
            self._answer(connection, self.person.answers, number=0, at=self.at)

    def share(self, connection: Connection) -> None:
        """Share what she answered, if she does; perhaps once more after learning."""
        if self.person.stage is not Stage.SHARED:
            return
        self._share(connection, self.ministry.cohort, at=self.at + SITTING)
        if self.person.in_group:
            self._share(connection, self.ministry.group, at=self.at + SITTING)
        if self.person.later is not None:
            again = self.world.moment(SECOND_OPENS - 1, 1)
            self._answer(connection, self.person.later, number=1, at=again)
            self._share(connection, self.ministry.cohort, at=again + SITTING)

    def _answer(
        self,
        connection: Connection,
        answers: Mapping[str, str],
        *,
        number: int,
        at: datetime,
    ) -> None:
        """Answer the questions of a round; hand them in, unless she never does."""
        token = self.ministry.links[number]
        offer = get_offer(connection, key=self.world.key, token=token, now=at)
        attempt = begin(
            connection,
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
            connection,
            **keys,
            values={
                item.key: answers[item.competency]
                for item in (items if ends else items[:UNFINISHED])
            },
            now=at + SITTING,
        )
        if ends:
            submit_attempt(connection, **keys, now=at + SITTING)

    def _share(self, connection: Connection, cohort: Cohort, *, at: datetime) -> None:
        name = self.person.name
        shown = name and cohort == self.ministry.group
        share_result(
            connection,
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
            choose(
                connection,
                learner_id=learner.learner_id,
                unit_key=step.offer.unit.key,
                choice=Choice.DONE,
                now=at,
            )
        look()
