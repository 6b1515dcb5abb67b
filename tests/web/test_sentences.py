import re
from pathlib import Path

import pytest

from app.kernel.text import Language
from app.web.phrases import PATH_SENTENCES, SINGLE_SENTENCES, say, say_many
from app.web.sentences import ASIDE_LABELS, PROBLEMS, describe, label

NUMBERS = (1, 2, 3, 11, 100)
LEFT_OPEN = re.compile(r"%\(|\{\w*\}")
NAMES = re.compile(r"%\((\w+)\)s")


def facts_of(*english: str) -> dict[str, str | int]:
    """Return a fact for every name in the English text; a translation has no other."""
    return {name: "MOOC" for text in english for name in NAMES.findall(text)}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_has_a_title_and_a_sentence(code: str, language: Language) -> None:
    title, sentence = describe(code, language)

    assert title
    assert sentence
    assert not LEFT_OPEN.search(title + sentence)
    assert not title.endswith(".")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", SINGLE_SENTENCES)
def test_a_sentence_is_filled_with_its_facts(code: str, language: Language) -> None:
    facts = facts_of(SINGLE_SENTENCES[code])

    assert not LEFT_OPEN.search(say(code, language, **facts))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", PATH_SENTENCES)
def test_a_sentence_with_a_number_is_filled_for_every_number(
    code: str, language: Language
) -> None:
    facts = facts_of(*PATH_SENTENCES[code])
    said = [say_many(code, number, language, **facts) for number in NUMBERS]

    assert not any(LEFT_OPEN.search(each) for each in said)


@pytest.mark.parametrize("language", list(Language))
def test_the_three_answers_beside_the_statements_differ(language: Language) -> None:
    labels = [label(text, language) for text in ASIDE_LABELS.values()]

    assert len(set(labels)) == 3


@pytest.mark.parametrize("code", [*SINGLE_SENTENCES, *PATH_SENTENCES])
def test_every_sentence_is_said_somewhere(code: str) -> None:
    kind = code.partition("-")[0]
    said = re.compile(rf'"{re.escape(code)}"|f"{kind}-\{{|"{kind}"')
    modules = [p for p in Path("app").rglob("*.py") if p.name != "sentences.py"]

    assert any(said.search(path.read_text()) for path in modules)
