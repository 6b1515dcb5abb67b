import csv
import io
import re

import pytest
from fastapi.testclient import TestClient

from app.cohorts.domain import Cohort, Office
from app.identity.domain import Strength
from app.kernel.text import Language
from tests.cohorts.builders import add_ministry, add_trainer, be_officer, sign_in
from tests.identity.builders import database_of, read_page, show
from tests.insights.builders import (
    FRONT_LINE,
    GRADES,
    MANAGER,
    Pilot,
    add_pilot,
    answer,
    break_down_by_grade,
    join,
    lower_their_first,
    populate,
    read_xlsx,
    released_pilot,
    repeat,
    share,
)
from tests.sharing.builders import release, set_aside

PEOPLE = 30


def dashboard(cohort: Cohort, *, language: str = "en") -> str:
    return f"/{language}/cohorts/{cohort.cohort_id}"


def pilot_of(client: TestClient, *, people: int = PEOPLE) -> Pilot:
    pilot = released_pilot(database_of(client), people=people)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)
    return pilot


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("language", list(Language))
def test_a_director_sees_the_whole_dashboard(
    client: TestClient, language: Language
) -> None:
    pilot = pilot_of(client, people=12)

    page = client.get(dashboard(pilot.cohort, language=language))

    assert page.status_code == 200
    seen = read_page(page)
    assert seen.headings == ["Cadres 2026"]
    assert (seen.language, seen.direction) == (language, language.direction)
    assert len(page.content) < 100_000
    assert seen.controls["role"] == ["", MANAGER]
    institution = f"/{language}/cohorts/institutions/{pilot.institution.institution_id}"
    assert f"{institution}/overview" in seen.links
    for kind in ("csv", "xlsx", "pdf"):
        assert f"{dashboard(pilot.cohort, language=language)}/dashboard.{kind}" in (
            seen.links
        )


def test_the_numbers_are_those_of_the_people(client: TestClient) -> None:
    pilot = pilot_of(client)

    words = text_of(client.get(dashboard(pilot.cohort)).text)

    assert f"Results of {PEOPLE} people, as of November 23, 2026." in words
    for step in ("Invited or joined", "Joined", "Started", "Submitted"):
        assert f"{step} {PEOPLE} 100%" in words
    assert "Why this rank?" in words
    assert "AI and Digital Transformation in Government" in words
    assert "Before and after" not in words


def test_an_empty_cohort_says_what_is_needed(client: TestClient) -> None:
    with database_of(client).write() as connection:
        pilot = add_pilot(connection)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)

    words = text_of(client.get(dashboard(pilot.cohort)).text)

    assert "Nothing to show yet" in words
    assert "at least 5 people" in words


def test_four_people_show_nothing_and_cannot_be_exported(client: TestClient) -> None:
    pilot = released_pilot(database_of(client), people=4)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)
    address = dashboard(pilot.cohort)

    assert "Nothing to show yet" in client.get(address).text
    table = client.get(f"{address}/dashboard.csv").text
    assert "People in the results,0" in table
    assert "Average gap" in table.splitlines()[-1]  # no priority follows
    report = client.get(f"{address}/dashboard.pdf")
    assert report.content.startswith(b"%PDF-")


def test_a_role_and_a_group_can_be_chosen(client: TestClient) -> None:
    with database_of(client).write() as connection:
        pilot = add_pilot(connection)
        break_down_by_grade(connection, pilot.cohort)
        for number in range(80):
            join(connection, pilot.cohort, grade=GRADES[number % 2])
        populate(connection, pilot.cohort, people=20, roles=(MANAGER, FRONT_LINE))
    release(database_of(client))
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)
    address = dashboard(pilot.cohort)

    page = show(client, address)
    of_role = text_of(client.get(f"{address}?role={FRONT_LINE}").text)
    of_grade = text_of(client.get(f"{address}?group=grade:officer").text)

    assert page.controls["role"] == ["", MANAGER, FRONT_LINE]
    assert page.controls["group"] == ["", "grade:manager", "grade:officer"]
    assert "Results of 10 people" in of_role
    assert "Role: Front-line and administrative officer." in of_role
    assert "Results of 10 people" in of_grade
    assert "Taking part by: Grade" in of_grade
    asked = f"role={MANAGER}&group=grade:officer"
    table = client.get(f"{address}/dashboard.csv?{asked}").text
    assert "People in the results,10" in table
    assert "Role,Manager of a service" in table
    assert "Grade,Officer" in table
    report = client.get(f"{address}/dashboard.pdf?{asked}")
    assert report.content.startswith(b"%PDF-")
    unknown = client.get(f"{address}?role=king&group=shoe:9&beside=nothing")
    assert "Nothing to show yet" in unknown.text


def test_a_role_of_few_is_not_offered(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        populate(connection, pilot.cohort, people=12)
        populate(connection, pilot.cohort, people=2, roles=(FRONT_LINE,))
    release(database)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)

    page = show(client, dashboard(pilot.cohort))

    assert page.controls["role"] == ["", MANAGER]


def test_two_rounds_show_the_change_of_the_same_people(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        set_aside(connection, pilot.cohort.cohort_id)
        learners = populate(connection, pilot.cohort, people=PEOPLE, is_kept=True)
        repeat(connection, pilot.cohort, learners)
    release(database)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)

    words = text_of(client.get(dashboard(pilot.cohort)).text)

    assert "Before and after" in words
    assert f"Of the same {PEOPLE} people who shared both rounds" in words
    table = client.get(f"{dashboard(pilot.cohort)}/dashboard.csv").text
    assert "More of a hundred at the target" in table
    report = client.get(f"{dashboard(pilot.cohort)}/dashboard.pdf")
    assert report.content.startswith(b"%PDF-")


def test_what_changed_is_not_shown_of_first_results_that_were(
    client: TestClient,
) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        learners = populate(connection, pilot.cohort, people=PEOPLE)
        repeat(connection, pilot.cohort, learners)
    release(database)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)

    words = text_of(client.get(dashboard(pilot.cohort)).text)
    table = client.get(f"{dashboard(pilot.cohort)}/dashboard.csv").text
    report = client.get(f"{dashboard(pilot.cohort)}/dashboard.pdf")

    assert "were already shown among the levels" in words
    assert "were already shown among the levels" in table
    assert "More of a hundred at the target" not in words + table
    assert report.content.startswith(b"%PDF-")


def test_first_results_that_are_kept_are_not_among_the_levels(
    client: TestClient,
) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        set_aside(connection, pilot.cohort.cohort_id)
        learners = populate(connection, pilot.cohort, people=PEOPLE, is_kept=True)
    release(database)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)

    before = text_of(client.get(dashboard(pilot.cohort)).text)
    with database.write() as connection:
        repeat(connection, pilot.cohort, learners[:3])
    release(database)
    few = text_of(client.get(dashboard(pilot.cohort)).text)

    assert f"The first results of {PEOPLE} people are kept" in before
    assert "Before and after" not in before
    assert "once enough of the people" in few


def test_looking_back_stands_beside_the_ordinary_change(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        lower_their_first(connection, pilot.cohort)
    release(database)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)
    address = dashboard(pilot.cohort)

    page = client.get(address).text
    table = client.get(f"{address}/dashboard.csv").text
    book = client.get(f"{address}/dashboard.xlsx").content

    assert text_of(page).count("Before and after, looking back") == 1
    assert page.count('<table class="ba">') == 2
    assert "Before and after, looking back" in table
    titles = [cell for each in read_xlsx(book) for row in each for cell in row]
    assert titles.count("More of a hundred at the target") == 2
    assert client.get(f"{address}/dashboard.pdf").content.startswith(b"%PDF-")


def test_two_cohorts_stand_side_by_side_only_if_both_are_hers(
    client: TestClient,
) -> None:
    foreign = released_pilot(database_of(client), people=10, key="justice")
    pilot = pilot_of(client, people=12)
    with database_of(client).write() as connection:
        own = add_pilot(connection, key="health-2")
    address = dashboard(pilot.cohort)

    page = show(client, address)
    alone = client.get(f"{address}?beside={foreign.cohort.cohort_id}").text

    assert "beside" not in page.controls
    assert "People at the level" not in alone
    be_officer(client, Office.OPERATOR, None)
    both = client.get(f"{address}?beside={foreign.cohort.cohort_id}").text
    assert "People at the level" in both
    assert str(own.cohort.cohort_id) in show(client, address).controls["beside"]


def test_a_ministry_sees_its_cohorts_together_and_counts_everybody_once(
    client: TestClient,
) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        learners = populate(connection, pilot.cohort, people=12)
        second = pilot.cohort
    release(database)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)
    address = f"/en/cohorts/institutions/{pilot.institution.institution_id}/overview"

    words = text_of(client.get(address).text)

    assert len(learners) == 12
    assert f"{second.name} 12 12" in words
    assert "Results of 12 people" in words


def test_an_institution_without_cohorts_has_nothing_to_add_up(
    client: TestClient,
) -> None:
    with database_of(client).write() as connection:
        ministry = add_ministry(connection, "new")
    be_officer(client, Office.ADMINISTRATOR, ministry)

    page = client.get(f"/en/cohorts/institutions/{ministry.institution_id}/overview")

    assert "Nothing to show yet" in page.text


def test_only_trainers_see_who_shows_her_levels_to_them(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as connection:
        pilot = add_pilot(connection)
        for name in ("Awa", None):
            learner = join(connection, pilot.cohort)
            answer(connection, learner, ["2"] * 18 + ["unknown"])
            share(connection, learner, pilot.cohort, trainers_see=name)
        trainer = add_trainer(connection, pilot.cohort)
    address = f"{dashboard(pilot.cohort)}/shown"

    be_officer(client, Office.ADMINISTRATOR, pilot.institution)
    refused = client.get(address)
    sign_in(client, trainer.learner_id, Strength.SIGNED_IN)
    words = text_of(client.get(address).text)

    assert refused.status_code == 403
    assert "Awa" not in refused.text
    assert words.count("Awa") == 1
    assert "Protecting personal data 2" in words
    assert "Experimentation ?" in words


def test_strangers_find_no_dashboard(client: TestClient) -> None:
    pilot = pilot_of(client, people=6)
    be_officer(client, Office.ADMINISTRATOR, pilot.institution)
    with database_of(client).write() as connection:
        foreign = add_pilot(connection, key="justice")
    address = dashboard(foreign.cohort)

    for ending in ("", "/dashboard.csv", "/dashboard.xlsx", "/dashboard.pdf", "/shown"):
        assert client.get(address + ending).status_code == 404


def test_the_table_taken_away_is_the_one_on_the_page(client: TestClient) -> None:
    pilot = pilot_of(client)
    address = dashboard(pilot.cohort)

    page = client.get(address).text
    body = client.get(f"{address}/dashboard.csv")
    book = read_xlsx(client.get(f"{address}/dashboard.xlsx").content)

    rows = list(csv.reader(io.StringIO(body.content.decode("utf-8-sig"))))
    levels = next(r for r in rows if r[:1] == ["Data roles, quality and rules"])
    counts = [cell for cell in levels[1:8] if cell]
    on_page = page.partition("Data roles, quality and rules</th>")[2]
    shown = re.findall(r'<td class="h\d"[^>]*>(\d+)', on_page.partition("</tr>")[0])
    assert counts == shown
    same = next(row for sheet in book for row in sheet if row[:1] == levels[:1])
    assert same[1 : 1 + len(counts)] == counts
    assert body.headers["content-disposition"].endswith('2026-11-23.csv"')


@pytest.mark.parametrize("language", list(Language))
def test_a_report_is_a_pdf_with_its_letters_in_it(
    client: TestClient, language: Language
) -> None:
    pilot = pilot_of(client, people=6)

    report = client.get(f"{dashboard(pilot.cohort, language=language)}/dashboard.pdf")

    assert report.headers["content-type"] == "application/pdf"
    assert report.content.startswith(b"%PDF-")
    assert b"IBMPlexSansArabic" in report.content
    assert len(report.content) < 300_000


def test_the_model_is_explained_to_everybody(client: TestClient) -> None:
    page = show(client, "/en/privacy/model")

    assert page.headings == ["How people are protected in shared figures"]
