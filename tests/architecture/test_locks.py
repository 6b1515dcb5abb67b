"""The locks name what a fresh machine installs, extras included."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.settings import ROOT

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?==", re.MULTILINE)


def wanted_with_extras(names: set[str]) -> Iterator[Requirement]:
    """Yield what we, and locked packages that are installed, want with extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    yield from (
        each for each in map(Requirement, project["dependencies"]) if each.extras
    )
    for name in sorted(names):
        try:
            found = requires(name) or []
        except PackageNotFoundError:
            continue
        for each in map(Requirement, found):
            applies = each.marker is None or each.marker.evaluate({"extra": ""})
            if each.extras and applies:
                yield each


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_package_wanted_with_extras_is_locked_with_them(lock: str) -> None:
    locked = {
        canonicalize_name(name): set(filter(None, extras.split(",")))
        for name, extras in LOCKED.findall((ROOT / lock).read_text())
    }

    # Where they are missing, pip takes the newest release, whose hash is not locked.
    missing = {
        str(each)
        for each in wanted_with_extras(set(locked))
        if not each.extras <= locked.get(canonicalize_name(each.name), set())
    }

    assert len(locked) > 40
    assert missing == set()
