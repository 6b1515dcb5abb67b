"""What learners do in a cohort, and what its trainers see of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import pytest
from playwright.sync_api import Page, StorageState, expect

from app.cohorts.domain import INSTALLATION, InstitutionKind
from app.cohorts.service import assign_trainer
from app.kernel.clock import current_time
from app.sharing.domain.pools import Share
from app.sharing.queries import list_shares
from tests.home.builders import personal_counts
from tests.journeys.addresses import PHONE
from tests.journeys.conftest import Inspect, NewDevice
from tests.journeys.people import (
    DESKTOP,
    MANAGER,
    VARIANTS,
    Group,
    Servers,
    Staff,
    add_group,
    add_ministry,
    add_staff,
    remember,
    take_part,
)
from tests.journeys.server import Server
from tests.journeys.test_budgets import FIRST_VISIT, FOLLOWING_PAGE, measure
from tests.journeys.walk import answer_all, choose, hand_in

NO_SCRIPT = {"size": PHONE, "java_script_enabled": False}
NAME = "فاطمة · Fátima"


@pytest.mark.parametrize(
    ("backend", "language", "options"),
    [
        pytest.param("sqlite", "ar", {"size": PHONE}, id="sqlite-ar-phone"),
        pytest.param("sqlite", "pt", NO_SCRIPT, id="sqlite-pt-phone-no-script"),
        pytest.param("sqlite", "pt", {"size": DESKTOP}, id="sqlite-pt-desktop"),
        pytest.param("postgresql", "ar", NO_SCRIPT, id="postgresql-ar-phone-no-script"),
    ],
)
def test_a_learner_joins_shares_takes_back_and_leaves_nothing(
    backend: str,
    language: str,
    options: dict[str, Any],
    servers: Servers,
    new_device: NewDevice,
    inspect: Inspect,
) -> None:
    server = servers(backend)
    with server.write() as connection:
        group = add_group(connection, add_ministry(connection), "Quadros · أطر")
    page = new_device(base=server.base, **options).page
    page.on("dialog", lambda dialog: dialog.accept())
    look = fits if options is NO_SCRIPT else inspect
    home, cohort_id = f"{server.base}/{language}", group.cohort.cohort_id

    join(page, home, group, look)
    chosen = answer_all(page, language)
    hand_in(page)
    learner_id = download_everything(page, home, cohort_id)
    go_to_sharing(page, home, look)
    see_what_would_be_sent(page, cohort_id, chosen, look)
    assert list_sent(server, learner_id) == []
    page.locator("main form button.go").click()
    page.wait_for_url("**/sharing")
    look(page)
    [share] = list_sent(server, learner_id)
    assert (share.cohort_id, share.with_trainers) == (cohort_id, False)
    take_back(page)
    assert list_sent(server, learner_id) == []
    erase(page, home)
    with server.open() as database, database.read() as connection:
        assert sum(personal_counts(connection, learner_id).values()) == 0


def fits(page: Page) -> None:
    """Check what can be seen of a page without its scripts."""
    assert page.locator("h1").count() == 1
    assert page.viewport_size is not None
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


def join(page: Page, home: str, group: Group, look: Inspect) -> None:
    """Enter six letters, read who sees what, choose a role, come to the questions."""
    page.goto(f"{home}/join")
    look(page)
    page.locator("main input[name=code]").fill(f" {group.letters.lower()} ")
    page.locator("main form button.go").click()
    page.wait_for_url("**/join/*")
    look(page)
    choose(page.locator(f'main input[name=role][value="{MANAGER}"]'))
    page.locator("main form button.go").click()
    page.wait_for_url("**/assess/*/1")


def go_to_sharing(page: Page, home: str, look: Inspect) -> None:
    """Follow the result's link to what one shares."""
    page.goto(f"{home}/profile")
    page.locator("main a[href$='/sharing']").click()
    page.wait_for_url("**/sharing")
    look(page)


def see_what_would_be_sent(
    page: Page, cohort_id: UUID, chosen: dict[str, str], look: Inspect
) -> None:
    """See every competency with its level, and no more."""
    page.locator(f"main a[href$='/sharing/{cohort_id}']").click()
    page.wait_for_url(f"**/sharing/{cohort_id}")
    look(page)
    shown = page.locator("main table tbody td").all_inner_texts()
    levels = sorted(each for each in shown if each.isdigit())
    assert len(shown) == len(chosen)
    assert levels == sorted(each for each in chosen.values() if each.isdigit())


def download_everything(page: Page, home: str, cohort_id: UUID) -> UUID:
    """Take one's data away; return the number under which it is kept."""
    page.goto(f"{home}/account")
    with page.expect_download() as file:
        page.locator("main a[href$='/account/download']").click()
    found = orjson.loads(file.value.path().read_bytes())
    [membership] = found["cohorts_member"]
    assert membership["cohort_id"] == str(cohort_id)
    return UUID(membership["learner_id"])


def list_sent(server: Server, learner_id: UUID) -> list[Share]:
    """Return what the database holds of what a learner shares."""
    with server.open() as database, database.read() as connection:
        return list(list_shares(connection, learner_id=learner_id))


def take_back(page: Page) -> None:
    """Press the button beside the only group."""
    page.locator("main form[action$='/take-back'] button").click()
    expect(page.locator("main form[action$='/take-back']")).to_have_count(0)


def erase(page: Page, home: str) -> None:
    """Erase everything, saying that one is sure."""
    page.goto(f"{home}/account")
    form = page.locator("main form[action$='/account/erase']")
    form.locator("input[name=sure]").check()
    form.locator("button").click()
    page.wait_for_url(f"{home}/")


@VARIANTS
def test_a_trainer_sees_only_who_lets_her_and_as_long(
    backend: str,
    language: str,
    size: tuple[int, int],
    servers: Servers,
    new_device: NewDevice,
    inspect: Inspect,
) -> None:
    server = servers(backend)
    room = add_classroom(server)
    home = f"{server.base}/{language}"
    own = f"/{language}/cohorts/{room.own.cohort.cohort_id}"
    page = new_device(base=server.base, size=size).page
    phone = new_device(base=server.base, state=room.member).page

    page.goto(f"{server.base}{own}/shown")
    room.trainer.sign_in(page)
    page.wait_for_url(f"{server.base}{own}/shown")
    inspect(page)
    assert list_names(page) == []
    show_trainers(phone, f"{home}/sharing/{room.own.cohort.cohort_id}", inspect)
    page.reload()
    inspect(page)
    assert list_names(page) == [NAME]
    assert set(page.locator("main details table td").all_inner_texts()) == {"2"}
    take_back(phone)
    page.reload()
    assert list_names(page) == []
    see_no_figures(page, server.base, own, inspect)
    find_nothing(page, f"{home}/cohorts/{room.foreign.cohort.cohort_id}", inspect)


@dataclass(frozen=True, kw_only=True)
class Classroom:
    """A trainer's cohort beside one that is not hers."""

    own: Group
    foreign: Group
    trainer: Staff
    member: StorageState
    """The browser of somebody in the trainer's cohort who has shared nothing yet."""


def add_classroom(server: Server) -> Classroom:
    """Make a trainer, and two people in her cohort: one shares without her name."""
    with server.write() as connection:
        ministry = add_ministry(connection)
        own = add_group(connection, ministry, "Quadros · أطر")
        trainer = add_staff(connection)
        assign_trainer(
            connection,
            actor_id=INSTALLATION,
            cohort=own.cohort,
            learner_id=trainer.learner_id,
            now=current_time(),
        )
        take_part(connection, own.link)
        member = take_part(connection, own.link, is_shared=False)
        return Classroom(
            own=own,
            foreign=add_group(connection, ministry, "Juízes · قضاة"),
            trainer=trainer,
            member=remember(connection, member),
        )


def list_names(page: Page) -> list[str]:
    """Return who lets the trainer see her levels."""
    return page.locator("main details summary bdi").all_inner_texts()


def show_trainers(page: Page, address: str, inspect: Inspect) -> None:
    """Share a result with one's name: first without it, by mistake."""
    page.goto(address)
    page.locator("main input[name=trainers]").check()
    page.locator("main form button.go").click()
    expect(page.locator("main input[name=name][aria-invalid=true]")).to_be_visible()
    inspect(page)
    page.locator("main input[name=name]").fill(NAME)
    page.locator("main form button.go").click()
    page.wait_for_url("**/sharing")


def see_no_figures(page: Page, base: str, own: str, inspect: Inspect) -> None:
    """See one's only cohort, too small for any figure about levels."""
    page.goto(base + own.rpartition("/")[0])
    inspect(page)
    links = page.locator("main .card h3 a").all()
    assert [link.get_attribute("href") for link in links] == [own]
    links[0].click()
    page.wait_for_url(f"**{own}")
    inspect(page)
    assert page.locator("main ul.funnel").count() == 1
    assert page.locator("main table.heat").count() == 0


def find_nothing(page: Page, address: str, inspect: Inspect) -> None:
    """Ask for everything of a cohort that is not one's own."""
    for rest in ("/people", "/shown", "/breakdown", "/dashboard.csv", ""):
        answer = page.goto(address + rest)
        assert answer is not None
        assert answer.status == 404
    inspect(page)
    assert page.locator("main a").count() > 0


@pytest.fixture(scope="module")
def world(site: Server) -> tuple[Group, StorageState]:
    """Return a cohort that asks for as much as it can, and the browser of a member."""
    with site.write() as connection:
        top = add_ministry(connection, kind=InstitutionKind.CONTINENT, country=None)
        group = add_group(connection, top, "Quadros · أطر")
        return group, remember(connection, take_part(connection, group.link))


@pytest.mark.parametrize("language", ["ar", "pt"])
@pytest.mark.parametrize("name", ["join", "offer", "mine", "preview"])
def test_a_page_of_joining_and_sharing_fits_its_budget(
    name: str,
    language: str,
    world: tuple[Group, StorageState],
    site: Server,
    new_device: NewDevice,
) -> None:
    group, state = world
    path, cookies = {
        "join": ("join", None),
        "offer": (f"join/{group.link}", state),  # longer than for a stranger
        "mine": ("sharing", state),
        "preview": (f"sharing/{group.cohort.cohort_id}", state),
    }[name]
    home = f"{site.base}/{language}/"

    first = measure(new_device(state=cookies), home + path)
    following = measure(new_device(state=cookies), home, home + path)

    assert first <= FIRST_VISIT
    assert following <= FOLLOWING_PAGE
