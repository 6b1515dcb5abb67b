"""Course files as data."""

from tests.frameworks.builders import Mapping, text


def course(key: str, **changes: object) -> Mapping:
    return {
        "key": key,
        "title": "Données ouvertes",
        "title_language": "fr",
        "provider": "École",
        "url": f"https://example.org/{key}?a=1#b",
        "url_kind": "course_page",
        "audience": "anyone",
        "verification": "provider",
        "sources": ["https://example.org/news", "inventory of 2026 (file 12 / 13)"],
        "checked_on": "2026-07-16",
        **changes,
    }


def catalogue(key: str, *courses: Mapping, **changes: object) -> Mapping:
    return {
        "key": key,
        "title": text("Open courses"),
        "mapping_note": text("The links are ours."),
        "megabytes_note": text("The megabytes are ours."),
        "courses": list(courses),
        **changes,
    }
