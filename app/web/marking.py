"""Marking texts for the catalogue without translating them yet."""


def N_(message: str) -> str:  # noqa: N802 -- gettext's usual name for "extract only"
    """Mark a sentence for the catalogue; translated when it is shown."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 -- like N_, for plurals
    """Mark a sentence with a number for the catalogue."""
    return one, many
