from collections.abc import Iterator

import pytest

from app.identity.service import openid
from app.kernel.clock import current_time
from tests.conftest import Clock
from tests.ports import free_port
from tests.sso.builders import provider_in_node


@pytest.fixture(scope="session")
def ministry() -> Iterator[str]:
    """Run one provider for all tests that do not disturb it; return its issuer."""
    with provider_in_node(free_port()) as issuer:
        yield issuer


@pytest.fixture(autouse=True)
def _present(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our clock and the provider's agree; know no provider from before."""
    clock.now = current_time()
    monkeypatch.setattr(openid, "_known", {})
