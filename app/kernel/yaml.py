"""YAML read strictly: plain data that remembers where each part stands.

A file passes three gates: YAML, shape, rules between its parts. Each collects all
its problems, and each problem says where it is, what is wrong and what is allowed.
"""

import codecs
import hashlib
import json
import math
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

Data: TypeAlias = "str | int | float | list[Data] | dict[str | int, Data] | None"
Where: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the root to one part of the data."""
Place: TypeAlias = tuple[int, int]
"""Line and column, from 1."""
Broken: TypeAlias = tuple[Where, str, str]
"""A rule that one part breaks: which part, what is wrong, what is allowed."""

LARGEST = 4 * 1024 * 1024
"""Bytes; the greatest file of ours has a tenth of it."""
DEEPEST = 12
"""Nested mappings and lists; a framework needs seven."""
MOST_PROBLEMS = 100
"""After so many problems of YAML itself, reading stops."""
LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """One mistake in a file, for the person who can mend it."""

    line: int
    column: int
    where: str
    """Dotted path in the data, ``file`` for the whole."""
    wrong: str
    allowed: str


class DocumentError(Exception):
    """A file cannot be used; an operator's error, never a learner's."""

    def __init__(self, path: Path, problems: Iterable[FileProblem]) -> None:
        self.path = path
        self.problems = tuple(sorted(set(problems)))
        lines = (
            f"{path}:{one.line}:{one.column}: {one.where}: {one.wrong}."
            f" Allowed: {one.allowed}."
            for one in self.problems
        )
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The data of one file and where each part stands in it."""

    path: Path
    data: Data
    places: Mapping[Where, Place]
    """Of every part; of the key, where the part has one."""

    def refuse(self, broken: Iterable[Broken]) -> None:
        """Raise all as ``DocumentError``, each at its part or nearest parent."""
        problems: list[FileProblem] = []
        for where, wrong, allowed in broken:
            known = where
            while known not in self.places:
                known = known[:-1]
            spot = self.places[known]
            problems.append(FileProblem(*spot, dotted(where), wrong, allowed))
        if problems:
            raise DocumentError(self.path, problems)


def dotted(where: Where) -> str:
    """Write a path in the data as ``a.0.b``, ``file`` for the root."""
    parts = (str(part) for part in where)
    safe = (part if part.isprintable() else ascii(part) for part in parts)
    return ".".join(safe) or "file"


def shown(value: object) -> str:
    """Show a value on one line, shortened and without control characters."""
    match value:
        case None | "":
            text = "empty"
        case bool():
            text = str(value).lower()
        case list():
            text = "a list"
        case dict():
            text = "a mapping"
        case _:
            text = repr(value)
    return _short(text)


def _short(text: str) -> str:
    return (
        text
        if len(text) <= LONGEST_SHOWN
        else f"{text[: LONGEST_SHOWN - 2]}…{text[-1]}"
    )


_NUMBERS: tuple[tuple[str, Callable[[str], int | float]], ...] = (
    (r"[-+]?[0-9]{1,18}", int),
    (r"0o[0-7]{1,20}", lambda text: int(text, 8)),
    (r"0x[0-9a-fA-F]{1,15}", lambda text: int(text, 16)),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
)
_WORDS: Mapping[str, bool | None] = {"": None, "~": None} | {
    form(word): value
    for word, value in (("null", None), ("true", True), ("false", False))
    for form in (str.lower, str.title, str.upper)
}


def _resolved(event: yaml.ScalarEvent, where: Where) -> str | float | None:
    """Read a scalar as YAML 1.2's core schema does: ``no`` and dates are text.

    Beneath ``follows`` all is text: a fingerprint may look like a number.
    """
    text: str = event.value
    if not event.implicit[0] or "follows" in where:
        return text
    if text in _WORDS:
        return _WORDS[text]
    for pattern, number in _NUMBERS:
        if re.fullmatch(pattern, text) and math.isfinite(value := number(text)):
            return value
    return text


class _Reader:
    """Turns the parser's events into data; every refusal is noted on the way."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.places: dict[Where, Place] = {}
        self.problems: list[FileProblem] = []
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def document(self) -> Data:
        next(self.events)  # the stream begins
        first = next(self.events)
        if isinstance(first, yaml.StreamEndEvent):
            self.refuse(first, (), "holds no data", "one YAML document")
            return None
        data = self.node(next(self.events), ())
        next(self.events)  # the document ends
        if not isinstance(last := next(self.events), yaml.StreamEndEvent):
            self.refuse(last, (), "begins a second document", "one document in a file")
        return data

    def node(self, event: yaml.Event, where: Where) -> Data:
        self.refuse_extras(event, where)
        self.places.setdefault(where, _place(event))
        if isinstance(event, yaml.ScalarEvent):
            return _resolved(event, where)
        if isinstance(event, yaml.AliasEvent):
            return None
        if len(where) >= DEEPEST:
            self.refuse(event, where, "is nested too deeply", f"{DEEPEST} levels")
            raise DocumentError(self.path, self.problems)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(where)
        items: list[Data] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, (*where, len(items))))
        return items

    def mapping(self, where: Where) -> Data:
        entries: dict[str | int, Data] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, where)
            inside = (*where, key)
            place = self.places.setdefault(inside, _place(event))
            if str(key) in lines:
                wrong = f"is there twice, first in line {lines[str(key)]}"
                self.refuse(event, inside, wrong, "each key once")
            lines.setdefault(str(key), place[0])
            entries.setdefault(key, self.node(next(self.events), inside))
        return entries

    def key(self, event: yaml.Event, where: Where) -> str | int:
        self.refuse_extras(event, where)
        allowed = "a name, or a whole number for a level"
        if not isinstance(event, yaml.ScalarEvent):
            self.refuse(event, where, "has a key that is no word", allowed)
            raise DocumentError(self.path, self.problems)
        value = _resolved(event, where)
        if isinstance(value, str) or type(value) is int:
            return value
        self.refuse(event, where, f"has {shown(value)} as a key", allowed)
        return shown(value)

    def refuse_extras(self, event: yaml.Event, where: Where) -> None:
        if anchor := getattr(event, "anchor", None):
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            wrong = f"uses the anchor {sign}{anchor}"
            self.refuse(event, where, wrong, "the value itself, written out each time")
        if tag := getattr(event, "tag", None):
            wrong = f"has the tag {shown(tag)}"
            self.refuse(event, where, wrong, "values without tags")

    def refuse(self, event: yaml.Event, where: Where, wrong: str, allowed: str) -> None:
        place = _place(event)
        self.problems.append(FileProblem(*place, dotted(where), wrong, allowed))
        if len(self.problems) >= MOST_PROBLEMS:
            raise DocumentError(self.path, self.problems)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _whole(
    path: Path, wrong: str, allowed: str, place: Place = (1, 1)
) -> DocumentError:
    return DocumentError(path, [FileProblem(*place, "file", wrong, allowed)])


def _place_of(content: bytes, offset: int) -> Place:
    """Find a byte; all before it must be UTF-8."""
    line = content[:offset].rpartition(b"\n")[2].decode(errors="replace")
    return content.count(b"\n", 0, offset) + 1, len(line) + 1


def _content_of(path: Path) -> bytes:
    """Read a file; its size is looked at before its content."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _whole(path, "is not a file", "a YAML file")
        if status.st_size > LARGEST:
            wrong = f"has {status.st_size} bytes"
            raise _whole(path, wrong, f"up to {LARGEST} bytes")
        return path.read_bytes()
    except OSError as error:
        wrong = f"cannot be read ({error.strerror})"
        raise _whole(path, wrong, "a file this program may read") from error


def _text_of(path: Path, content: bytes) -> str:
    """Decode UTF-8, or say which byte is none."""
    try:
        if content.startswith(codecs.BOM_UTF8):
            raise _whole(
                path, "byte 0xEF at offset 0 begins a byte order mark", "UTF-8"
            )
        return content.decode()
    except UnicodeDecodeError as error:
        at = error.start
        wrong = f"byte 0x{content[at]:02X} at offset {at} is not UTF-8"
        raise _whole(path, wrong, "UTF-8", _place_of(content, at)) from None


def _syntax_problem(error: yaml.YAMLError, text: str) -> FileProblem:
    """Say in words what the YAML parser stumbled over."""
    place, allowed = (1, 1), "YAML 1.2; text that holds `: ` or ` #` in quotes"
    wrong = str(getattr(error, "problem", error))
    if isinstance(error, yaml.reader.ReaderError):
        place = _place_of(text.encode(), error.position)
        wrong = f"holds the control character U+{error.character:04X}"
    elif mark := getattr(error, "problem_mark", None):
        place = mark.line + 1, mark.column + 1
        line = (text.split("\n") + [""] * mark.line)[mark.line]
        if "\t" in line[: len(line) - len(line.lstrip())]:
            wrong, allowed = "a tab in the indentation", "spaces to indent"
    return FileProblem(*place, "file", wrong, allowed)


def read_document(path: Path) -> Document:
    """Read one YAML file as plain data.

    Raises:
        DocumentError: It is no regular UTF-8 file of up to ``LARGEST`` bytes with
            one document, or has anchors, tags, a key twice or too many levels.
    """
    return parse_document(path, _content_of(path))


def parse_document(path: Path, content: bytes) -> Document:
    """Read what somebody sent as one YAML file; the path is only its name.

    Raises:
        DocumentError: As ``read_document``.
    """
    if len(content) > LARGEST:
        wrong = f"has {len(content)} bytes"
        raise _whole(path, wrong, f"up to {LARGEST} bytes")
    reader = _Reader(path, _text_of(path, content))
    data: Data = None
    try:
        data = reader.document()
    except yaml.YAMLError as error:
        reader.problems.append(_syntax_problem(error, reader.text))
    if reader.problems:
        raise DocumentError(path, reader.problems)
    return Document(path=path, data=data, places=reader.places)


def _canonical(data: Data) -> Data:
    """Drop what YAML may write in two ways: key 1 or "1", number 12 or 12.0."""
    if isinstance(data, dict):
        return {str(key): _canonical(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_canonical(value) for value in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data


def content_hash(data: Data) -> str:
    """Return the SHA-256 of the content, in 64 hexadecimal digits.

    Comments and the order of keys do not count; texts and lists do.
    """
    text = json.dumps(_canonical(data), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def difference(old: Data, new: Data) -> tuple[str, ...]:
    """Say what changed, ``path: old -> new``; nothing if the hashes are the same.

    Entries of a list that have a ``key`` are compared by it, others by index.
    """
    return tuple(
        f"{dotted(where)}: {_short(was or 'absent')} -> {_short(now or 'absent')}"
        for where, was, now in differences(old, new)
    )


def differences(old: Data, new: Data) -> list[tuple[Where, str | None, str | None]]:
    """Return the parts that differ: where, and both values as JSON; absent is ``None``."""
    olds, news = (dict(_leaves(_canonical(data), ())) for data in (old, new))
    return [
        (where, olds.get(where), news.get(where))
        for where in {**olds, **news}
        if olds.get(where) != news.get(where)
    ]


def _leaves(data: Data, where: Where) -> Iterator[tuple[Where, str]]:
    """Walk to the scalars; a list of keyed entries also yields its order of keys."""
    parts: dict[str | int, Data] = data if isinstance(data, dict) else {}
    if isinstance(data, list):
        parts = dict(enumerate(data))
        keys = [item.get("key") for item in data if isinstance(item, dict)]
        names = [key for key in keys if isinstance(key, str)]
        if data and len(set(names)) == len(data):
            yield where, ", ".join(names)
            parts = dict(zip(names, data, strict=True))
    if not parts:
        yield where, json.dumps(data, ensure_ascii=False)
    for part, value in parts.items():
        yield from _leaves(value, (*where, part))
