"""How fast are 10 000 courses searched? (docs/benchmarks.md, “Catalogue”).

Example::

    python -m tests.bench.catalogue --courses 10000
"""

import argparse
import time
import tracemalloc
from dataclasses import replace
from itertools import accumulate
from random import Random
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from app.catalogue.domain import Catalogue, Cost, Course, Delivery, Module, Serve
from app.catalogue.domain.filters import LENGTHS, Filter
from app.catalogue.domain.search import Index
from app.catalogue.domain.words import split_words
from app.frameworks.domain import Framework
from app.kernel.text import Language, LocalizedText
from app.loading import read_everything
from app.settings import ROOT

MAX_P99_MS = 20
MAX_PUBLISH_MS = 500
QUESTIONS = 600
PROVIDERS = 400
RARE_WORDS = 25_000
LETTERS = {Language.AR: "ابتثجحدرسشصعفقكلمنهوي"}
LATIN = "abcdefghijlmnopqrstuvz"
out = Console(highlight=False, width=130)


def main() -> None:
    """Run the bench and print its table."""
    parser = argparse.ArgumentParser(prog="tests.bench.catalogue", description=__doc__)
    parser.add_argument("--courses", type=int, default=10_000)
    many = parser.parse_args().courses
    values, _ = read_everything(ROOT / "frameworks")
    framework = next(v for v in values if isinstance(v, Framework))
    models = next(v for v in values if isinstance(v, Catalogue)).courses
    names = {each.key: each.title for each in framework.competencies}
    chance = Random(7)  # noqa: S311 -- repeatable, not secret
    writer = Writer(chance, list(models), framework)
    courses = [writer.draw(number) for number in range(many)]

    tracemalloc.start()
    began = time.perf_counter()
    index = Index(courses, names)
    memory = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    began = time.perf_counter()
    index = Index(courses, names)
    built = time.perf_counter() - began
    began = time.perf_counter()
    Index([*courses[:-1], writer.draw(many)], names, index)
    published = (time.perf_counter() - began) * 1000
    words = sum(len(postings.words) for postings in index.texts.fields)
    out.print(
        f"index of {many:,} courses, {words:,} words: built in {built:.1f} s, "
        f"{memory:.0f} MB; one more course published: "
        + verdict(published, MAX_PUBLISH_MS)
    )
    table = Table("language", "kind of question", "found", "p50 ms", "p99 ms")
    for language in Language:
        for kind in ("words", "beginnings", "slips", "filters", "two letters"):
            table.add_row(language, kind, *measure(index, writer, language, kind))
    out.print(table)


def verdict(value: float, most: float) -> str:
    """Write a time beside its limit."""
    return f"[{'green' if value < most else 'red'}]{value:.1f}[/] ms (limit {most})"


def measure(
    index: Index, writer: "Writer", language: Language, kind: str
) -> tuple[str, str, str]:
    """Return how many are found in the middle, p50 and p99."""
    times, found = [], []
    for _ in range(QUESTIONS):
        wanted = writer.ask(language, kind)
        began = time.perf_counter()
        answer = index.find(wanted, language)
        times.append((time.perf_counter() - began) * 1000)
        found.append(len(answer.courses))
    cuts = quantiles(times, n=100)
    colour = "green" if cuts[98] < MAX_P99_MS else "red"
    middle = sorted(found)[len(found) // 2]
    return f"{middle:,}", f"{cuts[49]:.2f}", f"[{colour}]{cuts[98]:.2f}[/]"


class Writer:
    """Draws courses and questions alike in five languages.

    The words are those of the real catalogue and framework, as frequent as in a
    language (Zipf), and many rare ones that are invented.
    """

    def __init__(
        self, chance: Random, models: list[Course], framework: Framework
    ) -> None:
        self._chance = chance
        self._models = models
        self._keys = [each.key for each in framework.competencies]
        self._words = {
            language: self._vocabulary(language, framework) for language in Language
        }
        weights = (1 / (rank + 3) for rank in range(RARE_WORDS))
        self._weights = list(accumulate(weights))
        self._providers = [
            " ".join(self._say(self._any_language(), 3)).title()
            for _ in range(PROVIDERS)
        ]

    def _any_language(self) -> Language:
        return self._chance.choice(list(Language))

    def _vocabulary(self, language: Language, framework: Framework) -> list[str]:
        real: list[str] = []
        for each in framework.competencies:
            real += split_words(each.title.in_language(language))
        for course in self._models:
            for module in course.modules:
                real += split_words(module.title.in_language(language))
        letters = LETTERS.get(language, LATIN)
        words = list(dict.fromkeys(real))
        while len(words) < RARE_WORDS:  # real words first: they are the frequent ones
            size = self._chance.randint(3, 11)
            words.append("".join(self._chance.choices(letters, k=size)))
        return words

    def _say(self, language: Language, many: int) -> list[str]:
        words = self._words[language]
        return self._chance.choices(words, cum_weights=self._weights, k=many)

    def draw(self, number: int) -> Course:
        """Return an invented course."""
        chance, language = self._chance, self._any_language()
        model = chance.choice(self._models)
        serves = tuple(
            Serve(competency=key, from_level=start, to_level=start + 1)
            for key in chance.sample(self._keys, chance.randint(1, 4))
            for start in (chance.randint(0, 3),)
        )
        return replace(
            model,
            key=f"course-{number}",
            title=" ".join(self._say(language, 7)),
            provider=chance.choice(self._providers),
            hours=chance.choice([None, *range(1, 61)]),
            delivery=chance.choice([None, *Delivery]),
            cost=chance.choice([None, *Cost]),
            serves=serves,
            modules=tuple(self._module(n) for n in range(chance.randint(0, 6))),
            note=self._text(15),
        )

    def _module(self, number: int) -> Module:
        return Module(
            key=f"m{number}",
            title=self._text(4),
            is_announced_theme=False,
            hours=None,
            serves=(),
            source="https://example.org",
        )

    def _text(self, many: int) -> LocalizedText:
        return LocalizedText(
            texts={
                language: " ".join(self._say(language, many)) for language in Language
            }
        )

    def ask(self, language: Language, kind: str) -> Filter:
        """Return a question of some kind."""
        chance = self._chance
        words = self._say(language, chance.randint(1, 3))
        if kind == "beginnings":
            words = [word[: max(2, len(word) - 3)] for word in words]
        elif kind == "slips":
            words = [self._slip(word) for word in words]
        elif kind == "two letters":
            words = [words[0][:2]]
        question = " ".join(words)
        if kind != "filters":
            return Filter(q=question)
        return Filter(
            competency=chance.choice([None, *self._keys]),
            level=chance.choice([None, 1, 2, 3, 4]),
            max_hours=chance.choice([None, *LENGTHS]),
            cost=chance.choice([None, *Cost]),
            provider=chance.choice([None, None, words[0]]),
            q=chance.choice(["", words[0]]),
        )

    def _slip(self, word: str) -> str:
        place = self._chance.randrange(len(word))
        return word[:place] + "q" + word[place + 1 :]


if __name__ == "__main__":
    main()
