"""What the privacy page and the page about law promise."""

import pytest
from babel import Locale
from babel.lists import format_list
from fastapi.testclient import TestClient

from app.home.domain import KEPT, LAWS, MALABO_PARTIES, WITHOUT_LAW
from app.kernel.database import Base
from app.kernel.text import Language
from app.settings import Settings
from tests.identity.builders import arrive, read_page, send, show, sign_up


def test_every_table_of_people_is_explained_once() -> None:
    personal = [n for n, t in Base.metadata.tables.items() if "learner_id" in t.c]
    explained = [table for kept in KEPT for table in kept.tables]

    assert sorted(explained) == sorted(personal)


def test_every_lifetime_is_a_setting() -> None:
    lifetimes = {kept.lifetime for kept in KEPT} - {None}

    assert lifetimes <= set(Settings.model_fields)


def test_privacy_page_has_a_row_for_each_purpose(client: TestClient) -> None:
    html = client.get("/en/privacy").text

    assert html.count('role="row"') >= len(KEPT) + 1
    assert "730 days" in html
    assert "30 days" in html


@pytest.mark.parametrize("language", list(Language))
def test_law_page_says_what_has_a_source_and_no_more(
    client: TestClient, language: Language
) -> None:
    names = Locale(str(language)).territories

    html = client.get(f"/{language}/privacy/law").text

    assert read_page(client.get(f"/{language}/privacy/law")).sections == 4
    codes = {law.country for law in LAWS} | {*MALABO_PARTIES, *WITHOUT_LAW}
    assert all(names[code] in html for code in codes)
    without = sorted(names[code] for code in WITHOUT_LAW)
    assert format_list(without, locale=str(language)) in html
    assert names["TN"] not in html


def test_what_is_kept_can_be_read_and_downloaded(client: TestClient) -> None:
    attempt = arrive(client)
    send(client, attempt, {"a.problem-framing": "3"})
    sign_up(client)

    page = show(client, "/fr/account/data")
    html = client.get("/fr/account/data").text
    document = client.get("/fr/account/download").json()

    assert page.sections == len([rows for rows in document.values() if rows])
    assert "problem-framing" in html
    assert "ada@example.org" in html
    assert "argon2" not in html
    assert document["identity_account"][0]["email"] == "ada@example.org"
    assert "password_hash" not in document["identity_account"][0]
