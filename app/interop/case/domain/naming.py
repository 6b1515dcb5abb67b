"""Short names for what has none."""

import re

LONGEST = 48


def slug(text: str) -> str:
    """Make a key from a title in any script; empty if nothing is left.

    Example:
        >>> slug("Éthique de l’IA")
        'ethique-de-l-ia'
    """
    from anyascii import anyascii  # noqa: PLC0415 -- only who imports a framework needs it

    words = re.findall("[a-z0-9]+", anyascii(text).lower())
    return "-".join(words)[:LONGEST].strip("-")
