from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.cohorts.domain import Cohort, Office
from app.insights.schemas import DashboardOut, OverviewOut
from tests.cohorts.builders import add_officer
from tests.identity.builders import database_of
from tests.insights.builders import (
    FRONT_LINE,
    MANAGER,
    add_pilot,
    headers_of,
    lower_their_first,
    released_pilot,
)
from tests.sharing.builders import release


def address_of(cohort: Cohort) -> str:
    return f"/api/v1/cohorts/{cohort.cohort_id}/dashboard"


def get(
    client: TestClient, cohort: Cohort, headers: dict[str, str], **query: str
) -> dict[str, Any]:
    answer = client.get(address_of(cohort), headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    DashboardOut.model_validate(document, strict=False)
    assert set(document) == set(DashboardOut.model_fields)
    return document


def test_programs_get_the_same_dashboard(client: TestClient) -> None:
    pilot = released_pilot(database_of(client), people=32, roles=(MANAGER, FRONT_LINE))
    with database_of(client).write() as connection:
        director = add_officer(connection, Office.ADMINISTRATOR, pilot.institution)
    headers = headers_of(client, director)

    whole = get(client, pilot.cohort, headers, lang="fr")
    part = get(client, pilot.cohort, headers, role=FRONT_LINE)

    assert whole["people"] == whole["participation"]["shared"] == 32
    assert whole["choices"]["roles"] == [MANAGER, FRONT_LINE]
    assert whole["participation"]["languages"] == {"ar": 10, "fr": 22}
    assert part["people"] == 16
    for row in whole["levels"]:
        assert row["people"] == sum(cell["people"] for cell in row["cells"])
        assert all(cell["people"] >= 5 or not cell["people"] for cell in row["cells"])
    scores = [each["score"] for each in whole["priorities"]]
    assert scores == sorted(scores, reverse=True)
    for each in whole["priorities"]:
        below = (each["below"]["low"] + each["below"]["high"]) / 2
        product = below * each["mean_gap"] * each["mean_weight"] / each["divisor"]
        assert abs(product - each["score"]) < 1e-6
        assert 0 <= each["interval"]["low"] <= each["score"]
        assert each["score"] <= each["interval"]["high"] <= 100


def test_a_foreign_dashboard_is_not_there(client: TestClient) -> None:
    pilot = released_pilot(database_of(client), people=2)
    other = released_pilot(database_of(client), people=2, key="justice")
    with database_of(client).write() as connection:
        director = add_officer(connection, Office.ADMINISTRATOR, other.institution)
    headers = headers_of(client, director)

    assert client.get(address_of(pilot.cohort)).status_code == 401
    refused = client.get(address_of(pilot.cohort), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "cohort-not-found")
    wrong = client.get(
        address_of(other.cohort), headers=headers, params={"attribute": "shoe"}
    )
    assert wrong.status_code == 422


def test_a_subtree_is_a_document_too(client: TestClient) -> None:
    pilot = released_pilot(database_of(client), people=12)
    with database_of(client).write() as connection:
        director = add_officer(connection, Office.ADMINISTRATOR, pilot.institution)
    address = f"/api/v1/institutions/{pilot.institution.institution_id}/dashboard"

    document = client.get(address, headers=headers_of(client, director)).json()

    OverviewOut.model_validate(document, strict=False)
    assert [line["shared"] for line in document["cohorts"]] == [12]
    assert document["results"]["people"] == 12


def test_looking_back_stands_beside_the_ordinary_change(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        lower_their_first(connection, pilot.cohort)
        director = add_officer(connection, Office.ADMINISTRATOR, pilot.institution)
    release(database)

    document = get(client, pilot.cohort, headers_of(client, director))

    assert mean_of(document["changes"]) == pytest.approx(100 * 8 / 26)
    assert mean_of(document["looking_back"]) == pytest.approx(100 * 16 / 26)


def mean_of(rows: list[dict[str, Any]]) -> float:
    """Return the middle of what all competencies have in common."""
    (mean,) = {tuple(row["mean"].values()) for row in rows if row["mean"]}
    assert all(row["people"] == 26 for row in rows if row["mean"])
    return float(sum(mean)) / 2
