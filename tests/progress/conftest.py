"""A place to give certificates."""

from pathlib import Path

import pytest

from app.progress.files.documents import Folder
from app.progress.service import Desk
from tests.constants import SECRET
from tests.progress.documents import der_of


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a place to give certificates, where the registrar is known."""
    folder = Folder(tmp_path / "documents")
    return Desk(key=SECRET, folder=folder, roots=(der_of("Registrar"),))
