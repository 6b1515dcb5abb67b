from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from app.kernel.text import Language, LocalizedText
from app.web.rendering import (
    TEMPLATES,
    Prepared,
    environment,
    html_response,
    localized,
    slot,
    write_date,
    write_number,
)

TEXT = LocalizedText(texts={Language.EN: "Trust <b>", Language.FR: "Confiance"})


def test_a_prepared_page_is_filled_and_escaped() -> None:
    page = Prepared(f"<p>{slot('name')}</p><i>{slot('state')}</i>{slot('empty')}!")

    filled = page.fill({"name": '<script>"', "state": b"<b>"})

    assert filled == b"<p>&lt;script&gt;&#34;</p><i><b></i>!"


def test_a_value_cannot_open_a_slot_of_its_own() -> None:
    page = Prepared(f"{slot('name')}{slot('secret')}")

    assert page.fill({"name": str(slot("secret")), "secret": "x"}).endswith(b"x")
    assert page.fill({"name": str(slot("secret")), "secret": "x"}).count(b"x") == 1


def test_a_page_without_slots_is_itself() -> None:
    assert Prepared("<p>é</p>").fill({"name": "x"}) == "<p>é</p>".encode()


def test_a_text_in_another_language_says_so() -> None:
    assert localized(TEXT, Language.FR) == "Confiance"
    assert localized(TEXT, Language.AR) == Markup(
        '<span lang="en" dir="ltr">Trust &lt;b&gt;</span>'
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar", "12,345.5"),
        ("en", "12,345.5"),
        ("es", "12.345,5"),
        ("fr", "12\u202f345,5"),
        ("pt", "12.345,5"),
    ],
)
def test_numbers_in_the_manner_of_the_language(language: str, expected: str) -> None:
    assert write_number(12345.5, Language(language)) == expected


def test_numbers_have_two_decimals_at_most() -> None:
    assert write_number(2.0, Language.EN) == "2"
    assert write_number(1 / 3, Language.EN) == "0.33"


def test_dates_in_words() -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)

    assert write_date(day, Language.FR) == "23 novembre 2026"
    assert "2026" in write_date(day, Language.PT)


def test_a_page_belongs_to_one_person_and_is_kept_by_no_cache() -> None:
    answer = html_response("é", status=422)

    assert (answer.status_code, answer.body) == (422, "é".encode())
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_templates_are_escaped_strict_and_translated() -> None:
    jinja = environment(Language.FR)

    assert jinja.from_string("{{ x }}").render(x="<b>&'") == "&lt;b&gt;&amp;&#39;"
    with pytest.raises(UndefinedError):
        jinja.from_string("{{ missing }}").render()
    assert jinja.from_string("{{ _('This page does not exist') }}").render() != (
        "This page does not exist"
    )


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    "name",
    sorted(p.relative_to(TEMPLATES).as_posix() for p in TEMPLATES.rglob("*.html")),
)
def test_every_template_compiles_in_every_language(
    name: str, language: Language
) -> None:
    assert environment(language).get_template(name).name == name


def test_only_constants_of_a_template_go_unescaped() -> None:
    unsafe = {
        (path.name, line.partition("| safe")[0][-16:].strip(" {="))
        for path in TEMPLATES.rglob("*.html")
        for line in path.read_text().splitlines()
        if "|safe" in line.replace(" ", "") or "autoescape" in line
    }

    assert unsafe == {
        ("forms.html", "XQ4-9BTB</bdi>'"),
        ("icons.html", "drawings[name]"),
    }
