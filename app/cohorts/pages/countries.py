"""Countries by ISO 3166-1, with their names in the five languages (CLDR, by Babel)."""

from functools import cache

from babel import Locale

from app.kernel.text import Language, fold

CODE_LENGTH = 2
_NO_COUNTRIES = frozenset(
    (
        *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC"),
        *("QO", "TA", "UN", "XA", "XB", "XK", "ZZ"),
    )
)
"""Two letters in CLDR, but no entry of ISO 3166-1."""


@cache
def country_codes() -> frozenset[str]:
    """Return the alpha-2 codes."""
    return frozenset(
        code
        for code in map(str, Locale("en").territories)
        if len(code) == CODE_LENGTH and code.isalpha() and code not in _NO_COUNTRIES
    )


@cache
def country_names(language: Language) -> tuple[tuple[str, str], ...]:
    """Return code and name of every country, by name."""
    names = Locale(str(language)).territories
    found = [(code, str(names[code])) for code in country_codes()]
    return tuple(sorted(found, key=lambda each: fold(each[1])))
