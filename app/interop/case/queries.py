"""Everything that CASE serves, laid out once for each set of published versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, Engine

from app.frameworks.domain import Framework
from app.frameworks.queries import get_framework, list_published
from app.interop.case.domain.edition import Edition, Node
from app.interop.case.domain.package import build_package, by_identifier
from app.kernel.text import Language

_shelves: WeakKeyDictionary[Engine, "tuple[object, Shelf]"] = WeakKeyDictionary()
_lock = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All packages of an installation; never changed, only replaced."""

    packages: Mapping[str, Node]
    """By identifier of their document; the newest version first, English first."""
    parts: Mapping[str, Mapping[str, tuple[Node, Node]]]
    """By kind and identifier: the object and its document."""
    written: Mapping[str, bytes]
    """The packages as JSON, ready to send."""
    associations: Mapping[str, Sequence[Node]]
    """By identifier of either end."""

    def associations_of(self, identifier: str) -> Sequence[Node]:
        """Return everything that an object is an end of."""
        return self.associations.get(identifier, ())


def get_shelf(connection: Connection, *, base: str) -> Shelf:
    """Return everything that is published.

    Published versions never change, so what was laid out serves until there is another.

    Args:
        connection: Reads the list of versions.
        base: Address of the installation, without a slash at its end.
    """
    versions = list_published(connection)
    mark = (base, *versions)
    with _lock:
        known = _shelves.get(connection.engine)
        if known is None or known[0] != mark:
            known = mark, _lay_out(connection, versions, base)
            _shelves[connection.engine] = known
    return known[1]


def _lay_out(
    connection: Connection, versions: Sequence[tuple[str, str, datetime]], base: str
) -> Shelf:
    packages = []
    languages = sorted(Language, key=lambda each: (each is not Language.EN, each))
    older: Framework | None = None
    for key, version, published_at in versions:
        framework = get_framework(connection, key, version)
        before = older if older is not None and older.key == key else None
        packages += [
            build_package(
                Edition(
                    framework=framework,
                    language=language,
                    changed_at=published_at,
                    base=base,
                ),
                older=before,
            )
            for language in reversed(languages)
        ]
        older = framework
    packages.reverse()
    named = {each["CFDocument"]["identifier"]: each for each in packages}
    return Shelf(
        packages=named,
        parts=by_identifier(packages),
        written={key: orjson.dumps(each) for key, each in named.items()},
        associations=_by_end(packages),
    )


def _by_end(packages: Sequence[Node]) -> dict[str, list[Node]]:
    ends: dict[str, list[Node]] = {}
    for package in packages:
        for each in package["CFAssociations"]:
            for end in ("originNodeURI", "destinationNodeURI"):
                ends.setdefault(each[end]["identifier"], []).append(each)
    return ends
