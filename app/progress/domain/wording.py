"""What certificates say in five languages: days, numbers, courses, addresses."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

from app.kernel.text import fold

_MONTHS = {
    1: "january janvier janeiro enero يناير جانفي",
    2: "february fevrier fevereiro febrero فبراير فيفري",
    3: "march mars marco marzo مارس",
    4: "april avril abril ابريل افريل",
    5: "may mai maio mayo مايو ماي",
    6: "june juin junho junio يونيو جوان",
    7: "july juillet julho julio يوليو جويليه",
    8: "august aout agosto اغسطس اوت",
    9: "september septembre setembro septiembre setiembre سبتمبر",
    10: "october octobre outubro octubre اكتوبر",
    11: "november novembre novembro noviembre نوفمبر",
    12: "december decembre dezembro diciembre ديسمبر",
}
"""In the five languages, Arabic as in Egypt and in the Maghreb; folded."""
_NUMBER_OF = {
    name: number for number, names in _MONTHS.items() for name in names.split()
} | {
    name[:3]: number for number, names in _MONTHS.items() for name in names.split()[:1]
}
_NAMES = "|".join(sorted(_NUMBER_OF, key=len, reverse=True))
_PATTERNS = (
    re.compile(r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)"),
    re.compile(r"\b(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>20\d\d)\b"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|o)?\.?\s+(?:de\s+|of\s+)?(?P<n>{_NAMES})\.?,?\s+(?:de\s+|del\s+)?(?P<y>20\d\d)\b"
    ),
    re.compile(
        rf"\b(?P<n>{_NAMES})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>20\d\d)\b"
    ),
)
_LABEL = (
    r"(?:certificate|certificat|certificado|diploma|credential|attestation|الشهاده)?\s*"
    r"(?:number|numero|num|no|nr|n|id|code|ref|reference|رقم)\s*[.:#o°º]*\s*(?:الشهاده)?\s*[:#]?\s*"
)
_CODE = re.compile(
    rf"(?<![a-z]){_LABEL}(?P<code>[a-z0-9][a-z0-9/_-]{{4,40}}[a-z0-9])(?![a-z0-9])"
)
_VERIFYING = re.compile(
    r"verif|valid|certif|credential|badge|attest|diplom|share|award", re.IGNORECASE
)
_ID = re.compile(r"(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{8,80}")
_SHORT_WORDS = 3
"""Letters of a word that tells nothing: of, and, les, dos."""
TITLE_NAMED = 0.8
"""Part of a title's words that a certificate must have."""
TITLE_ABSENT = 0.4
"""Below this part it is another course's, if the provider is not named either."""
WORD_ALIKE = 88
"""Of 100, from which two spellings count as one word."""
_LATIN_ENOUGH = 0.5


def _plain(text: str) -> str:
    """Fold a text and write its digits as ASCII."""
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return fold(digits)


def find_days(text: str) -> list[date]:
    """Return the days a text names, each once, in their order.

    Of days in figures the day stands before the month, as in nearly all of Africa;
    where that cannot be, the other way round.
    """
    folded = _plain(text)
    found = set()
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            parts = match.groupdict()
            month = int(parts["m"]) if parts.get("m") else _NUMBER_OF[parts["n"]]
            found.add(_day(int(parts["y"]), month, int(parts["d"])))
    return sorted(day for day in found if day is not None)


def _day(year: int, month: int, day: int) -> date | None:
    for one, other in ((month, day), (day, month)):
        try:
            return date(year, one, other)
        except ValueError:
            continue
    return None


def find_numbers(text: str) -> list[str]:
    """Return what a text calls the number of a certificate: with a figure in it."""
    codes = (match["code"].upper() for match in _CODE.finditer(_plain(text)))
    return sorted({code for code in codes if sum(map(str.isdigit, code)) >= 3})  # noqa: PLR2004 -- fewer is a word


def find_proofs(addresses: Iterable[str]) -> list[str]:
    """Return the addresses that name one certificate, without what does not matter."""
    found = set()
    for address in addresses:
        parts = _split(address)
        if parts is None:
            continue
        host, path, query = parts
        has_id = _ID.search(path.rsplit("/", 1)[-1]) or _ID.search(query)
        if has_id and _VERIFYING.search(f"{host}{path}"):
            found.add(f"{host}{path.rstrip('/')}?{query}")
    return sorted(found)


def _split(address: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return host, parts.path, parts.query


def host_of(address: str) -> str:
    """Return the host of an address, without ``www``; empty if it has none."""
    parts = _split(address)
    return parts[0] if parts else ""


def leads_to(address: str, hosts: Sequence[str]) -> bool:
    """Whether an address is on one of some hosts or below it, over HTTPS."""
    host = host_of(address)
    return address.startswith("https://") and any(
        host == known or host.endswith(f".{known}") for known in hosts if known
    )


def is_course_named(text: str, titles: Sequence[str], provider: str) -> bool | None:
    """Say whether a text names a course; ``None``: it cannot be told.

    A text mostly in letters other than Latin, or that names the provider alone, may
    call the course by a title that we do not know.
    """
    words = set(_words(text))
    shares = [_share(_words(title), words) for title in titles]
    best = max(shares, default=0.0)
    if best >= TITLE_NAMED:
        return True
    by_provider = _share(_words(provider), words) >= _LATIN_ENOUGH
    if by_provider or best >= TITLE_ABSENT or not _is_latin(text):
        return None
    return False


def _words(text: str) -> list[str]:
    return [w for w in re.findall(r"\w+", fold(text)) if len(w) > _SHORT_WORDS]


def _share(wanted: Sequence[str], words: set[str]) -> float:
    """Return which part of some words is among others, spelling aside."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 -- only for certificates

    if not wanted:
        return 0.0
    found = sum(
        word in words
        or process.extractOne(word, words, scorer=fuzz.ratio, score_cutoff=WORD_ALIKE)
        is not None
        for word in wanted
    )
    return found / len(wanted)


def _is_latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    latin = sum(c < "\u0250" for c in letters)
    return latin >= _LATIN_ENOUGH * len(letters)
