"""The names of countries in the five languages (CLDR, by Babel)."""

from functools import cache

from babel import Locale

from app.cohorts.domain.countries import COUNTRIES
from app.kernel.text import Language, fold


@cache
def country_names(language: Language) -> tuple[tuple[str, str], ...]:
    """Return code and name of every country, by name."""
    names = Locale(str(language)).territories
    found = [(code, str(names[code])) for code in COUNTRIES]
    return tuple(sorted(found, key=lambda each: fold(each[1])))
