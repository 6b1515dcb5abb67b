"""The shapes of files: what fields they have, what each may hold, said in words.

``app.kernel.yaml`` reads; here Pydantic checks, and its complaints become ours.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from app.kernel.text import Language, LocalizedText
from app.kernel.yaml import LONGEST_SHOWN, Broken, Document, Where, dotted, shown

_Schema: TypeAlias = dict[str, Any]
S = TypeVar("S", bound="Shape")
T = TypeVar("T")


class Shape(BaseModel):
    """The shape of one mapping; an unknown field is an error, not a silence."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


@dataclass(frozen=True, slots=True)
class Becomes:
    """Annotates a field: read by ``shape``, then made a value by ``into``."""

    shape: type[Shape]
    into: Callable[..., object]

    def __get_pydantic_core_schema__(
        self, _source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Chain the two."""
        return core_schema.no_info_after_validator_function(
            lambda shape: self.into(**dict(shape)), handler.generate_schema(self.shape)
        )


def check_shape(document: Document, shape: type[S]) -> S:
    """Return the data of a file in its shape.

    Raises:
        DocumentError: It has another; all differences are told.
    """
    try:
        return shape.model_validate(document.data)
    except ValidationError as error:
        schema = shape.model_json_schema()
        wrong = error.errors(include_url=False)
        document.refuse(_translated(one, schema) for one in wrong)
        raise


def _translated(error: ErrorDetails, root: _Schema) -> Broken:
    """Say a pydantic error in words; what is allowed comes from the JSON schema."""
    where, given = error["loc"], error["input"]
    if where[-1:] == ("[key]",) and error["type"] != "extra_forbidden":
        return where[:-1], f"has the key {shown(given)}", "a level as key, from 1 to 9"
    allowed = " or ".join(map(_allowed, _schemas_at(root, where)))
    match error["type"]:
        case "missing":
            wrong = "is missing"
        case "extra_forbidden" | "invalid_key":
            wrong = "is no field here"
            names = list(_schemas_at(root, where[:-1])[0].get("properties", {}))
            near = get_close_matches(str(where[-1]), names, n=1)
            meant = [f"perhaps {name}" for name in near]
            allowed = "; ".join([*meant, f"the fields {', '.join(names)}"])
        case "words":
            wrong = error["msg"]
        case "string_type" if isinstance(given, (bool, int, float)):
            wrong, allowed = f"is {shown(given)}, no text", f"{allowed}, in quotes"
        case "string_too_long" if len(given) > LONGEST_SHOWN:
            wrong = f"has {len(given)} characters"
        case _:
            wrong = f"is {shown(given)}"
    return where, wrong, allowed


def _schemas(schema: _Schema, root: _Schema) -> list[_Schema]:
    """List what a JSON schema may be, references followed; ``null`` comes last."""
    if "$ref" in schema:
        return _schemas(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" not in schema:
        return [schema]
    return [one for each in schema["anyOf"] for one in _schemas(each, root)]


def _schemas_at(root: _Schema, where: Where) -> list[_Schema]:
    """Return the schemas of one part; of anything, where there is none."""
    schemas = [root]
    for part in where:
        whole = schemas[0]
        inner = whole.get("items") or whole.get("additionalProperties") or {}
        schemas = _schemas(whole.get("properties", {}).get(part, inner), root)
    return schemas


_TYPES = {
    "array": "a list (lines beginning with `- `)",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping (lines of `key: value`)",
    "string": "text",
}


def _allowed(schema: _Schema) -> str:
    """Say in words what a JSON schema allows."""
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return ", ".join(values)
    told = schema.get("patternErrorMessage") or _TYPES.get(schema.get("type", ""), "")
    if names := schema.get("properties"):
        told += f" with the fields {', '.join(names)}"
    bounds = (("from", "minimum"), ("above", "exclusiveMinimum"), ("to", "maximum"))
    ends = [f"{word} {schema[name]}" for word, name in bounds if name in schema]
    if schema.get("minItems") or schema.get("minProperties"):
        ends.append("with one entry at least")
    return " ".join([told or "nothing", *ends])


def _like(pattern: str, longest: int, words: str) -> FieldInfo:
    """Ask for a pattern and say it in words, to people and to editors of YAML."""
    extra: _Schema = {"patternErrorMessage": words}
    whole = f"^({pattern})$"
    field: FieldInfo = Field(pattern=whole, max_length=longest, json_schema_extra=extra)
    return field


def _readable(text: str) -> str:
    """Refuse what nobody sees: blanks at the ends, control and bidi characters."""
    wrong = "begins or ends with a blank" if text != text.strip() else ""
    for index, sign in enumerate(text, 1):
        if sign in _BIDI or unicodedata.category(sign) in {"Cc", "Zl", "Zp"}:
            wrong = f"holds the hidden character U+{ord(sign):04X} at position {index}"
            break
    if wrong:
        raise PydanticCustomError("words", "{wrong}", {"wrong": wrong})
    return text


def _named(text: str) -> str:
    """Refuse an address that no browser should follow."""
    if re.match("[A-Za-z][A-Za-z0-9+.-]*:[^ ]", text) and not re.fullmatch(_URL, text):
        raise PydanticCustomError("words", "is no http or https address")
    return text


Many: TypeAlias = Annotated[tuple[T, ...], Field(strict=False)]
Choice: TypeAlias = Annotated[T, Field(strict=False)]
_KEY, _VERSION = r"[a-z0-9]+(-[a-z0-9]+)*", r"[0-9]+\.[0-9]+\.[0-9]+"
_URL = r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][!#-;=?-\[\]_a-z~]*)?"
_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?"
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
Key = Annotated[
    str, _like(_KEY, 64, "a-z and 0-9 in words joined by single hyphens, up to 64")
]
Version = Annotated[str, _like(_VERSION, 32, "three numbers joined by dots, as 1.0.0")]
Ref = Annotated[str, _like(f"{_KEY}@{_VERSION}", 97, "key@version, as unesco@1.0.0")]
Address = Annotated[str, _like(_URL, 2048, "an http or https address in ASCII")]
Origin = Annotated[
    str, _like(f"masar|{_URL}", 2048, "masar, or an http(s) address in ASCII")
]
Day = Annotated[str, _like(_DAY, 10, "a date or month, as 2026-07-16 or 2026-07")]
Line = Annotated[
    str,
    _like(
        ".+", 600, "up to 600 characters on one line, none hidden, no blank at the ends"
    ),
    AfterValidator(_readable),
]
LanguageCode = Annotated[str, _like("[a-z]{2}", 2, "two letters of ISO 639-1, as fr")]
Reference = Annotated[Line, AfterValidator(_named)]
"""An address, or the name of a document."""
_FINGERPRINT = "the six hexadecimal digits of the English text followed"
Fingerprint = Annotated[str, _like("[0-9a-f]{6}", 6, _FINGERPRINT)]


def _without_defaults(schema: _Schema) -> None:
    """Leave out what stands for a missing text; written, it would be an error."""
    for field in schema["properties"].values():
        field.pop("default", None)


class Follows(Shape):
    """Fingerprints by language."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    ar: Fingerprint = ""
    es: Fingerprint = ""
    fr: Fingerprint = ""
    pt: Fingerprint = ""


def _for_each(given: object) -> object:
    """Let one fingerprint stand for every language."""
    if not isinstance(given, str):
        return given
    if not re.fullmatch("[0-9a-f]{6}", given):
        raise PydanticCustomError("words", "is no fingerprint")
    return dict.fromkeys(Follows.model_fields, given)


def _or_one(schema: _Schema) -> None:
    """Let the JSON schema allow one fingerprint as well."""
    one = {**Follows.model_json_schema()["properties"]["fr"], "title": "One for all"}
    schema["anyOf"] = [{"$ref": schema.pop("$ref")}, one]


class Texts(Shape):
    """One text side by side in its languages; leave out what is not translated."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    en: Line
    ar: Line = ""
    es: Line = ""
    fr: Line = ""
    pt: Line = ""
    follows: Annotated[Follows, BeforeValidator(_for_each)] = Field(
        default=Follows(), json_schema_extra=_or_one
    )
    """Fingerprint of the English a translation was made from: one for all, or each."""


def _localized(*, follows: Follows, **texts: str) -> LocalizedText:
    given = {Language(code): text for code, text in texts.items() if text}
    marks = {Language(code): mark for code, mark in follows if mark}
    one_for_all = len(set(marks.values())) == 1 and len(marks) == len(Language) - 1
    if not one_for_all and (alone := sorted(set(marks) - set(given))):
        wrong = f"follows in {', '.join(alone)}, where it has no text"
        raise PydanticCustomError("words", "{wrong}", {"wrong": wrong})
    return LocalizedText(
        texts=given, follows={code: marks[code] for code in given if code in marks}
    )


Text = Annotated[LocalizedText, Becomes(Texts, _localized)]


class SomeTexts(Texts):
    """One text in one language at least; who wrote it may have no English."""

    en: Line = ""


def _some_localized(*, follows: Follows, **texts: str) -> LocalizedText:
    if not any(texts.values()):
        wrong = "has no text in any language"
        raise PydanticCustomError("words", "{wrong}", {"wrong": wrong})
    return _localized(follows=follows, **texts)


SomeText = Annotated[LocalizedText, Becomes(SomeTexts, _some_localized)]
"""For what institutions write."""


# Third gate: rules that several rooms' files have in common.


def repeated(where: Where, field: str, values: Iterable[str | int]) -> Iterator[Broken]:
    """Find the values that stood earlier in a list; ``field`` may be empty."""
    first: dict[str | int, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(value, index) != index:
            spot = (*where, index, field) if field else (*where, index)
            wrong = f"repeats {value!r} of {dotted((*where, first[value]))}"
            yield spot, wrong, "each value once"


def unknown(where: Where, key: str | None, known: Iterable[str]) -> Iterator[Broken]:
    """Refuse a key that names nothing."""
    keys = sorted(known)
    if key not in keys:
        wrong = "is missing" if key is None else f"is unknown: {key!r}"
        near = [f"perhaps {one}" for one in get_close_matches(key or "", keys, n=1)]
        yield where, wrong, "; ".join([*near, f"one of {', '.join(keys)}"])


def misplaced(where: Where, value: str, name: str) -> Iterator[Broken]:
    """Refuse a field that must be the name of the file or its folder."""
    if value != name:
        yield where, f"is {value!r}, but the path says {shown(name)}", shown(name)
