"""Jinja, set up once per language: escaped, strict, translated.

A page that is the same for everyone but for a few slots is rendered once and then
filled (``Prepared``): 1 µs instead of 600 (shared/anchors/speed.md).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from math import ceil, floor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.kernel.text import Language, LocalizedText
from app.web.static_files import load_assets
from app.web.translations import translations

TEMPLATES = Path(__file__).parent / "templates"
FIRST_GROUPED = 10_000
_SLOT = re.compile("\ue000([^\ue001]*)\ue001")
"""Private-use characters that no text of ours contains."""


@cache
def environment(language: Language) -> Environment:
    """Return Jinja for one language; numbers and dates in its manner."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # by the i18n extension
    assets = load_assets_once()
    jinja.globals.update(
        language=language,
        languages=sorted(Language, key=lambda each: each.own_name.casefold()),
        asset=lambda name: assets[name].address,
        slot=slot,
    )
    jinja.filters.update(
        text=lambda text: localized(text, language),
        decimal=lambda value: write_number(value, language),
        counted=lambda value: plural_number(value, language),
        date=lambda value: write_date(value, language),
        part_of_date=lambda text: write_part_of_date(text, language),
        clock=lambda value: format_time(value, "HH:mm", locale=str(language)),
        listed=lambda values: format_list(list(values), locale=str(language)),
        spaced=lambda value: _SPACES.sub(" ", value).strip(),
    )
    return jinja


load_assets_once = cache(load_assets)
_SPACES = re.compile(r"\s+")


def localized(text: LocalizedText, language: Language) -> str:
    """Return a text in a language; an English stand-in says that it is English."""
    shown = text.language_shown(language)
    value = text.in_language(language)
    if shown is language:
        return value
    return Markup('<span lang="{}" dir="{}">{}</span>').format(
        shown, shown.direction, value
    )


@lru_cache(maxsize=4096)
def write_number(value: float, language: Language) -> str:
    """Write a number in the language's manner, at most two decimals.

    Four digits stay together: “1.800 MB” is a little to one reader and much to another.
    """
    pattern = "#,##0.##" if abs(value) >= FIRST_GROUPED else "0.##"
    return str(format_decimal(value, format=pattern, locale=str(language)))


def plural_number(value: float, language: Language) -> int:
    """Return the whole number whose plural form fits, e.g. for 1.75 hours.

    French takes the singular below 2, Arabic the form of the hundreds for fractions
    (CLDR plural rules), the others the plural.
    """
    if float(value).is_integer():
        return int(value)
    if language is Language.AR:
        return 100
    return floor(value) if language is Language.FR else ceil(value)


def write_date(value: datetime, language: Language) -> str:
    """Write a day in words, e.g. “23 novembre 2026”."""
    return str(format_date(value, "long", locale=str(language)))


def write_part_of_date(text: str, language: Language) -> str:
    """Write a day or a month in words, as far as ISO 8601 says it: “March 2027”."""
    if len(text) > len("2027-03"):
        return write_date(datetime.fromisoformat(text), language)
    locale = str(language)
    return str(
        format_skeleton("yMMMM", date.fromisoformat(f"{text}-01"), locale=locale)
    )


def slot(name: str) -> Markup:
    """Mark a place that ``Prepared.fill`` fills; the value is escaped there."""
    return Markup("\ue000{}\ue001").format(name)


class Prepared:
    """A page rendered once, cut at its slots."""

    def __init__(self, html: str) -> None:
        pieces = _SLOT.split(html)
        self._pieces = [
            b"" if number % 2 else piece.encode() for number, piece in enumerate(pieces)
        ]
        self._places: dict[str, list[int]] = {}
        for place in range(1, len(pieces), 2):
            self._places.setdefault(pieces[place], []).append(place)

    def fill(self, values: Mapping[str, str | bytes]) -> bytes:
        """Return the page with each slot filled.

        Args:
            values: By slot name; text is escaped, bytes are taken as they are. A
                slot without a value stays empty.
        """
        out = self._pieces.copy()
        for name, value in values.items():
            written = value if isinstance(value, bytes) else escape(value).encode()
            for place in self._places.get(name, ()):
                out[place] = written
        return b"".join(out)


class Addresses:
    """Writes the addresses of pages in one language."""

    def __init__(self, request: Request, language: Language) -> None:
        self._request = request
        self._language = language

    def __call__(self, route: str, **parameters: object) -> str:
        """Return the path of a named route; unknown parameters become a query."""
        return self.in_language(self._language, route, **parameters)

    def in_language(self, language: Language, route: str, **parameters: object) -> str:
        """Return the path of a named route in another language."""
        query = parameters.pop("query", None)
        path = self._request.app.url_path_for(route, lang=str(language), **parameters)
        return f"{path}?{urlencode(query, doseq=True)}" if query else str(path)  # type: ignore[arg-type]  # a mapping, by convention


def page_text(
    request: Request, language: Language, template: str, context: Mapping[str, Any]
) -> str:
    """Render a template of ``templates/``; a missing variable is an error."""
    addresses = Addresses(request, language)
    path = str(context.get("path", request.url.path))
    rest = path.lstrip("/").partition("/")[2]
    query = f"?{request.url.query}" if request.url.query else ""
    return (
        environment(language)
        .get_template(template)
        .render(
            {
                "url": addresses,
                "same_page": lambda other: f"/{other}/{rest}{query}",
                "public_url": str(request.app.state.settings.public_url).rstrip("/"),
                "path": path,
                **context,
            }
        )
    )


def html_response(body: str | bytes, *, status: int = 200) -> Response:
    """Send a page that belongs to one person and is kept by no cache."""
    return Response(
        body,
        status_code=status,
        media_type="text/html",
        headers={"cache-control": "private, no-store"},
    )


def render(
    request: Request,
    language: Language,
    template: str,
    *,
    status: int = 200,
    **context: object,
) -> Response:
    """Render a page in one language."""
    return html_response(page_text(request, language, template, context), status=status)


def redirect(
    request: Request, language: Language, route: str, **parameters: object
) -> Response:
    """Send the browser to a named page with GET."""
    address = Addresses(request, language)(route, **parameters)
    return RedirectResponse(address, status_code=303)


Renderer = Callable[..., Response]
