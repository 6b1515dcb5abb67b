"""Interface texts in five languages, read from the committed ``.po`` files."""

from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from app.kernel.text import SOURCE_LANGUAGE, Language

LOCALES = Path(__file__).parent / "locales"


@cache
def translations(language: Language) -> GNUTranslations:
    """Return the catalogue of one language; compiled in memory, once.

    There is no build step to forget: what is committed is what is shown.
    """
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if language is SOURCE_LANGUAGE or not path.exists():
        return Translations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
