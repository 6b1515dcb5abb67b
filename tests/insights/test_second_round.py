"""What an administrator reads before and after nearly everybody has come again."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.identity.builders import database_of
from tests.insights.builders import answer, join, share
from tests.insights.test_adversary import begin
from tests.sharing.builders import add_kept, add_second_round, release, set_aside


@pytest.mark.parametrize("is_kept", [False, True])
def test_before_and_after_of_nearly_everybody_gives_nobody_away(
    client: TestClient, *, is_kept: bool
) -> None:
    pairs = [("1", "4")] * 5 + [("1", "1")] * 5 + [("4", "4")] * 10
    story = begin(client, 0)
    wide = story.adversary.cohorts[0]
    address = f"/api/v1/cohorts/{wide.cohort_id}/dashboard"
    with database_of(client).write() as connection:
        if is_kept:
            set_aside(connection, wide.cohort_id)
        learners = [
            join(
                connection,
                wide,
                learner=add_kept(connection, wide.cohort_id) if is_kept else None,
            )
            for _ in (*pairs, "the one")
        ]
        for learner, (first, _) in zip(learners, [*pairs, ("4", "")], strict=True):
            answer(connection, learner, [first] * 19)
            share(connection, learner, wide)
    release(database_of(client))
    before = story.adversary.ask(address)
    with database_of(client).write() as connection:
        add_second_round(connection, wide.cohort_id)
        for learner, (_, second) in zip(learners, pairs, strict=False):
            answer(connection, learner, [second] * 19, days=120)
            share(connection, learner, wide, days=120)
    release(database_of(client))
    after = story.adversary.ask(address)

    # Either the first results of all 21 are shown, or what changed of 20: never both.
    assert bool(before["levels"][0]["cells"]) is not is_kept
    assert before["kept"] == (21 if is_kept else 0)
    if is_kept:
        [row] = [r for r in after["changes"] if r["competency"] == "trust"]
        assert (row["people"], row["mean"]) == (20, {"low": 25, "high": 25})
        assert reached(after) == 15
    else:
        assert after["changes"] == []
        assert after["changes_wait"] == "nothing-kept"
        assert after["levels"] == before["levels"]


def reached(document: dict[str, Any]) -> int:
    [row] = [r for r in document["gaps"] if r["competency"] == "trust"]
    return int(row["cells"][-1]["people"])
