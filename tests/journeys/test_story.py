"""The story of a learner from the front page to her path, and the day after."""

from collections.abc import Callable

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.conftest import BACKENDS
from tests.journeys.conftest import NewDevice
from tests.journeys.server import Server
from tests.journeys.walk import (
    answer_all,
    begin,
    go_to_path,
    hand_in,
    list_steps,
    read_resume_code,
)

MOOC = "unesco-oxford-ai-dt-gov"
WITH_SCRIPT = pytest.mark.parametrize(
    "with_script", [True, False], ids=["script", "no-script"]
)
BOTH = pytest.mark.parametrize("language", ["fr", "ar"])


@pytest.mark.parametrize("backend", BACKENDS)
@BOTH
@WITH_SCRIPT
def test_a_learner_reaches_her_path_and_goes_on_elsewhere(
    backend: str,
    language: str,
    *,
    with_script: bool,
    servers: Callable[[str], Server],
    new_device: NewDevice,
) -> None:
    server = servers(backend)
    phone = new_device(base=server.base, java_script_enabled=with_script).page

    attempt_id = begin(phone, server.base, language, role="service-manager")
    chosen = answer_all(phone, language)
    hand_in(phone)

    assert server.list_answers(attempt_id) == chosen
    expect(phone.locator("html")).to_have_attribute("lang", language)
    read_result(phone, answered=len(chosen))
    steps = adapt_path(phone, language, with_script=with_script)
    phone.goto(f"{server.base}/{language}/account")
    code = read_resume_code(phone)
    office = new_device(base=server.base, java_script_enabled=with_script).page
    assert resume_path(office, server.base, language, code) == steps


def read_result(page: Page, *, answered: int) -> None:
    """See every competency drawn once and listed once."""
    assert page.locator("main h1").count() == 1
    assert page.locator("main table tbody tr:has(td)").count() == answered
    drawn = page.locator("main svg[role=img]").count()
    assert drawn == page.locator("main svg[role=img][aria-label]").count()
    assert 0 < drawn <= answered


def adapt_path(page: Page, language: str, *, with_script: bool) -> list[str]:
    """See the path, allow it more hours and English, mark its first step as done."""
    first = go_to_path(page, language)
    assert first[0] == MOOC
    expect(page.locator("select[name=hours_per_week]")).to_have_value("3")
    with page.expect_navigation():
        page.locator("select[name=hours_per_week]").select_option("8")
        page.locator("input[type=checkbox][name=lang][value=en]").check()
        if not with_script:
            page.locator("#adapt button[type=submit]").click()
    expect(page.locator("select[name=hours_per_week]")).to_have_value("8")
    assert len(list_steps(page)) > len(first)
    with page.expect_navigation():
        page.locator("button[name=choice][value=done]").first.click()
    steps = list_steps(page)
    assert MOOC not in steps
    check_calendar(page, steps)
    return steps


def check_calendar(page: Page, steps: list[str]) -> None:
    """Download the plan: it opens, and has at least an entry for every step."""
    with page.expect_download() as download:
        page.locator("a[href$='/path/plan.ics']").click()
    calendar = Calendar.from_ical(download.value.path().read_bytes())
    assert len(calendar.walk("VEVENT")) >= len(steps) > 0


def resume_path(page: Page, base: str, language: str, code: str) -> list[str]:
    """Enter the code as a hurried person types it; return the steps seen there."""
    page.goto(f"{base}/{language}/resume")
    page.locator("main input[name=code]").fill(f" {code.lower().replace('-', ' ')} ")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/profile")
    return go_to_path(page, language)


@BOTH
@WITH_SCRIPT
def test_an_open_questionnaire_goes_on_elsewhere(
    language: str, *, with_script: bool, site: Server, new_device: NewDevice
) -> None:
    phone = new_device(java_script_enabled=with_script).page
    attempt_id = begin(phone, site.base, language, role="")
    chosen = answer_all(phone, language, until=3)
    code = read_resume_code(phone)

    office = new_device(java_script_enabled=with_script).page
    office.goto(f"{site.base}/{language}/resume")
    office.locator("main input[name=code]").fill(code)
    office.locator("main form button[type=submit]").click()
    office.wait_for_url(f"**/{attempt_id}/review")
    office.locator("main a[href$='/3']").click()
    chosen |= answer_all(office, language)
    hand_in(office)

    assert site.list_answers(attempt_id) == chosen
