from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.domain import Catalogue, Cost, Course, Delivery
from app.catalogue.domain.filters import Facet, Filter
from app.catalogue.domain.search import Found, Index
from app.catalogue.domain.words import asked_words, split_words
from app.frameworks.domain import Framework
from app.kernel.text import Language
from app.loading import read_everything
from app.settings import ROOT

MOOC = "unesco-oxford-ai-dt-gov"
FILTERS = st.builds(
    Filter,
    competency=st.sampled_from([None, "generative-ai", "data-governance", "no-such"]),
    level=st.sampled_from([None, 1, 2, 3, 4]),
    language=st.sampled_from([None, "ar", "en", "fr", "pt"]),
    max_hours=st.sampled_from([None, 0, 5, 12, 40.5]),
    max_megabytes=st.sampled_from([None, 300, 3000]),
    delivery=st.sampled_from([None, *Delivery]),
    cost=st.sampled_from([None, *Cost]),
    provider=st.sampled_from([None, "UNESCO", "cisco"]),
    q=st.sampled_from(["", "data", "ia", "donnees", "governance of"]),
)


@cache
def values() -> tuple[tuple[Course, ...], Framework]:
    found, _ = read_everything(ROOT / "frameworks")
    framework = next(each for each in found if isinstance(each, Framework))
    courses = [
        one for each in found if isinstance(each, Catalogue) for one in each.courses
    ]
    return tuple(courses), framework


def make_index(courses: tuple[Course, ...], before: Index | None = None) -> Index:
    names = {each.key: each.title for each in values()[1].competencies}
    return Index(courses, names, before)


@cache
def index() -> Index:
    return make_index(values()[0])


def find(q: str = "", language: Language = Language.EN) -> Found:
    return index().find(Filter(q=q), language)


def keys(q: str, language: Language = Language.EN) -> list[str]:
    return [course.key for course in find(q, language).courses]


def fits(course: Course, wanted: Filter) -> bool:
    """Whether one course passes the filters, without the words: said once more, slowly."""
    serves = [
        serve
        for serve in course.serves
        if wanted.competency in {None, serve.competency}
        and (wanted.level is None or serve.from_level < wanted.level <= serve.to_level)
    ]
    limits = [
        (wanted.max_hours, course.hours),
        (wanted.max_megabytes, course.megabytes),
    ]
    return (
        (bool(serves) or (wanted.competency is None and wanted.level is None))
        and wanted.language in {None, *course.languages()}
        and all(m is None or (n is not None and n <= m) for m, n in limits)
        and wanted.delivery in {None, course.delivery}
        and wanted.cost in {None, course.cost}
    )


@given(FILTERS)
def test_filters_keep_what_fits_and_each_count_is_what_choosing_it_finds(
    wanted: Filter,
) -> None:
    found = index().find(wanted, Language.FR)
    alone = index().find(Filter(q=wanted.q, provider=wanted.provider), Language.FR)

    assert found.courses == [one for one in alone.courses if fits(one, wanted)]
    for facet, counts in found.counts.items():
        for value, count in counts.items():
            chosen = replace(wanted, **{facet.value: value})
            assert count == len(index().find(chosen, Language.FR).courses) > 0


@given(FILTERS)
def test_nothing_found_says_which_filter_to_drop(wanted: Filter) -> None:
    found = index().find(wanted, Language.EN)

    assert not (found.courses and found.without)
    for name, count in found.without.items():
        fewer = index().find(wanted.without(name), Language.EN)
        assert count == len(fewer.courses) > 0


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("الذَّكَاء الاصطناعيّ", "ذكاء"),
        ("الذكاء", "الـــذكاء"),
        ("والحوكمة", "حوكمه"),
        ("إدارة", "اداره"),
        ("المستشفى", "مستشفي"),
        ("Éthique", "ethique"),
        ("données", "DONNEES"),
        ("donnée", "données"),
        ("Governação", "governacao"),
        ("Gobernanza pública", "publica gobernanza"),
        ("L’État au cœur", "coeur etat"),
        ("Statistics", "statist"),
        ("Statistics", "statitsics"),
        ("عام ٢٠٢٦", "2026"),
    ],
)
def test_a_title_is_found_however_it_is_spelled(written: str, asked: str) -> None:
    course = replace(values()[0][0], key="this", title=written, modules=())
    other = replace(course, key="other", title="zzz")

    found = make_index((other, course)).find(Filter(q=asked), Language.EN)

    assert [one.key for one in found.courses] == ["this"]


def test_title_comes_before_provider_modules_and_our_words() -> None:
    model = replace(
        values()[0][0], title="a", provider="b", modules=(), note=None, serves=()
    )
    module = replace(values()[0][0].modules[0])
    text = replace(module.title, texts=dict.fromkeys(Language, "Kilimanjaro"))
    courses = (
        replace(model, key="note", note=text),
        replace(model, key="module", modules=(replace(module, title=text),)),
        replace(model, key="provider", provider="Kilimanjaro"),
        replace(model, key="beginning", title="Kilimanjaros"),
        replace(model, key="title", title="Kilimanjaro"),
    )

    found = make_index(courses).find(Filter(q="kilimanjaro"), Language.AR)

    ranked = ["title", "beginning", "provider", "module", "note"]
    assert [one.key for one in found.courses] == ranked


def test_a_competency_is_found_in_the_visitors_language() -> None:
    for language in Language:
        name = values()[1].competency("data-governance").title.in_language(language)

        assert MOOC in keys(name, language)


def test_a_slip_is_mended_and_said() -> None:
    found = find("oxfrod")

    assert MOOC in [one.key for one in found.courses]
    assert found.read_as == {"oxfrod": "oxford"}
    assert find("zqxwvkjh").courses == []


def test_small_words_count_only_where_there_is_no_other() -> None:
    assert asked_words("les données de la ville") == ["donnees", "ville"]
    assert asked_words("de la") == ["de", "la"]
    assert keys("the data") == keys("data")
    assert split_words("!?") == []
    assert keys("!?") == [one.key for one in values()[0]]


@given(st.text(max_size=200), st.sampled_from(Language))
def test_no_question_breaks_the_search(question: str, language: Language) -> None:
    assert set(keys(question, language)) <= {one.key for one in values()[0]}


def test_an_index_that_grew_finds_what_a_new_one_finds() -> None:
    courses, _ = values()
    first = make_index(courses[:-2])
    changed = replace(courses[1], title="Quetzalcoatl")
    now = (courses[-1], courses[0], changed, *courses[2:-2])

    grown, new = make_index(now, first), make_index(now)

    assert grown.texts is first.texts
    for q in ("", "data", "quetzalcoatl", courses[-1].title):
        wanted = Filter(q=q)
        assert grown.find(wanted, Language.EN) == new.find(wanted, Language.EN)
    before = first.find(Filter(), Language.EN)
    assert before.courses == list(courses[:-2])
    assert (
        before.counts[Facet.LEVEL]
        == make_index(courses[:-2]).find(Filter(), Language.EN).counts[Facet.LEVEL]
    )
    assert make_index(courses[:3], grown).texts is not first.texts
