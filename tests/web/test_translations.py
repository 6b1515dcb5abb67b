import re
from typing import TypeAlias

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.kernel.text import Language
from app.settings import ROOT
from app.web.rendering import environment
from app.web.translations import LOCALES, translations

TRANSLATED = sorted(set(Language) - {Language.EN})
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
Texts: TypeAlias = tuple[str, ...]


def catalogue(language: Language) -> Catalog:
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def texts(value: object) -> Texts:
    return tuple(value) if isinstance(value, (list, tuple)) else (str(value),)


def messages(language: Language) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def used_texts() -> set[object]:
    """Collect what the code and the templates say, as ``make messages`` does."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel's
    found = extract_from_dir(
        ROOT,
        methods,
        options,
        keywords={**DEFAULT_KEYWORDS, "N_": None, "NN_": (1, 2)},
    )
    return {text for _file, _line, text, _comments, _context in found}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_has_what_is_used_and_nothing_else(language: Language) -> None:
    known = {
        tuple(m.id) if isinstance(m.id, list) else m.id for m in messages(language)
    }

    assert known == used_texts(), "run `make messages` and translate what is new"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_missing_or_doubtful(language: Language) -> None:
    wanting = [m.id for m in messages(language) if m.fuzzy or not all(texts(m.string))]

    assert wanting == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_number_of_a_plural_has_its_form(language: Language) -> None:
    number = catalogue(language).num_plurals
    wrong = [
        m.id
        for m in messages(language)
        if m.pluralizable and len(texts(m.string)) != number
    ]

    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_those_of_the_english_text(language: Language) -> None:
    wrong = []
    for message in messages(language):
        known = {
            name for text in texts(message.id) for name in PLACEHOLDER.findall(text)
        }
        for text in texts(message.string):
            strange = set(PLACEHOLDER.findall(text)) - known
            stray = "%" in PLACEHOLDER.sub("", text).replace("%%", "")
            is_formatted = "python-format" in message.flags
            if strange or (stray and is_formatted):
                wrong.append((message.id, text))

    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_single_text_keeps_all_placeholders(language: Language) -> None:
    wrong = [
        message.id
        for message in messages(language)
        if not message.pluralizable
        and set(PLACEHOLDER.findall(str(message.id)))
        != set(PLACEHOLDER.findall(str(message.string)))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_texts_bring_no_markup_of_their_own(language: Language) -> None:
    wrong = [
        message.id
        for message in messages(language)
        for text in texts(message.string)
        if re.findall(r"<[^>]+>", text) and not re.findall(r"<[^>]+>", str(message.id))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", list(Language))
def test_a_catalogue_is_read_once(language: Language) -> None:
    assert translations(language) is translations(language)


def test_english_is_its_own_translation() -> None:
    text = "This page does not exist"

    assert translations(Language.EN).gettext(text) == text
    assert translations(Language.FR).gettext(text) != text


def test_arabic_has_six_forms_and_they_are_chosen_by_number() -> None:
    one, many = (
        "With %(hours)s h a week you could close one more level: %(titles)s.",
        "With %(hours)s h a week you could close %(num)s more levels: %(titles)s.",
    )
    arabic = translations(Language.AR)
    forms = {arabic.ngettext(one, many, number) for number in (1, 2, 3, 11, 100)}

    assert catalogue(Language.AR).num_plurals == 6
    assert len(forms) >= 3


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.5, "0.5 ساعة"), (1, "ساعة واحدة"), (1.5, "1.5 ساعة"), (2, "ساعتان"),
        (2.0, "ساعتان"), (2.5, "2.5 ساعة"), (3, "3 ساعات"), (10, "10 ساعات"),
        (11, "11 ساعة"), (99, "99 ساعة"), (100, "100 ساعة"), (103, "103 ساعات"),
    ],
)  # fmt: skip
def test_arabic_counts_hours_as_arabic_does(number: float, words: str) -> None:
    parts = environment(Language.AR).get_template("parts/course.html").module

    assert parts.hours(number) == words  # type: ignore[attr-defined]  # a macro
