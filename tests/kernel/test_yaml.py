import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.shapes import Shape, Text, check_shape
from app.kernel.text import Language, TranslationState, fingerprint, iter_texts
from app.kernel.text import translation_counts as counts_of
from app.kernel.yaml import (
    Data,
    DocumentError,
    FileProblem,
    content_hash,
    difference,
    read_document,
)

ONCE = "the value itself, written out each time"
KEYS = "a name, or a whole number for a level"
LINE = "up to 600 characters on one line, none hidden, no blank at the ends"
MAPPING = "a mapping (lines of `key: value`) with the fields"
FINGERPRINT = "the six hexadecimal digits of the English text followed"
YAML = "YAML 1.2; text that holds `: ` or ` #` in quotes"
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
DATA: st.SearchStrategy[Data] = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "key"]), part, max_size=3)
    ),
    max_leaves=8,
)


class Titled(Shape):
    """One text."""

    title: Text


def write(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "file.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def problems_of(path: Path) -> tuple[FileProblem, ...]:
    with pytest.raises(DocumentError) as caught:
        check_shape(read_document(path), Titled)
    return caught.value.problems


def test_plain_data_is_read_with_its_places(tmp_path: Path) -> None:
    path = write(tmp_path, "# note\ntitle: Été\nlist:\n  - {1: x}\n  - [y]\n")

    document = read_document(path)

    assert document.data == {"title": "Été", "list": [{1: "x"}, ["y"]]}
    assert document.places == {
        (): (2, 1),
        ("title",): (2, 1),
        ("list",): (3, 1),
        ("list", 0): (4, 5),
        ("list", 0, 1): (4, 6),
        ("list", 1): (5, 5),
        ("list", 1, 0): (5, 6),
    }


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("FALSE", False),
        ("", None),
        ("~", None),
        ("Null", None),
        ("2026-07-16", "2026-07-16"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("007", 7),
        ("-5", -5),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("1.0.0", "1.0.0"),
        ("'12'", "12"),
        ("=", "="),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(
    tmp_path: Path, scalar: str, value: object
) -> None:
    data = read_document(write(tmp_path, f"a: {scalar}\n")).data

    assert data == {"a": value}
    assert isinstance(data, dict)
    assert type(data["a"]) is type(value)


def test_fingerprints_stay_text(tmp_path: Path) -> None:
    path = write(tmp_path, "a: {follows: 123456}\nb: {follows: {fr: 1234e5}}\n")

    assert read_document(path).data == {
        "a": {"follows": "123456"},
        "b": {"follows": {"fr": "1234e5"}},
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            b"\xef\xbb\xbfa: 1\n",
            (1, 1, "file", "byte 0xEF at offset 0 begins a byte order mark", "UTF-8"),
        ),
        (
            "a: 1\nb: é".encode("latin-1"),
            (2, 4, "file", "byte 0xE9 at offset 8 is not UTF-8", "UTF-8"),
        ),
        (
            "a: 1".encode("utf-16"),
            (1, 1, "file", "byte 0xFF at offset 0 is not UTF-8", "UTF-8"),
        ),
        ("é: 1\nb: \x07", (2, 4, "file", "holds the control character U+0007", YAML)),
        (
            "a:\n\tb: 1\n",
            (2, 1, "file", "a tab in the indentation", "spaces to indent"),
        ),
        (
            "a: 1\n  b: 2\n",
            (2, 4, "file", "mapping values are not allowed in this context", YAML),
        ),
        ("", (1, 1, "file", "holds no data", "one YAML document")),
        (
            "a: 1\n---\nb: 2\n",
            (2, 1, "file", "begins a second document", "one document in a file"),
        ),
        ("a: 1\nb:\n  c: &x 2\n", (3, 6, "b.c", "uses the anchor &x", ONCE)),
        ("a: 1\nb: *x\n", (2, 4, "b", "uses the anchor *x", ONCE)),
        (
            "a: !!python/object:os.system x\n",
            (
                1,
                4,
                "a",
                "has the tag 'tag:yaml.org,2002:python/object:os.system'",
                "values without tags",
            ),
        ),
        (
            "a:\n  b: 1\n  b: 2\n",
            (3, 3, "a.b", "is there twice, first in line 2", "each key once"),
        ),
        (
            "1: a\n'1': b\n",
            (2, 1, "1", "is there twice, first in line 1", "each key once"),
        ),
        ("a:\n  true: 1\n", (2, 3, "a", "has true as a key", KEYS)),
        ("1.5: 1\n", (1, 1, "file", "has 1.5 as a key", KEYS)),
        ("? [a]\n: 1\n", (1, 3, "file", "has a key that is no word", KEYS)),
        (
            "[" * 13 + "]" * 13,
            (1, 13, ".".join("0" * 12), "is nested too deeply", "12 levels"),
        ),
    ],
)
def test_what_yaml_may_not_hold_is_refused(
    tmp_path: Path, content: str | bytes, problem: tuple[int, int, str, str, str]
) -> None:
    path = write(tmp_path, content)

    assert problems_of(path) == (FileProblem(*problem),)


def test_all_problems_are_told_in_one_message(tmp_path: Path) -> None:
    path = write(tmp_path, "a: &x 1\na: *x\n")

    with pytest.raises(DocumentError) as caught:
        read_document(path)

    assert str(caught.value).splitlines() == [
        f"{path}:1:4: a: uses the anchor &x. Allowed: {ONCE}.",
        f"{path}:2:1: a: is there twice, first in line 1. Allowed: each key once.",
        f"{path}:2:4: a: uses the anchor *x. Allowed: {ONCE}.",
    ]


def test_a_great_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "great.yaml"
    path.touch()
    os.truncate(path, 50_000_000)

    started = time.perf_counter()
    problems = problems_of(path)

    assert time.perf_counter() - started < 0.1
    assert problems == (
        FileProblem(1, 1, "file", "has 50000000 bytes", "up to 4194304 bytes"),
    )


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    missing = problems_of(tmp_path / "none.yaml")

    assert [one.wrong for one in problems_of(tmp_path)] == ["is not a file"]
    assert [one.wrong for one in missing] == [
        "cannot be read (No such file or directory)"
    ]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(
            ["a0: &a0 [x]"]
            + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
        ),
        "a: " + "[" * 1_000_000,
        "- &x 1\n" * 100_000,
    ],
    ids=["alias bomb", "deep", "many"],
)
def test_bombs_are_refused_at_once(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, content)

    started = time.perf_counter()
    problems = problems_of(path)

    assert time.perf_counter() - started < 1
    assert 1 <= len(problems) <= 100


def test_control_characters_of_a_file_do_not_reach_the_terminal(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, '"\\e[2J": &x "\\e[2J"\n')

    with pytest.raises(DocumentError) as caught:
        read_document(path)

    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{en: ""}', (1, 9, "title.en", "is empty", LINE)),
        ("{en: }", (1, 9, "title.en", "is empty", LINE)),
        ("{en: ' a'}", (1, 9, "title.en", "begins or ends with a blank", LINE)),
        (
            '{en: a, ar: "a\\u202eb"}',
            (
                1,
                16,
                "title.ar",
                "holds the hidden character U+202E at position 2",
                LINE,
            ),
        ),
        (
            '{en: "a\\u2066"}',
            (1, 9, "title.en", "holds the hidden character U+2066 at position 2", LINE),
        ),
        (
            '{en: "a\\tb"}',
            (1, 9, "title.en", "holds the hidden character U+0009 at position 2", LINE),
        ),
        ('{en: "a\\nb"}', (1, 9, "title.en", r"is 'a\nb'", LINE)),
        (f"{{en: {'x' * 601}}}", (1, 9, "title.en", "has 601 characters", LINE)),
        ("{en: 2030}", (1, 9, "title.en", "is 2030, no text", f"{LINE}, in quotes")),
        ("{en: true}", (1, 9, "title.en", "is true, no text", f"{LINE}, in quotes")),
        ("{fr: a}", (1, 1, "title.en", "is missing", LINE)),
        (
            "{en: a, folows: b}",
            (
                1,
                16,
                "title.folows",
                "is no field here",
                "perhaps follows; the fields en, ar, es, fr, pt, follows",
            ),
        ),
        (
            "{en: a, fr: b, follows: {fr: XYZ}}",
            (
                1,
                33,
                "title.follows.fr",
                "is 'XYZ'",
                FINGERPRINT,
            ),
        ),
        (
            "{en: a, follows: XYZ}",
            (
                1,
                16,
                "title.follows",
                "is no fingerprint",
                f"{MAPPING} ar, es, fr, pt or {FINGERPRINT}",
            ),
        ),
        (
            "{en: a, follows: {fr: ade924}}",
            (
                1,
                1,
                "title",
                "follows in fr, where it has no text",
                f"{MAPPING} en, ar, es, fr, pt, follows",
            ),
        ),
    ],
)
def test_a_text_is_read_strictly(
    tmp_path: Path, text: str, problem: tuple[int, int, str, str, str]
) -> None:
    path = write(tmp_path, f"title: {text}\n")

    assert problems_of(path) == (FileProblem(*problem),)


def test_a_file_that_is_a_list_is_told_what_it_should_be(tmp_path: Path) -> None:
    assert problems_of(write(tmp_path, "- a\n")) == (
        FileProblem(1, 1, "file", "is a list", f"{MAPPING} title"),
    )


def test_translations_are_counted_by_state(tmp_path: Path) -> None:
    now = fingerprint("Trust")
    path = write(
        tmp_path, f"title: {{en: Trust, fr: Foi, es: Fe, follows: {{fr: {now}}}}}"
    )

    texts = list(iter_texts([check_shape(read_document(path), Titled).title]))

    assert counts_of(texts) == {
        language: {
            TranslationState.CURRENT: int(language in {"en", "fr"}),
            TranslationState.STALE: int(language == "es"),
            TranslationState.MISSING: int(language in {"ar", "pt"}),
        }
        for language in Language
    }


def test_one_fingerprint_stands_for_all_translations(tmp_path: Path) -> None:
    path = write(tmp_path, "title: {en: Trust, fr: Foi, pt: Fé, follows: ade924}")

    title = check_shape(read_document(path), Titled).title

    assert title.follows == {Language.FR: "ade924", Language.PT: "ade924"}


def test_order_of_keys_and_comments_do_not_count_but_texts_do(tmp_path: Path) -> None:
    first = read_document(write(tmp_path, "a: 1\nb: {1: x, n: 2.0}\n")).data
    second = read_document(write(tmp_path, "# c\nb: {n: 2, 1: x}\na: 1\n")).data
    third = read_document(write(tmp_path, "a: 1\nb: {1: y, n: 2}\n")).data

    assert content_hash(first) == content_hash(second)
    assert content_hash(first) != content_hash(third)
    assert difference(first, third) == ('b.1: "x" -> "y"',)


def test_entries_are_compared_by_their_keys() -> None:
    old: Data = {"list": [{"key": "a", "n": 1}, {"key": "b", "n": 2}]}
    new: Data = {"list": [{"key": "c"}, {"key": "a", "n": 1}, {"key": "b", "n": True}]}

    assert difference(old, new) == (
        "list: a, b -> c, a, b",
        "list.b.n: 2 -> true",
        'list.c.key: absent -> "c"',
    )


@given(old=DATA, new=DATA)
def test_there_is_a_difference_exactly_where_the_hashes_differ(
    old: Data, new: Data
) -> None:
    assert (difference(old, new) == ()) == (content_hash(old) == content_hash(new))
