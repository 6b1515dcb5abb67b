"""Words of five languages in the forms they are searched in."""

import re
from collections.abc import Iterator

from app.kernel.text import fold

MIN_STEM = 3
"""Letters that must be left of a word without its plural sign."""
MIN_ARABIC_STEM = 2
"""Letters that must be left of an Arabic word without its article."""
MOST_WORDS = 8
"""Of a question; more are not read."""
_WORD = re.compile(r"[^\W_]+")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ک": "ك", "ی": "ي"})
_ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
"""The Arabic article, alone and behind a preposition; the longest first."""
_SMALL = frozenset(
    # The words that carry no subject in Arabic, English, Spanish, French, Portuguese.
    [
        "في",
        "من",
        "على",
        "الى",
        "عن",
        "و",
        "او",
        "مع",
        "ما",
        "هل",
        "هذا",
        "هذه",
        "a",
        "an",
        "and",
        "are",
        "by",
        "for",
        "from",
        "how",
        "in",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "al",
        "con",
        "de",
        "del",
        "el",
        "en",
        "la",
        "las",
        "lo",
        "los",
        "o",
        "para",
        "por",
        "que",
        "se",
        "un",
        "una",
        "y",
        "au",
        "aux",
        "avec",
        "ce",
        "ces",
        "d",
        "dans",
        "des",
        "du",
        "est",
        "et",
        "l",
        "le",
        "les",
        "n",
        "ou",
        "par",
        "pour",
        "qu",
        "s",
        "sur",
        "une",
        "ao",
        "aos",
        "as",
        "com",
        "da",
        "das",
        "do",
        "dos",
        "e",
        "em",
        "na",
        "nas",
        "no",
        "nos",
        "os",
        "um",
        "uma",
    ]
)


def split_words(text: str) -> list[str]:
    """Cut a text into folded words; an elided article stands by itself.

    Example:
        >>> split_words("L’IA, au cœur de l’État")
        ['l', 'ia', 'au', 'coeur', 'de', 'l', 'etat']
    """
    return _WORD.findall(fold(text).translate(_LIGATURES).translate(_DIGITS))


def without_article(word: str) -> str | None:
    """Return a folded Arabic word without its article; ``None`` if it has none."""
    if word.isascii():
        return None
    for article in _ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + MIN_ARABIC_STEM:
            return word.removeprefix(article)
    return None


def forms(text: str) -> Iterator[str]:
    """Yield the words of a text as they are indexed: Arabic ones also bare."""
    for word in split_words(text):
        yield word
        bare = without_article(word)
        if bare:
            yield bare


def asked_words(question: str) -> list[str]:
    """Return the words of a question that say something, each once.

    Small words count only where there is no other, as in the title “Y a-t-il…”.
    """
    words = list(dict.fromkeys(split_words(question)))[:MOST_WORDS]
    return [word for word in words if word not in _SMALL] or words


def looser(word: str) -> tuple[str, ...]:
    """Return other forms a word is looked for in, after its own: bare, singular."""
    bare = without_article(word)
    if bare:
        return (bare,)
    if word[-1] in "sx" and len(word) > MIN_STEM:
        return (word[:-1],)
    return ()
