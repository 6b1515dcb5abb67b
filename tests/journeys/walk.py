"""What a learner does, by names and addresses, never by translated words."""

import re
from itertools import cycle

from playwright.sync_api import Locator, Page, expect

VALUES = ("1", "3", "2", "unknown", "1", "0", "4", "not_applicable")
"""Answers of a person with strengths, gaps and open questions."""
RESUME_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def begin(page: Page, base: str, language: str, *, role: str) -> str:
    """Go from the front page to the first questions; return the attempt's id."""
    page.goto(f"{base}/{language}/")
    page.locator(f'main a[href="/{language}/assess"]').first.click()
    choose(page.locator(f'input[name=role][value="{role}"]'))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/assess/*/1")
    return page.url.split("/")[-2]


def choose(radio: Locator) -> None:
    """Choose an option as a finger does: anywhere on its sentence."""
    radio.locator("xpath=ancestor::label").click()
    expect(radio).to_be_checked()


def items(page: Page) -> list[str]:
    """List the names of the questions on this page."""
    names: list[str] = page.locator(
        "fieldset input[name^='a.'][value='1']"
    ).evaluate_all("inputs => inputs.map(input => input.name)")
    return names


def answer(page: Page, name: str, value: str) -> None:
    """Answer one question of this page."""
    choose(page.locator(f'input[name="{name}"][value="{value}"]'))


def answer_group(page: Page, values: tuple[str, ...] = VALUES) -> dict[str, str]:
    """Answer every question of this page; return what was chosen."""
    chosen = dict(zip(items(page), cycle(values), strict=False))
    for name, value in chosen.items():
        answer(page, name, value)
    return {name.removeprefix("a."): value for name, value in chosen.items()}


def send_group(page: Page) -> None:
    """Save this page of questions and go on."""
    before = page.url
    page.locator("form[data-autosave] button[type=submit]").click()
    page.wait_for_url(lambda url: url != before)


def answer_all(
    page: Page,
    language: str,
    *,
    until: int | None = None,
    values: tuple[str, ...] = VALUES,
) -> dict[str, str]:
    """Answer group after group up to the overview, or stop at group ``until``."""
    chosen: dict[str, str] = {}
    while not page.url.endswith("/review"):
        assert f"/{language}/assess/" in page.url
        if until is not None and page.url.endswith(f"/{until}"):
            break
        chosen |= answer_group(page, values)
        send_group(page)
    return chosen


def hand_in(page: Page) -> None:
    """Submit from the overview and arrive at the result."""
    page.locator("form[action$='/submit'] button").click()
    page.wait_for_url("**/profile")


def read_resume_code(page: Page) -> str:
    """Return the code that stands on this page."""
    found = RESUME_CODE.search(page.locator("main").inner_text())
    assert found is not None
    return found.group()


def list_steps(page: Page) -> list[str]:
    """List the keys of the path's steps, in order."""
    keys: list[str] = page.locator(
        "ol form:has(button[value=done]) input[name=unit]"
    ).evaluate_all("inputs => inputs.map(input => input.value)")
    return keys


def go_to_path(page: Page, language: str) -> list[str]:
    """Follow the link to the path; return its steps."""
    page.locator(f'main a[href="/{language}/path"]').first.click()
    page.wait_for_url("**/path")
    return list_steps(page)
