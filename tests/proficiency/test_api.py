from datetime import timedelta

from fastapi.testclient import TestClient

from tests.assessment.builders import ITEMS, ROLE, begin, finish
from tests.conftest import Clock
from tests.constants import NOON
from tests.identity.builders import FRAMEWORK, statements
from tests.proficiency.builders import verify

PROFILE = "/api/v1/me/profile"


def test_profile_says_where_a_learner_stands_and_why(client: TestClient) -> None:
    started = begin(client)
    started.answer("ai-ethics-rights", 1)
    started.submit()

    document = started.get(PROFILE).json()

    assert {
        k: v for k, v in document.items() if k not in {"competencies", "domains"}
    } == {
        "framework": f"{FRAMEWORK}@1.0.0",
        "role": ROLE,
        "observed_at": "2026-11-23T12:00:00Z",
    }
    assert len(document["competencies"]) == ITEMS
    found = next(c for c in document["competencies"] if c["key"] == "ai-ethics-rights")
    assert found.pop("title")
    assert found == {
        "key": "ai-ethics-rights",
        "kind": "competency",
        "domain": "data-use-governance",
        "outcome": "level",
        "level": 1,
        "target": 3,
        "gap": 2,
        "weight": 3,
        "change": None,
        "source": "self_declared",
        "evidence": [
            {
                "ref": f"attempt:{started.id}",
                "outcome": "level",
                "level": 1,
                "source": "self_declared",
                "observed_at": "2026-11-23T12:00:00Z",
                "subject": None,
            }
        ],
        "estimate": None,
    }


def test_a_verified_course_stands_beside_her_answer(client: TestClient) -> None:
    started = begin(client)
    started.answer("ai-ethics-rights", 1)
    started.submit()
    verify(client, started, "ai-ethics-rights", level=2)

    found = next(
        c
        for c in started.get(PROFILE).json()["competencies"]
        if c["key"] == "ai-ethics-rights"
    )

    assert (found["level"], found["source"]) == (1, "self_declared")
    assert found["estimate"] == {
        "level": 2,
        "low": 1,
        "high": 2,
        "at_least": [0.94, 0.85, 0.05, 0.01],
        "evidence": [
            {"ref": f"attempt:{started.id}", "weight": 1.0, "reliability": None},
            {"ref": "progress:1", "weight": 1.0, "reliability": 0.8},
        ],
    }


def test_answers_without_a_level_never_count_as_zero(client: TestClient) -> None:
    started = begin(client)
    answers = {"trust": "unknown", "creativity": "not_applicable", "adaptability": 0}
    for item, value in answers.items():
        started.answer(item, value)
    started.submit()

    found = {c["key"]: c for c in started.get(PROFILE).json()["competencies"]}

    assert {
        key: (found[key]["outcome"], found[key]["level"], found[key]["gap"])
        for key in (*answers, "experimentation")
    } == {
        "trust": ("unknown", None, None),
        "creativity": ("not_applicable", None, None),
        "adaptability": ("level", 0, 3),
        "experimentation": ("missing", None, None),
    }
    assert found["creativity"]["target"] is None
    assert found["trust"]["target"] == 3


def test_domains_are_the_three_and_the_attitudes(client: TestClient) -> None:
    started = finish(begin(client), "unknown")

    domains = started.get(PROFILE).json()["domains"]

    assert [domain["key"] for domain in domains] == [
        "planning-design",
        "data-use-governance",
        "management-execution",
        None,
    ]
    assert [(d["reached"], d["targeted"]) for d in domains] == [(0, 0)] * 4
    assert sum(domain["unclear"] for domain in domains) == 15


def test_titles_come_in_her_language_or_the_one_asked_for(client: TestClient) -> None:
    started = begin(client, lang="pt")

    titles = [
        started.get(PROFILE, **asked).json()["competencies"][0]["title"]
        for asked in ({}, {"lang": "pt"}, {"lang": "ar"})
    ]

    assert titles[0] == titles[1] != titles[2]
    assert started.get(PROFILE, lang="de").status_code == 422


def test_answering_again_shows_the_change(client: TestClient, clock: Clock) -> None:
    started = finish(begin(client), 1)
    clock.now = NOON + timedelta(days=29)
    finish(started.again(), 3)

    competencies = started.get(PROFILE).json()["competencies"]

    assert {c["change"] for c in competencies} == {2}
    assert {len(c["evidence"]) for c in competencies} == {2}


def test_role_of_the_newest_submission_is_the_aim(client: TestClient) -> None:
    started = finish(begin(client), 2)
    finish(started.again(role="front-line"), 2)
    front_line = started.get(PROFILE).json()
    begun = started.again(role=None)
    unchanged = started.get(PROFILE).json()
    finish(begun, 2)
    not_sure = started.get(PROFILE).json()

    assert unchanged == front_line  # beginning is not submitting
    assert (front_line["role"], not_sure["role"]) == ("front-line", None)
    assert {c["level"] for c in front_line["competencies"]} == {2}
    targets = [
        sum(c["target"] or 0 for c in document["competencies"])
        for document in (front_line, not_sure)
    ]
    assert targets[0] != targets[1]


def test_profile_costs_the_same_however_many_attempts_there_are(
    client: TestClient, clock: Clock
) -> None:
    started = finish(begin(client))
    costs = []
    for day in range(1, 4):
        started.get(PROFILE)
        with statements(client) as seen:
            started.get(PROFILE)
        costs.append(len(seen))
        clock.now = NOON + timedelta(days=day)
        finish(started.again())

    assert costs == [costs[0]] * 3
