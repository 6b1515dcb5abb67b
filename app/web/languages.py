"""Which language a request is answered in."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from typing_extensions import override

from app.kernel.text import Language

_BY_CODE = {language.value: language for language in Language}


class LanguageConvertor(Convertor[str]):
    """Lets ``/{lang:lang}/`` match the five languages and nothing else."""

    regex = "|".join(Language)

    @override
    def convert(self, value: str) -> str:
        return value

    @override
    def to_string(self, value: str) -> str:
        return value


register_url_convertor("lang", LanguageConvertor())


def prefers(request: Request) -> Language:
    """Return the best of the five for an ``Accept-Language`` (RFC 9110, 12.5.4)."""
    return negotiate(
        request.headers.get("accept-language", ""),
        default=request.app.state.settings.default_language,
    )


def negotiate(header: str, *, default: Language) -> Language:
    """Choose from an ``Accept-Language`` header.

    Args:
        header: At most the first 500 characters are read.
        default: For a header that names none of the five.
    """
    best, best_quality = default, 0.0
    for part in header[:500].split(","):
        tag, _, parameters = part.partition(";")
        code = tag.strip().lower().partition("-")[0]
        quality = _quality(parameters)
        if code in _BY_CODE and quality > best_quality:
            best, best_quality = _BY_CODE[code], quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def language_of(request: Request) -> Language:
    """Return the language of a page's address, or the browser's preference."""
    first = str(request.scope["path"]).lstrip("/").partition("/")[0]
    return _BY_CODE.get(first) or prefers(request)


PageLanguage = Annotated[Language, Depends(language_of)]
"""For pages: it stands in the address."""
AskedLanguage = Annotated[
    Language | None,
    Query(alias="lang", description="Language of the texts.", examples=["fr"]),
]
"""For the API: ``?lang=``; without it, the learner's or the caller's."""
