"""A small valid framework and instrument as plain data, and as files."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from app.kernel.text import fingerprint

Mapping = dict[str, Any]
UNESCO: Mapping = {"status": "official", "source": "https://www.unesco.org/en/ai"}


def ours() -> Mapping:
    return {"status": "ours", "source": "masar"}


def text(en: str) -> Mapping:
    return {"en": en, "fr": f"{en} (fr)", "follows": fingerprint(en)}


def level(rank: int, key: str) -> Mapping:
    return {
        "rank": rank,
        "key": key,
        "title": text(key),
        "description": text(f"Knows {key}"),
        "attitude_title": text(f"Often {rank}"),
        "provenance": ours(),
    }


def competency(key: str, **changes: object) -> Mapping:
    return {
        "key": key,
        "domain": "data",
        "title": text(key),
        "description": text(f"What {key} is"),
        "requires": [],
        "related": [],
        "provenance": ours(),
        "descriptor_provenance": ours(),
        "descriptors": {
            1: {"does": text("Follows"), "example": text("In Dakar")},
            2: {"does": text("Leads"), "example": text("In Maputo")},
        },
        **changes,
    }


def framework() -> Mapping:
    trust = competency("trust", kind="attitude")
    del trust["domain"]
    return {
        "key": "small",
        "version": "1.0.0",
        "title": text("Small"),
        "description": text("A small framework"),
        "source": {
            "title": "Competencies for Civil Servants",
            "url": "https://www.unesco.org/en/report",
            "retrieved": "2026-11",
            "licence": "CC-BY-SA-3.0-IGO",
            "licence_is_confirmed": False,
        },
        "provenance": ours(),
        "levels": [level(1, "discover"), level(2, "lead")],
        "domains": [
            {
                "key": "data",
                "official_id": "D2",
                "title": text("Data use"),
                "short_title": text("Data"),
                "description": text("Using data"),
                "provenance": UNESCO,
            }
        ],
        "competencies": [
            competency("open-data", related=["trust"]),
            competency("data-governance", requires=["open-data"]),
            trust,
        ],
        "roles": [role("director", "decide"), role("anyone", "work", fallback=True)],
    }


def role(key: str, activity: str, **changes: object) -> Mapping:
    return {
        "key": key,
        "title": text(key),
        "description": text(f"Who {activity}s"),
        "provenance": ours(),
        "activities": [
            {
                "key": activity,
                "title": text(activity),
                "needs": [{"competency": "open-data", "level": 2, "weight": 3}],
            }
        ],
        **changes,
    }


def instrument() -> Mapping:
    return {
        "key": "start",
        "version": "1.0.0",
        "framework": "small@1.0.0",
        "title": text("Where do you stand?"),
        "minutes": 12,
        "provenance": ours(),
        "items": [
            {
                "key": f"q-{key}",
                "competency": key,
                "stem": text("A colleague asks for a file."),
                "statements": {1: text("I ask"), 2: text("I decide")},
            }
            for key in ("open-data", "data-governance", "trust")
        ],
    }


class _Plain(yaml.SafeDumper):
    """Writes equal parts out each time."""

    def ignore_aliases(self, data: object) -> bool:  # type: ignore[explicit-override]  # PyYAML has no hints
        del data
        return True


def written(data: object) -> str:
    return yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False)


def write(path: Path, data: object) -> Path:
    """Write data, or YAML as it is, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else written(data), "utf-8")
    return path


def framework_path(root: Path) -> Path:
    return root / "small" / "1.0.0.yaml"


def instrument_path(root: Path) -> Path:
    return root / "small" / "instruments" / "start.yaml"


def line_of(source: str, part: str) -> int:
    """Return the line, from 1, where ``part`` first stands."""
    return source[: source.index(part)].count("\n") + 1


def changed(data: Mapping, where: str, value: object) -> Mapping:
    """Return the data with one part replaced, or taken out for ``...``."""
    *parents, last = (
        int(part) if part.isdigit() else part for part in where.split(".")
    )
    copy = deepcopy(data)
    inner: Any = copy
    for part in parents:
        inner = inner[part]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return copy
