"""A thin connection, a server that falls, a second tab: nothing lost, nothing doubled."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, expect

from tests.journeys.conftest import Device, NewDevice, NewServer
from tests.journeys.server import Server
from tests.journeys.test_reach import wait_for_answers
from tests.journeys.walk import (
    answer,
    answer_group,
    begin,
    hand_in,
    items,
    send_group,
)

ROLE = "front-line"
STATUS = "main [data-status][role=status]"


@pytest.fixture
def fragile(new_server: NewServer) -> Iterator[Server]:
    """Return a server of the test's own, to be killed."""
    server = new_server("sqlite")
    yield server
    server.kill()


def message(page: Page, name: str) -> str:
    """Return a message the page may show, in its language."""
    return str(page.locator("form[data-autosave]").get_attribute(f"data-{name}"))


def list_sent(page: Page) -> list[str]:
    """Note the item of every answer that the script sends from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/answer"):
            sent.append(parse_qs(request.post_data or "")["item"][0])

    page.on("requestfinished", note)
    return sent


def forgive(device: Device) -> None:
    """A lost connection is a console error to Chromium; here it is the point."""
    device.errors.clear()


def test_answers_given_offline_are_sent_once(
    site: Server, new_device: NewDevice
) -> None:
    device = new_device()
    page = device.page
    attempt_id = begin(page, site.base, "ar", role=ROLE)
    names = items(page)[:3]
    sent = list_sent(page)

    device.context.set_offline(True)
    for name in names:
        answer(page, name, "2")
    expect(page.locator(STATUS)).to_have_text(message(page, "offline"))
    assert site.list_answers(attempt_id) == {}
    device.context.set_offline(False)

    wanted = {name.removeprefix("a."): "2" for name in names}
    wait_for_answers(page, site, attempt_id, wanted)
    expect(page.locator(STATUS)).not_to_have_attribute("data-bad", "")
    page.wait_for_timeout(1500)
    assert sorted(sent) == sorted(wanted)
    forgive(device)


def test_answers_wait_in_the_browser_while_the_page_is_closed(
    site: Server, new_device: NewDevice
) -> None:
    device = new_device()
    page = device.page
    attempt_id = begin(page, site.base, "fr", role=ROLE)
    address = page.url
    name = items(page)[0]
    device.context.set_offline(True)
    answer(page, name, "4")
    expect(page.locator(STATUS)).to_have_attribute("data-bad", "")

    page.close()
    device.context.set_offline(False)
    page = device.context.new_page()
    page.goto(address)

    expect(page.locator(f'input[name="{name}"][value="4"]')).to_be_checked()
    wait_for_answers(page, site, attempt_id, {name.removeprefix("a."): "4"})
    forgive(device)


def test_a_server_that_falls_in_the_middle_loses_nothing(
    fragile: Server, new_device: NewDevice
) -> None:
    device = new_device(base=fragile.base)
    page = device.page
    attempt_id = begin(page, fragile.base, "fr", role=ROLE)
    first, second = items(page)[:2]
    answer(page, first, "1")
    wait_for_answers(page, fragile, attempt_id, {first.removeprefix("a."): "1"})

    fragile.kill()
    answer(page, second, "3")
    expect(page.locator(STATUS)).to_have_text(message(page, "retry"))
    fragile.start()

    both = {first.removeprefix("a."): "1", second.removeprefix("a."): "3"}
    wait_for_answers(page, fragile, attempt_id, both)
    expect(page.locator(STATUS)).not_to_have_attribute("data-bad", "")
    forgive(device)


def test_two_tabs_keep_the_latest_answer(site: Server, new_device: NewDevice) -> None:
    device = new_device()
    one = device.page
    attempt_id = begin(one, site.base, "fr", role=ROLE)
    name = items(one)[0]
    key = name.removeprefix("a.")
    two = device.context.new_page()
    two.goto(one.url)

    answer(one, name, "1")
    wait_for_answers(one, site, attempt_id, {key: "1"})
    answer(two, name, "2")

    wait_for_answers(two, site, attempt_id, {key: "2"})


def test_a_tab_left_open_cannot_change_what_was_handed_in(
    site: Server, new_device: NewDevice
) -> None:
    device = new_device()
    page = device.page
    attempt_id = begin(page, site.base, "fr", role=ROLE)
    late, twin = device.context.new_page(), device.context.new_page()
    late.goto(page.url)
    for each in (page, twin):
        each.goto(f"{site.base}/fr/assess/{attempt_id}/review")

    hand_in(page)
    hand_in(twin)
    late.locator(f'label:has(input[name="{items(late)[0]}"])').first.click()

    late.wait_for_url("**/review")
    assert late.locator("form[action$='/submit']").count() == 0
    assert site.list_answers(attempt_id) == {}
    forgive(device)


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_the_back_button_shows_the_answers(
    site: Server, new_device: NewDevice, *, with_script: bool
) -> None:
    page = new_device(java_script_enabled=with_script).page
    attempt_id = begin(page, site.base, "fr", role=ROLE)
    chosen = answer_group(page)
    send_group(page)

    page.go_back()

    for item, value in chosen.items():
        radio = page.locator(f'input[name="a.{item}"][value="{value}"]')
        expect(radio).to_be_checked()
    assert site.list_answers(attempt_id) == chosen


def test_a_form_sent_without_script_keeps_what_was_chosen(
    site: Server, new_device: NewDevice
) -> None:
    page = new_device(java_script_enabled=False).page
    attempt_id = begin(page, site.base, "ar", role=ROLE)
    first, second = items(page)[:2]

    answer(page, first, "2")
    send_group(page)
    page.go_back()
    answer(page, second, "unknown")
    send_group(page)

    wanted = {first.removeprefix("a."): "2", second.removeprefix("a."): "unknown"}
    assert site.list_answers(attempt_id) == wanted


def test_a_second_click_on_hand_in_changes_nothing(
    site: Server, new_device: NewDevice
) -> None:
    page = new_device().page
    attempt_id = begin(page, site.base, "fr", role=ROLE)
    chosen = answer_group(page)
    send_group(page)
    page.goto(f"{site.base}/fr/assess/{attempt_id}/review")

    page.locator("form[action$='/submit'] button").dblclick()
    page.wait_for_url("**/profile")

    assert page.locator("main h1").count() == 1
    assert site.list_answers(attempt_id) == chosen
