import gzip
import re
from pathlib import Path

import brotli
import pytest
from fastapi.testclient import TestClient

from app.web.static_files import FOLDER, FOREVER, load_assets
from tests.web.builders import app_of, send

ASSETS = load_assets()


@pytest.mark.parametrize("name", ASSETS)
def test_a_file_is_kept_for_ever_under_the_name_of_its_content(
    site: TestClient, name: str
) -> None:
    asset = ASSETS[name]
    answer = send(app_of(site), "GET", asset.address.encode())

    assert (answer.status, answer.headers["cache-control"]) == (200, FOREVER)
    assert re.search(r"\.[0-9a-f]{10}\.\w+$", asset.address)
    assert answer.headers["content-type"] == asset.media_type
    assert answer.body == asset.bodies["identity"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0, gzip;q=0", None),
        ("vibrant", None),
        ("", None),
    ],
)
def test_the_best_coding_is_chosen(
    site: TestClient, accepted: str, coding: str | None
) -> None:
    address = ASSETS["masar.css"].address.encode()
    headers = {"accept-encoding": accepted}
    answer = send(app_of(site), "GET", address, headers=headers)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]

    assert answer.headers.get("content-encoding") == coding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert unpack(answer.body) == ASSETS["masar.css"].bodies["identity"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/masar.css",
        "/static/masar.0000000000.css",
        "/static/css/tokens.css",
        "/static/../main.py",
        "/static/..%2f..%2fmain.py",
        "/static/%00",
        "/static/",
    ],
)
def test_nothing_else_is_served(site: TestClient, path: str) -> None:
    assert send(app_of(site), "GET", path.encode()).status == 404


def test_the_three_sheets_are_one_file_without_comments() -> None:
    css = ASSETS["masar.css"].bodies["identity"].decode()

    assert "/*" not in css
    assert "--" in css
    assert [name for name in ASSETS if name.endswith(".css")] == ["masar.css"]


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.*")), ids=str)
def test_no_file_loads_anything_from_elsewhere(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/", "")

    assert re.findall(r"https?://|@import|url\(['\"]?//", text) == []


def test_pages_name_the_files_as_they_are(site: TestClient) -> None:
    page = site.get("/fr/").text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)

    assert named
    assert {site.get(address).status_code for address in named} == {200}
