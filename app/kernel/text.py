"""Text in several languages: who speaks, who reads, and what is out of date."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType


class Language(StrEnum):
    """The five languages of the interface; all are equal."""

    AR = "ar"
    EN = "en"
    ES = "es"
    FR = "fr"
    PT = "pt"

    @property
    def direction(self) -> str:
        """``rtl`` for Arabic, ``ltr`` for the others."""
        return "rtl" if self is Language.AR else "ltr"

    @property
    def own_name(self) -> str:
        """What the language calls itself; never translated."""
        return _OWN_NAMES[self]


_OWN_NAMES = {
    Language.AR: "العربية",
    Language.EN: "English",
    Language.ES: "Español",
    Language.FR: "Français",
    Language.PT: "Português",
}
SOURCE_LANGUAGE = Language.EN
"""The language others are translated from."""


class TranslationState(StrEnum):
    """How a translation stands to its English source."""

    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"


def fingerprint(text: str) -> str:
    """Name a revision of an English text by six hexadecimal digits.

    Args:
        text: The English sentence; leading and trailing blanks do not count.

    Returns:
        The first 6 digits of its SHA-256. One change in 16 million goes unseen.

    Example:
        >>> fingerprint("Trust")
        'ade924'
    """
    return hashlib.sha256(text.strip().encode()).hexdigest()[:6]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalizedText:
    """One text side by side in its languages.

    English is always there in what ships with Masar; what others write may lack it.
    """

    texts: Mapping[Language, str]
    follows: Mapping[Language, str] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Fingerprint of the English text each translation was made from."""

    def in_language(self, language: Language) -> str:
        """Return the text in ``language``, or in English, or in the first it has."""
        return self.texts[self.language_shown(language)]

    def language_shown(self, language: Language) -> Language:
        """Return the language ``in_language`` really answers in."""
        wanted = (language, SOURCE_LANGUAGE)
        return next(each for each in (*wanted, *self.texts) if each in self.texts)

    def state(self, language: Language) -> TranslationState:
        """Say whether the text in ``language`` follows today's English."""
        if language not in self.texts:
            return TranslationState.MISSING
        if language is SOURCE_LANGUAGE or SOURCE_LANGUAGE not in self.texts:
            return TranslationState.CURRENT
        if self.follows.get(language) == fingerprint(self.texts[SOURCE_LANGUAGE]):
            return TranslationState.CURRENT
        return TranslationState.STALE


def iter_texts(value: object) -> Iterator[LocalizedText]:
    """Walk a value, its fields, entries and items, and yield each text in it.

    Args:
        value: A dataclass, mapping, tuple, list or scalar; holds no cycle.

    Returns:
        The texts in order of fields, entries and items; equal ones each time.
    """
    parts: Iterable[object] = ()
    if isinstance(value, LocalizedText):
        yield value
    elif is_dataclass(value):
        parts = (getattr(value, each.name) for each in fields(value))
    elif isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, (tuple, list)):
        parts = value
    for part in parts:
        yield from iter_texts(part)


def translation_counts(
    texts: Iterable[LocalizedText],
) -> dict[Language, dict[TranslationState, int]]:
    """Count the texts of each language by state; every state is there, maybe 0."""
    counted = Counter(
        (language, text.state(language)) for text in texts for language in Language
    )
    return {
        language: {state: counted[language, state] for state in TranslationState}
        for language in Language
    }


_ARABIC_FORMS = str.maketrans("أإآٱىةؤئ", "اااايهوي")
_LAST_COMBINING = 0x1F000
"""No combining character of Unicode stands at or behind it."""


@cache
def _removed() -> dict[int, str]:
    codes = (
        code for code in range(_LAST_COMBINING) if unicodedata.combining(chr(code))
    )
    return {**dict.fromkeys(codes, ""), ord("ـ"): "", ord("’"): "'"}


def fold(text: str) -> str:
    """Bring a text into the form it is searched in.

    Case, accents, Arabic vowel signs and the tatweel go; the forms of alef, ta
    marbuta and alef maqsura become one.

    Example:
        >>> fold("Éthique de l’IA")
        "ethique de l'ia"
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.translate(_ARABIC_FORMS))
    return decomposed.translate(_removed()).casefold()
