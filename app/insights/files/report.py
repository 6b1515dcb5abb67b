"""The printable report: typst draws what ``report.typ`` lays out."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

LAYOUT = Path(__file__).with_name("report.typ")


@cache
def _fonts() -> list[Path]:
    # Lazily, like typst below: 80 MB of program that only a report needs.
    import fontpkg_ibm_plex_sans_arabic  # noqa: PLC0415 -- heavy, loaded where it is used

    return [fontpkg_ibm_plex_sans_arabic.ROOT / "files"]


def write_pdf(content: Mapping[str, Any]) -> bytes:
    """Return a report as PDF, its letters embedded.

    Args:
        content: What ``report.typ`` prints: texts in the reader's language, numbers
            already written, places of points in 0..1. It reads nothing else: typst is
            given no file but its layout, no system font and no package.
    """
    import typst  # noqa: PLC0415 -- heavy, loaded where it is used

    report: bytes = typst.compile(
        LAYOUT,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"content": orjson.dumps(content).decode()},
    )
    return report
