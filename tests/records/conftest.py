"""A cohort whose trainer looks at certificates."""

import pytest
from fastapi.testclient import TestClient

from tests.records.giving import Scene, set_scene


@pytest.fixture
def scene(client: TestClient) -> Scene:
    return set_scene(client)
