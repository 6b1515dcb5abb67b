"""Bytes over the wire, as Chromium counts them, headers included."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest

from tests.journeys.addresses import BOTH, PAGES
from tests.journeys.conftest import Device, Find, NewDevice
from tests.journeys.server import Server
from tests.journeys.walk import answer_all, begin, go_to_path, hand_in

FIRST_VISIT = 30_000
FOLLOWING_PAGE = 8_000
WHOLE_WAY = 100_000


@dataclass(kw_only=True)
class Meter:
    """Adds up what one page receives; redirects count."""

    total: int = 0

    def watch(self, device: Device) -> None:
        """Begin to count."""
        devtools = device.context.new_cdp_session(device.page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", self._add)
        devtools.on("Network.requestWillBeSent", self._add_redirect)

    def _add(self, event: dict[str, Any]) -> None:
        self.total += int(event["encodedDataLength"])

    def _add_redirect(self, event: dict[str, Any]) -> None:
        if "redirectResponse" in event:
            self._add(event["redirectResponse"])


@BOTH
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_budget(
    name: str, language: str, site: Server, new_device: NewDevice, find: Find
) -> None:
    address, state = find(name, language)

    first = measure(new_device(state=state), address)
    following = measure(new_device(state=state), f"{site.base}/{language}/", address)

    assert first <= FIRST_VISIT
    assert following <= FOLLOWING_PAGE


def measure(device: Device, *addresses: str) -> int:
    """Visit pages one after another with an empty cache; return the last one's bytes."""
    meter = Meter()
    meter.watch(device)
    for address in addresses:
        meter.total = 0
        answer = device.page.goto(address, wait_until="networkidle")
        assert answer is not None
        assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return meter.total


@BOTH
def test_the_whole_way_to_the_path_fits_its_budget(
    language: str, site: Server, new_device: NewDevice
) -> None:
    device = new_device()
    meter = Meter()
    meter.watch(device)
    page = device.page

    begin(page, site.base, language, role="regulator-legal")
    answer_all(page, language)
    hand_in(page)
    steps = go_to_path(page, language)
    page.wait_for_load_state("networkidle")

    assert steps != []
    assert 30_000 < meter.total <= WHOLE_WAY
