"""One application for all tests of the web layer: they make learners, not faults."""

import shutil
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from tests.conftest import BACKENDS, create_database, make_settings, with_name


@pytest.fixture(scope="session", params=BACKENDS)
def shared_url(
    request: pytest.FixtureRequest,
    templates: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """Return the URL of a loaded database that many tests write to."""
    template = templates(request.param)
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "masar.sqlite"
        shutil.copy(template, path)
        return f"sqlite:///{path}"
    admin = request.getfixturevalue("postgres")
    name = f"shared_{uuid4().hex}"  # pytest may make this fixture more than once
    create_database(admin, name, template)
    return with_name(admin, name)


@pytest.fixture(scope="session")
def shared_app(shared_url: str) -> Iterator[FastAPI]:
    """Build the application once for each kind of database."""
    limits = {"starts_per_hour": 1_000_000, "resume_attempts_per_hour": 1000}
    app = create_app(make_settings(shared_url, **limits))
    yield app
    app.state.database.close()


@pytest.fixture
def site(shared_app: FastAPI) -> TestClient:
    """Return a browser of the test's own: no cookie yet."""
    return TestClient(
        shared_app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False
    )
