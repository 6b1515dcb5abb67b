"""E-mail addresses, and what a browser says about itself."""

import unicodedata

from app.identity.domain.learners import sign
from app.identity.errors import EmailInvalidError

LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, less the brackets."""
LONGEST_LOCAL = 64
_FORBIDDEN = frozenset('()<>[]:;,\\" ')
"""Beside what is not printable; a blank is the only space that is."""
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""Word in the ``User-Agent`` and name; the first that is found wins."""
_SYSTEMS = (
    ("Android", "Android"),
    ("KAIOS", "KaiOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def read_address(typed: str) -> str:
    """Bring a typed address into the form in which mail is sent.

    Quoted local parts and addresses in brackets are refused: no mailbox of a person
    has one, and they are a way to smuggle a second recipient.

    Raises:
        EmailInvalidError: It cannot be an address.
    """
    address = unicodedata.normalize("NFC", typed.strip())
    local, _, domain = address.rpartition("@")
    is_wrong = (
        len(address) > LONGEST_ADDRESS
        or not 1 <= len(local) <= LONGEST_LOCAL
        or "@" in local
        or not _is_domain(domain)
        or not address.isprintable()
        or not _FORBIDDEN.isdisjoint(address)
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
    )
    if is_wrong:
        raise EmailInvalidError
    return address


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return len(labels) > 1 and all(
        label and len(label) <= 63 and not label.startswith("-")  # noqa: PLR2004 -- RFC 1035
        for label in labels
    )


def same_address(address: str) -> str:
    """Return what two spellings of one address have in common: case is folded.

    RFC 5321 lets a server tell ``Ada`` from ``ada``; none that people use does.
    """
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            domain = domain.casefold()
    return f"{unicodedata.normalize('NFKC', local).casefold()}@{domain.lower()}"


def digest_of_address(key: bytes, address: str) -> str:
    """Return under what an address is looked up: keyed, so that no list helps a thief."""
    return sign(key, "email", same_address(address))


def describe_device(user_agent: str) -> str:
    """Return browser and system in two words, e.g. “Firefox, Android”.

    Enough for a person to know her own devices again, too little to know one among
    many. Empty if nothing is recognised.
    """
    words = user_agent[:500]
    found = [
        next((name for word, name in names if word in words), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name)
