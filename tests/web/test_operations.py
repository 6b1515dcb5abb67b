import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.kernel.database import Database
from app.main import create_app
from app.web.sentences import PROBLEMS
from tests.conftest import make_settings
from tests.web.builders import app_of, send


def test_alive_needs_no_database() -> None:
    app = create_app(make_settings("sqlite:////nowhere/masar.sqlite"))
    site = TestClient(app)

    assert (site.get("/healthz").status_code, site.get("/healthz").text) == (
        200,
        "alive\n",
    )
    assert (site.get("/readyz").status_code, site.get("/readyz").text) == (
        503,
        "database unreachable\n",
    )


def test_ready_with_every_migration(site: TestClient) -> None:
    assert (site.get("/readyz").status_code, site.get("/readyz").text) == (
        200,
        "ready\n",
    )


def test_not_ready_while_a_migration_is_missing(
    client: TestClient, database: Database
) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.text) == (503, "migrations missing\n")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("::1", 200),
        ("10.0.0.7", 404),
        ("203.0.113.9", 404),
        ("testclient", 404),
    ],
)
def test_figures_are_for_this_machine_only(
    site: TestClient, host: str, status: int
) -> None:
    here = TestClient(app_of(site), client=(host, 5000))

    assert here.get("/metrics").status_code == status


def test_figures_name_routes_and_nothing_personal(site: TestClient) -> None:
    site.get("/fr/secret-word?q=secret-word")
    send(app_of(site), "GET", b"/api/v1/courses")
    figures = send(app_of(site), "GET", b"/metrics").body.decode()

    assert 'route="/api/v1/courses"' in figures
    assert 'route="unmatched"' in figures
    assert "secret-word" not in figures


def test_the_documentation_comes_from_this_server_only(site: TestClient) -> None:
    page = site.get("/api/docs")
    files = [
        site.get(f"/api/docs/{name}")
        for name in ("swagger-ui.css", "swagger-ui-bundle.js")
    ]

    assert page.status_code == 200
    assert "http" not in page.text
    assert "<script>" not in page.text
    assert [file.status_code for file in files] == [200, 200]
    assert site.get("/api/docs/..%2fswagger-ui.css").status_code == 404


def test_the_documentation_in_no_language_but_english(site: TestClient) -> None:
    page = site.get("/api/docs", headers={"accept-language": "ar"})

    assert '<html lang="en">' in page.text


def test_robots_may_read_what_is_public(site: TestClient) -> None:
    rules = site.get("/robots.txt").text

    assert "Disallow: /api/" in rules
    assert "Disallow: /\n" not in rules


def test_the_icon_is_found_without_reading_a_page(site: TestClient) -> None:
    assert site.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_a_problem_that_does_not_exist(site: TestClient) -> None:
    assert "nothing" not in PROBLEMS
    assert site.get("/api/problems/nothing").status_code == 404
