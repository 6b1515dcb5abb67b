"""Every page for everybody: small screens, keyboards, other colours, other languages."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.kernel.text import Language
from tests.journeys.addresses import BOTH, PAGES
from tests.journeys.barriers import RULES, SIDEWAYS, TAGS, find_violations
from tests.journeys.conftest import Device, Find, NewDevice, Person, walk_in
from tests.journeys.server import Server
from tests.journeys.walk import (
    VALUES,
    answer,
    begin,
    items,
    list_steps,
    read_resume_code,
)

NARROW = (320, 640)
DESKTOP = (1280, 900)
ON_EVERY_PAGE = pytest.mark.parametrize("name", PAGES)
BLUR = "document.activeElement.blur()"
FOCUSED = """() => {
    const found = document.activeElement;
    if (found === document.body) return null;
    const box = (found.closest('label') ?? found).getBoundingClientRect();
    return {html: found.outerHTML.slice(0, 120), x: box.x, y: box.y,
            width: box.width, height: box.height};
}"""
VisitPage = Callable[..., Device]


@pytest.fixture
def visit(new_device: NewDevice, find: Find) -> VisitPage:
    """Open a page by its name, as the person it is made for."""

    def open_page(name: str, language: str, **options: Any) -> Device:  # noqa: ANN401 -- of the context
        address, state = find(name, language)
        device = new_device(state=state, **options)
        answer = device.page.goto(address, wait_until="networkidle")
        assert answer is not None
        assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
        return device

    return open_page


@BOTH
@ON_EVERY_PAGE
def test_a_page_has_no_barrier_on_the_smallest_phone(
    name: str, language: str, visit: VisitPage, axe_script: str
) -> None:
    page = visit(name, language, size=NARROW).page

    assert find_violations(page, axe_script, RULES) == []
    assert page.evaluate(SIDEWAYS) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW[0]
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.getAnimations().length") == 0


@BOTH
def test_the_languages_unfold_on_the_smallest_phone(
    language: str, visit: VisitPage
) -> None:
    page = visit("path", language, size=NARROW).page

    page.locator("header summary").click()

    links = page.locator("header a[hreflang]")
    assert links.count() == len(Language)
    for box in (link.bounding_box() for link in links.all()):
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW[0]
        assert box["height"] >= 24


@BOTH
@ON_EVERY_PAGE
def test_a_page_is_legible_in_the_dark_and_on_a_desktop(
    name: str, language: str, visit: VisitPage, axe_script: str
) -> None:
    page = visit(name, language, size=DESKTOP, color_scheme="dark").page

    assert find_violations(page, axe_script, RULES) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP[0]
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", ground)[:3])) < 3 * 64


@BOTH
@pytest.mark.parametrize("name", ["front", "start", "group-2", "result", "path"])
def test_a_page_shows_its_controls_in_forced_colours(
    name: str, language: str, visit: VisitPage, axe_script: str
) -> None:
    page = visit(name, language, forced_colors="active").page

    assert find_violations(page, axe_script, TAGS) == []
    for selector in ("main .btn", "main label", "main svg.chart"):
        shown = [each for each in page.locator(selector).all() if each.is_visible()]
        assert all(is_drawn(page, each) for each in shown[:3]), selector


def is_drawn(page: Page, element: Locator) -> bool:
    """Whether hiding something changes the picture."""
    element.scroll_into_view_if_needed()
    clip = element.bounding_box()
    drawn = page.screenshot(clip=clip)
    element.evaluate("each => { each.style.visibility = 'hidden' }")
    return drawn != page.screenshot(clip=clip)


@BOTH
def test_a_choice_is_seen_in_forced_colours(language: str, visit: VisitPage) -> None:
    page = visit("group-3", language, forced_colors="active").page
    name = items(page)[0]
    label = page.locator(f'label:has(input[name="{name}"][value="2"])')
    pictures = []

    for value in ("2", "3"):
        page.locator(f'input[name="{name}"][value="{value}"]').check()
        page.evaluate(BLUR)
        page.mouse.move(0, 0)
        pictures.append(label.screenshot())

    assert pictures[0] != pictures[1]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something that matches has the focus."""
    for _press in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(selector)


@BOTH
def test_the_way_is_open_to_a_keyboard_alone(
    language: str, site: Server, new_device: NewDevice
) -> None:
    page = new_device().page
    page.goto(f"{site.base}/{language}/")

    tab_to(page, f'main a[href="/{language}/assess"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{language}/assess")
    tab_to(page, "input[name=role]")
    page.keyboard.press("Space")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/assess/*/1")
    for number in range(1, 5):
        answer_by_keyboard(page)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(rf"/assess/[^/]+/(?!{number}$)"))
    tab_to(page, "form[action$='/submit'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/profile")
    tab_to(page, f'main a[href="/{language}/path"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/path")
    assert list_steps(page) != []


def answer_by_keyboard(page: Page) -> None:
    """Try the second statement of each question, choose the first, go to the button."""
    for name in items(page):
        tab_to(page, f'input[name="{name}"]')
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(page.locator(f'input[name="{name}"][value="2"]')).to_be_checked()
        page.keyboard.press("ArrowUp")
        expect(page.locator(f'input[name="{name}"][value="1"]')).to_be_checked()
    tab_to(page, "form[data-autosave] button[type=submit]")


@BOTH
@pytest.mark.parametrize("name", ["front", "start", "group-2", "result", "path"])
def test_the_focus_is_always_seen(name: str, language: str, visit: VisitPage) -> None:
    page = visit(name, language).page
    seen: list[str] = []

    while True:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or len(seen) > 150:
            break
        seen.append(focused["html"])
        assert is_focus_visible(page, focused), focused["html"]

    assert len(seen) > 10


def is_focus_visible(page: Page, focused: dict[str, Any]) -> bool:
    """Compare the place of the focused element with and without focus."""
    width, height = page.viewport_size["width"], page.viewport_size["height"]  # type: ignore[index]  # we gave it one
    left, top = max(focused["x"] - 8, 0), max(focused["y"] - 8, 0)
    clip = {
        "x": left,
        "y": top,
        "width": min(focused["width"] + 16, width - left),
        "height": min(focused["height"] + 16, height - top),
    }
    if clip["width"] <= 0 or clip["height"] <= 0:
        return False
    with_focus = page.screenshot(clip=clip)  # type: ignore[arg-type]  # four floats
    page.evaluate(BLUR)
    return with_focus != page.screenshot(clip=clip)  # type: ignore[arg-type]  # same


@pytest.mark.parametrize("name", ["front", "courses", "course", "framework"])
def test_a_page_names_itself_in_every_language(
    name: str, visit: VisitPage, site: Server
) -> None:
    page = visit(name, "fr").page

    links: dict[str, str] = dict(
        page.locator("link[rel=alternate]").evaluate_all(
            "links => links.map(link => [link.hreflang, link.href])"
        )
    )

    assert sorted(links) == sorted([*Language, "x-default"])
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        for language in Language:
            assert links[language].startswith(f"{site.base}/{language}/")
            answered = client.get(links[language])
            assert answered.status_code == 200
            assert f'<html lang="{language}"' in answered.text


def test_another_language_keeps_the_place_and_the_answers(
    site: Server, new_device: NewDevice
) -> None:
    page = new_device().page
    attempt_id = begin(page, site.base, "fr", role="trainer")
    names = items(page)
    for name in names[:2]:
        answer(page, name, "3")

    page.locator("details.lang summary, header details summary").first.click()
    page.locator("header a[hreflang=ar]").click()

    page.wait_for_url(f"{site.base}/ar/assess/{attempt_id}/1")
    for name in names[:2]:
        expect(page.locator(f'input[name="{name}"][value="3"]')).to_be_checked()
    saved = {name.removeprefix("a."): "3" for name in names[:2]}
    wait_for_answers(page, site, attempt_id, saved)


def wait_for_answers(
    page: Page, site: Server, attempt_id: str, wanted: dict[str, str]
) -> None:
    """Wait until the database holds these answers and no other."""
    for _ in range(50):
        if site.list_answers(attempt_id) == wanted:
            return
        page.wait_for_timeout(100)
    assert site.list_answers(attempt_id) == wanted


@BOTH
@pytest.mark.parametrize(
    "name", ["front", "courses?q=gov&max_hours=12", "frameworks/unesco-ai-dt"]
)
def test_the_language_links_lead_to_the_same_page(
    name: str, language: str, site: Server, new_device: NewDevice
) -> None:
    page = new_device().page
    rest = "" if name == "front" else name
    page.goto(f"{site.base}/{language}/{rest}")

    for other in Language:
        link = page.locator(f"header a[hreflang={other}]")
        assert link.get_attribute("href") == f"/{other}/{rest}"


RESULTS: dict[str, tuple[str, ...]] = {
    "mixed": VALUES,
    "lowest": ("1", "0"),
    "highest": ("4",),
    "unknown": ("unknown", "not_applicable"),
}


@pytest.fixture(scope="module")
def printed(chromium: Browser, site: Server) -> dict[str, Person]:
    """Return people with very different results."""
    return {
        name: walk_in(chromium, site.base, is_finished=True, values=values)
        for name, values in RESULTS.items()
    }


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("result", RESULTS)
def test_the_result_prints_on_one_page(
    result: str,
    language: Language,
    printed: dict[str, Person],
    site: Server,
    new_device: NewDevice,
) -> None:
    page = new_device(state=printed[result].state).page
    page.goto(f"{site.base}/{language}/profile")

    pdf = page.pdf(format="A4", print_background=False)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_the_account_shows_the_code_without_script(
    finished: Person, site: Server, new_device: NewDevice
) -> None:
    page = new_device(state=finished.state, java_script_enabled=False).page

    page.goto(f"{site.base}/pt/account")

    assert len(read_resume_code(page)) == len("K7PM-2XQ4-9BTB")
