"""People who do not exist, for the demonstration: who they are and what they answer.

A simple latent-trait model: what somebody can do is her ability, plus how far her role
has come, minus how hard a competency is for everybody, plus chance. The numbers are
ours and describe no country.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from app.assessment.domain import NOT_APPLICABLE, UNKNOWN
from app.cohorts.domain import Campaign, Cohort, Gender, Grade, Institution
from app.frameworks.domain import Framework, Instrument
from app.insights.domain.participation import Stage
from app.kernel.text import Language

T = TypeVar("T")
SPECIALIST = "data-digital-specialist"
RETURNING = "front-line"
"""Role whose people are asked first whether something has changed."""
ROLES: Mapping[str, tuple[int, float]] = {
    "front-line": (54, -0.3),
    "service-manager": (35, 0.2),
    "regulator-legal": (11, 0.0),
    SPECIALIST: (0, 0.7),
}
"""How many of a hundred people have a role, beside the trainer's group, and how many
levels it is ahead."""
EASE: Mapping[str, float] = {
    "generative-ai": -0.7,
    "ai-ethics-rights": -0.6,
    "ai-data-fundamentals": -0.5,
    "digital-procurement": -0.4,
    "open-data": -0.3,
    "data-protection": 0.2,
    "digital-leadership": 0.3,
    "inclusive-service-design": 0.3,
    "creativity": 0.6,
    "experimentation": 0.6,
    "adaptability": 0.9,
    "curiosity": 0.9,
    "trust": 1.0,
}
"""By how many levels a competency is easier (or harder) than the others."""
LEARNT: Mapping[str, float] = {
    "generative-ai": 0.9,
    "ai-ethics-rights": 0.7,
    "data-governance": 0.6,
}
"""Levels gained between the rounds by those who come again."""
ABILITY = (2.0, 0.8)
"""Mean and standard deviation over all people, in levels."""
NOISE = 0.7
"""Standard deviation between the answers of one person, in levels."""
HIGHEST = 4
UNSURE: Mapping[str, float] = {
    "ai-data-fundamentals": 0.16,
    "data-governance": 0.12,
    "generative-ai": 0.12,
}
"""Chance of “I don’t know”; 0 for the others."""
APART: Mapping[str, float] = {"digital-procurement": 0.22, "open-data": 0.14}
"""Chance of “not part of my work”; 0 for the others."""
STAGES: Mapping[Stage, int] = {
    Stage.JOINED: 3,
    Stage.STARTED: 4,
    Stage.SUBMITTED: 8,
    Stage.SHARED: 85,
}
"""How many of a hundred people come how far."""
LANGUAGES = {Language.FR: 78, Language.AR: 8, Language.EN: 8, Language.PT: 6}
GENDERS = {Gender.WOMAN: 45, Gender.MAN: 49, None: 6}
GRADES = {
    Grade.SUPPORT: 26,
    Grade.OFFICER: 36,
    Grade.SPECIALIST: 18,
    Grade.MANAGER: 10,
    None: 10,
}
NAMES = (
    *("Awa Ndiaye", "Mamadou Sarr", "Fatou Diop", "Ibrahima Faye", "Mariama Ba"),
    *("Ousmane Gueye", "Aminata Sow", "Cheikh Mbaye", "Khady Seck", "Abdou Cissé"),
    *("Ndeye Thiam", "Lamine Diouf"),
)
"""Of those who let their trainer see them."""
MARK = {
    Language.EN: "fictitious example",
    Language.FR: "exemple fictif",
    Language.AR: "مثال خيالي",
    Language.PT: "exemplo fictício",
    Language.ES: "ejemplo ficticio",
}
"""Stands behind every name."""
MINISTRY = {
    Language.EN: "Ministry of Public Service",
    Language.FR: "Ministère de la Fonction publique",
    Language.AR: "وزارة الوظيفة العمومية",
    Language.PT: "Ministério da Função Pública",
    Language.ES: "Ministerio de la Función Pública",
}
DEPARTMENTS = (
    {
        Language.EN: "Digital Services Department",
        Language.FR: "Direction des services numériques",
        Language.AR: "مديرية الخدمات الرقمية",
        Language.PT: "Direção dos Serviços Digitais",
        Language.ES: "Dirección de Servicios Digitales",
    },
    {
        Language.EN: "Human Resources Department",
        Language.FR: "Direction des ressources humaines",
        Language.AR: "مديرية الموارد البشرية",
        Language.PT: "Direção de Recursos Humanos",
        Language.ES: "Dirección de Recursos Humanos",
    },
    {
        Language.EN: "Budget and Finance Department",
        Language.FR: "Direction du budget et des finances",
        Language.AR: "مديرية الميزانية والمالية",
        Language.PT: "Direção do Orçamento e Finanças",
        Language.ES: "Dirección de Presupuesto y Finanzas",
    },
    {
        Language.EN: "Regional Services Department",
        Language.FR: "Direction des services régionaux",
        Language.AR: "مديرية المصالح الجهوية",
        Language.PT: "Direção dos Serviços Regionais",
        Language.ES: "Dirección de Servicios Regionales",
    },
)
"""The first has the trainer's group."""
COHORT_NAME = f"Agents ({MARK[Language.FR]} · {MARK[Language.EN]})"
GROUP_NAME = f"Data, groupe A ({MARK[Language.FR]} · {MARK[Language.EN]})"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many people."""

    invited: int = 620
    members: int = 480
    """No more than are invited."""
    returning: int = 150
    """Who share again in the second round, at most."""
    group: int = 40
    """Members who are also in a trainer's group."""
    walking: int = 40
    """Members with a learning path, half of them with a step done."""

    @property
    def steps(self) -> int:
        """How often progress is told."""
        return 3 * self.members + self.walking


FULL = Size()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What everything happens in."""

    key: bytes
    """The installation's secret."""
    chance: Random
    now: datetime
    """Aware UTC instant; the present."""
    framework: Framework
    instrument: Instrument
    rest_s: float = 0
    """Seconds between two transactions."""

    def day(self, ago: int) -> datetime:
        """Return the beginning of a day so many days ago; less than 0: ahead."""
        today = datetime.combine(self.now.date(), time(), UTC)
        return today - timedelta(days=ago)

    def moment(self, first: int, last: int) -> datetime:
        """Return a moment in the working hours of one of the days between two."""
        day = self.day(self.chance.randint(last, first))
        return day + self.chance.randrange(8 * 60, 17 * 60) * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How to look through an officer's eyes."""

    who: str
    email: str
    password: str
    app_key: str
    """For an authenticator app."""
    codes: tuple[str, ...]
    """For the second step without an app, each usable once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ministry:
    """What was founded, and how to get in."""

    number: int
    """1 for the first of this installation."""
    units: tuple[Institution, ...]
    cohort: Cohort
    """Of the whole ministry."""
    group: Cohort
    """The trainer's."""
    rounds: tuple[Campaign, ...]
    """First and second of the cohort, then the one of the group."""
    links: tuple[str, ...]
    """Last part of the address at which one joins, by round."""
    letters: str
    """With which one joins the second round, which is open."""
    director_id: UUID
    director: Login
    trainer: Login


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody invented, and how far she comes."""

    role_key: str
    unit: int
    """Number of her department."""
    language: Language
    gender: Gender | None
    grade: Grade | None
    stage: Stage
    in_group: bool
    """Whether she is in the trainer's group."""
    name: str | None
    """Under which its trainer sees her; ``None``: not at all."""
    answers: Mapping[str, str]
    """By competency, in the first round."""
    later: Mapping[str, str] | None
    """In the second; ``None``: she does not take part in it."""


def draw_people(
    chance: Random,
    competencies: Sequence[str],
    *,
    size: Size,
    units: int,
) -> list[Person]:
    """Invent people; the trainer's group comes first.

    Args:
        chance: Decides.
        competencies: About which they are asked.
        size: How many; those of the trainer's group are specialists who share.
        units: Number of departments; the first has the trainer's group.
    """
    drawn: list[Person] = []
    returning = size.returning
    for number in range(size.members):
        grouped = number < size.group
        role_key = SPECIALIST if grouped else _role(chance)
        stage = Stage.SHARED if grouped else _pick(chance, STAGES)
        returns = returning > 0 and stage is Stage.SHARED and role_key == RETURNING
        returning -= returns
        first, later = draw_answers(chance, competencies, ahead=ROLES[role_key][1])
        drawn.append(
            Person(
                role_key=role_key,
                unit=0 if grouped else chance.randrange(units),
                language=_pick(chance, LANGUAGES),
                gender=_pick(chance, GENDERS),
                grade=_pick(chance, GRADES),
                stage=stage,
                in_group=grouped,
                name=NAMES[number] if grouped and number < len(NAMES) else None,
                answers=first,
                later=later if returns else None,
            )
        )
    return drawn


def _role(chance: Random) -> str:
    return _pick(chance, {key: share for key, (share, _) in ROLES.items()})


def _pick(chance: Random, shares: Mapping[T, int]) -> T:
    return chance.choices(list(shares), list(shares.values()))[0]


def draw_answers(
    chance: Random, competencies: Sequence[str], *, ahead: float
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what somebody answers now, and what when she has learnt.

    Args:
        chance: Decides.
        competencies: About which she is asked.
        ahead: Levels by which her role is ahead of others.
    """
    ability = chance.gauss(*ABILITY) + ahead
    first, later = dict[str, str](), dict[str, str]()
    for key in competencies:
        able = ability + EASE.get(key, 0.0) + chance.gauss(0, NOISE)
        grown = able + LEARNT.get(key, 0.0) + chance.gauss(0, NOISE / 2)
        first[key], later[key] = _level(able), _level(grown)
        if chance.random() < APART.get(key, 0):
            first[key] = later[key] = NOT_APPLICABLE
        elif chance.random() < UNSURE.get(key, 0):
            first[key] = UNKNOWN
    return first, later


def _level(able: float) -> str:
    return str(max(0, min(HIGHEST, round(able))))
