"""The folder of documents: outside every web root, readable by this program alone.

A file is named by a keyed digest of its owner and content, so that two people never
share one, and its name tells nobody what is in it. Files come before their row and go
after it: a crash leaves at most a file that nobody refers to, and ``list_old`` finds it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

_INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where documents are."""

    path: Path

    def stage(self, content: bytes) -> Path:
        """Write a file to the disk, to be kept or thrown away."""
        self._make(self.path / _INCOMING)
        staged = self.path / _INCOMING / uuid4().hex
        mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(staged, mode, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        return staged

    def keep(self, staged: Path, address: str) -> None:
        """Give a written file its name; of the same name there is the same content."""
        target = self._path_of(address)
        self._make(target.parent)
        staged.replace(target)
        opened = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

    def read(self, address: str) -> bytes | None:
        """Return a file; ``None`` if it is not there."""
        try:
            return self._path_of(address).read_bytes()
        except FileNotFoundError:
            return None

    def drop(self, address: str) -> None:
        """Delete a file, if it is there."""
        self._path_of(address).unlink(missing_ok=True)

    def list_old(self, before: datetime) -> Iterator[str]:
        """List the addresses of files last written before a moment."""
        for path in self.path.glob("[0-9a-f][0-9a-f]/*"):
            if _written_at(path) < before:
                yield path.name

    def drop_staged(self, before: datetime) -> int:
        """Delete what was staged before a moment and never kept; return how many."""
        old = [
            path
            for path in self.path.glob(f"{_INCOMING}/*")
            if _written_at(path) < before
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _make(self, folder: Path) -> None:
        for each in (self.path, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _path_of(self, address: str) -> Path:
        if not (address.isalnum() and address.isascii()):
            raise ValueError("no address of a document")
        return self.path / address[:2] / address


def _written_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
