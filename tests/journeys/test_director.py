"""A director founds, invites, watches and takes figures away."""

import csv
import io
import random
import time
from pathlib import Path
from urllib.parse import urljoin
from uuid import UUID

from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from app.cohorts.queries import count_people, list_campaigns
from tests.insights.builders import draw_values
from tests.journeys.conftest import Inspect, NewDevice
from tests.journeys.people import (
    VARIANTS,
    Servers,
    add_director,
    add_ministry,
    take_part,
)
from tests.journeys.server import PATIENCE_S, Server

SHARING = 24
PRIORITIES = 3
SLOW_MS = 1000 * PATIENCE_S
"""For what the worker beside the site does."""
STAGES = 5
"""Of the funnel, which are counted without suppression: invited to shared."""


@VARIANTS
def test_a_director_founds_invites_watches_and_takes_figures_away(
    backend: str,
    language: str,
    size: tuple[int, int],
    servers: Servers,
    new_device: NewDevice,
    inspect: Inspect,
) -> None:
    server = servers(backend)
    with server.write() as connection:
        director = add_director(connection, add_ministry(connection))
    page = new_device(base=server.base, size=size).page

    page.goto(f"{server.base}/{language}/cohorts")
    inspect(page)
    director.sign_in(page)
    page.wait_for_url(f"{server.base}/{language}/cohorts")
    inspect(page)
    cohort_id = found(page, inspect)
    link = open_round(page, inspect)
    import_list(page, language, server, cohort_id, inspect)
    let_share(server, link)
    page.locator(f'main a.go[href$="/cohorts/{cohort_id}"]').click()
    wait_for_results(page)
    inspect(page)
    assert read_funnel(page) == [SHARING + 4, SHARING, SHARING, SHARING, SHARING]
    take_away(page)
    look_around(page, inspect)


def found(page: Page, inspect: Inspect) -> UUID:
    """Add an institution below one's own, and found a cohort there."""
    page.locator("main a[href*='/cohorts/institutions/']").first.click()
    page.wait_for_url("**/institutions/*")
    above = page.url
    inspect(page)
    form = page.locator("main form[action$='/below']")
    form.locator("input[name=name]").fill("مديرية · Direção")
    form.locator("input[name=key]").fill("direction-" + above[-8:])
    form.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: url != above and "/institutions/" in url)
    inspect(page)
    form = page.locator("main form[action$='/cohorts']")
    form.locator("input[name=name]").fill("Quadros · أطر")
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/people")
    inspect(page)
    return UUID(page.url.split("/")[-2])


def open_round(page: Page, inspect: Inspect) -> str:
    """Open the first round; return the token of its link."""
    page.locator("main form[action$='/campaigns'] button[type=submit]").click()
    letters = page.locator("main .ticket b.code").first
    expect(letters).to_be_visible()
    assert len(letters.inner_text().strip()) == len("ABCDEF")
    inspect(page)
    address = page.locator("main a[href*='/join/']").first.get_attribute("href")
    return str(address).rpartition("/")[2]


def import_list(
    page: Page, language: str, server: Server, cohort_id: UUID, inspect: Inspect
) -> None:
    """Send a list with three bad rows, see which, and send it corrected."""
    good = ["a@kind.example", "b@kind.example", "c@kind.example", "d@kind.example"]
    bad = ["nobody", good[0], "=1+1@kind.example"]
    rows = [good[0], good[1], bad[0], good[2], bad[1], good[3], bad[2]]
    send_list(page, language, rows)
    expect(page.locator("main .notice[role=alert]")).to_be_visible(timeout=SLOW_MS)
    assert page.locator("main table td.n").all_inner_texts() == ["4", "6", "8"]
    inspect(page)
    assert count_invited(server, cohort_id) == 0
    page.locator("main a.go").click()
    page.wait_for_url("**/people")

    send_list(page, language, good)
    accept = page.locator("main form button.go")
    expect(accept).to_be_visible(timeout=SLOW_MS)
    inspect(page)
    assert count_invited(server, cohort_id) == 0
    accept.click()
    back = page.locator("main a.go[href$='/people']")
    expect(back).to_be_visible(timeout=SLOW_MS)
    inspect(page)
    assert count_invited(server, cohort_id) == len(good)
    back.click()
    page.wait_for_url("**/people")


def send_list(page: Page, language: str, addresses: list[str]) -> None:
    """Upload a list as an old spreadsheet of that language writes it."""
    name, encoding = ("مريم", "cp1256") if language == "ar" else ("João", "cp1252")
    lines = ["email;name", *(f"{address};{name}" for address in addresses)]
    form = page.locator("main form[enctype='multipart/form-data']").first
    form.locator("input[type=file]").set_input_files(
        {
            "name": "list.csv",
            "mimeType": "text/csv",
            "buffer": "\r\n".join(lines).encode(encoding),
        }
    )
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/rosters/*")


def count_invited(server: Server, cohort_id: UUID) -> int:
    """Return how many people the only campaign of a cohort has invited."""
    with server.open() as database, database.read() as connection:
        [campaign] = list_campaigns(connection, cohort_id=cohort_id)
        return count_people(connection, campaign_id=campaign.campaign_id).invited


def let_share(server: Server, link: str) -> None:
    """Let people join, answer and share, together."""
    chance = random.Random(3)  # noqa: S311 -- repeatable, not secret
    with server.write() as connection:
        for _ in range(SHARING):
            take_part(connection, link, values=draw_values(chance, skill=1.5))


def wait_for_results(page: Page) -> None:
    """Look again until the worker beside the site has released what waits."""
    end = time.monotonic() + PATIENCE_S
    while page.locator("main ol.rank > li").count() < PRIORITIES:
        assert time.monotonic() < end
        page.reload()


def read_funnel(page: Page) -> list[int]:
    """Return how many were invited, joined, began, submitted and shared."""
    counts = page.locator("main ul.funnel").first.locator("li .n b")
    return [int(each) for each in counts.all_inner_texts()][:STAGES]


def take_away(page: Page) -> None:
    """Download the figures; they are those of the page."""
    ranked = set(page.locator("main ol.rank h3").all_inner_texts()[:PRIORITIES])

    table = csv.reader(io.StringIO(download(page, ".csv").read_text("utf-8-sig")))
    from_csv = [cell for row in table for cell in row]
    book = CalamineWorkbook.from_path(str(download(page, ".xlsx")))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    from_xlsx = [str(cell) for sheet in sheets for row in sheet for cell in row]
    pdf = download(page, ".pdf").read_bytes()

    assert ranked <= set(from_csv)
    assert ranked <= set(from_xlsx)
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


def look_around(page: Page, inspect: Inspect) -> None:
    """Open what else is about this cohort."""
    links = page.locator("main a[href$='/overview'], main a[href$='/breakdown']")
    people = page.locator("main a[href$='/people']").first
    addresses = [link.get_attribute("href") for link in links.all()]
    assert len(addresses) == len({"overview", "breakdown"})
    people.click()
    page.wait_for_url("**/people")
    poster = page.locator("main a[href$='/poster']").get_attribute("href")
    for address in (*addresses, poster):
        page.goto(urljoin(page.url, address))
        inspect(page)


def download(page: Page, ending: str) -> Path:
    """Follow the link to a file and return it."""
    with page.expect_download() as found_file:
        page.locator(f"main a[href*='/dashboard{ending}']").click()
    assert found_file.value.suggested_filename.endswith(ending)
    return found_file.value.path()
