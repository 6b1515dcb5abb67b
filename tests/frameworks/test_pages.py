import pytest
from fastapi.testclient import TestClient

from app.kernel.text import Language
from tests.identity.builders import read_page, show

KEY = "unesco-ai-dt"


def test_frameworks_are_listed(client: TestClient) -> None:
    for language in Language:
        page = show(client, f"/{language}/frameworks")

        assert f"/{language}/frameworks/{KEY}" in page.links


def test_framework_leads_to_every_competency_and_role(client: TestClient) -> None:
    tree = client.get(f"/api/v1/frameworks/{KEY}/1.0.0").json()
    competencies = [c for domain in tree["domains"] for c in domain["competencies"]]
    parts = [c["key"] for c in competencies + tree["attitudes"]]
    parts += [f"roles/{role['key']}" for role in tree["roles"]]

    links = show(client, f"/pt/frameworks/{KEY}").links

    expected = [f"/pt/frameworks/{KEY}/{part}" for part in parts]
    assert set(expected) <= set(links)
    for language in ("ar", "pt"):
        for address in expected:
            assert show(client, address.replace("/pt/", f"/{language}/")).headings


@pytest.mark.parametrize(
    "part",
    [
        "nothing",
        f"{KEY}/nothing",
        f"{KEY}/roles/king",
        f"{KEY}/%00",
        "%00",
        f"{KEY}/{'x' * 1000}",
    ],
)
def test_part_that_is_not_there_is_a_page(client: TestClient, part: str) -> None:
    answer = client.get(f"/fr/frameworks/{part}")

    assert answer.status_code == 404
    assert "framework-not-found" in answer.text
    assert "/fr/frameworks" in read_page(answer).links
