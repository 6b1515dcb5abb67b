import pytest

from app.frameworks.domain import Framework
from app.insights.domain.intervals import Bounds
from app.insights.pages.words import Words
from app.kernel.text import Language


def words(framework: Framework, language: Language = Language.EN) -> Words:
    names = {"unit": {"u-1": "Treasury"}, "country": {"SN": "Senegal"}}
    return Words(language=language, framework=framework, names=names)


@pytest.mark.parametrize(
    ("trait", "value", "expected"),
    [
        ("grade", "manager", "Manager"),
        ("gender", "", "Not said"),
        ("unit", "u-1", "Treasury"),
        ("unit", "u-2", "u-2"),
        ("country", "SN", "Senegal"),
        ("role", "front-line", "Front-line and administrative officer"),
        ("role", "king", "king"),
        ("language", "ar", "العربية"),
    ],
)
def test_values_have_names(
    framework: Framework, trait: str, value: str, expected: str
) -> None:
    assert words(framework).value(trait, value) == expected


def test_numbers_are_written_as_people_read_them(framework: Framework) -> None:
    french = words(framework, Language.FR)

    assert french.signed(12.4) == "+12"
    assert french.signed(-7.8) == "-8"
    assert french.signed(0.0) == "0"
    assert french.number(12345.4) == "12\u202f345"
    assert french.percent(0.455) == "46%"
    assert french.between(Bounds(low=3, high=3)) == "3"
    assert french.between(Bounds(low=3, high=8)) == "3–8"


def test_attitudes_are_a_domain_of_their_own(framework: Framework) -> None:
    assert words(framework).domain(None) == "Attitudes"
    assert words(framework).domain(framework.domains[0].key) != "Attitudes"
