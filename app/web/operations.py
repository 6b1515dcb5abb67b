"""Addresses for those who run or connect: alive, ready, measured, documented."""

from importlib.resources import files
from ipaddress import ip_address

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.kernel.database import DatabaseDep, find_revision
from app.web.languages import prefers
from app.web.rendering import environment, load_assets_once
from app.web.routes import Route
from app.web.sentences import PROBLEMS, describe
from app.web.static_files import ADDRESS, FOREVER, serve

router = APIRouter(route_class=Route, include_in_schema=False)
_DOCS = files("fastapi_swagger") / "resources"
_DOCS_FILES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
}


@router.get("/healthz")
def say_alive() -> Response:
    """Answer as long as the process does."""
    return Response("alive\n", media_type="text/plain")


@router.get("/readyz")
def say_ready(request: Request, database: DatabaseDep) -> Response:
    """Answer 200 when the database answers and has every migration, else 503."""
    try:
        with database.read() as connection:
            revision = find_revision(connection)
    except SQLAlchemyError:
        return Response("database unreachable\n", 503, media_type="text/plain")
    if revision != request.app.state.newest_revision:
        return Response("migrations missing\n", 503, media_type="text/plain")
    return Response("ready\n", media_type="text/plain")


@router.get("/metrics")
def show_metrics(request: Request) -> Response:
    """Show counters to this machine only; to others the page does not exist."""
    host = request.client.host if request.client else ""
    if not _is_loopback(host):
        raise HTTPException(404)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@router.get(ADDRESS + "{name:path}")
def send_asset(request: Request) -> Response:
    """Send a style, script or picture."""
    return serve(load_assets_once(), request)


@router.get("/favicon.ico")
def send_icon() -> Response:
    """Send the mark to browsers that ask without reading the page."""
    asset = load_assets_once()["mark.svg"]
    return Response(
        asset.bodies["identity"],
        media_type=asset.media_type,
        headers={"cache-control": FOREVER},
    )


@router.get("/robots.txt")
def guide_robots() -> Response:
    """Let search engines read what is public."""
    rules = "User-agent: *\nDisallow: /api/\nDisallow: /*/account\n"
    return Response(rules, media_type="text/plain")


@router.get("/api/docs")
def show_docs(request: Request) -> Response:
    """Show the interactive documentation, from this server only."""
    page = environment(prefers(request)).get_template("layout/docs.html")
    return Response(page.render(), media_type="text/html")


@router.get("/api/docs/{name}")
def send_docs_file(name: str) -> Response:
    """Send a file of Swagger UI."""
    if name not in _DOCS_FILES:
        raise HTTPException(404)
    return Response(
        (_DOCS / name).read_bytes(),
        media_type=_DOCS_FILES[name],
        headers={"cache-control": "public, max-age=86400"},
    )


@router.get("/api/problems/{code}")
def explain_problem(request: Request, code: str) -> Response:
    """Say in words what a problem's ``type`` means."""
    if code not in PROBLEMS:
        raise HTTPException(404)
    title, detail = describe(code, prefers(request))
    return Response(f"{title}\n\n{detail}\n", media_type="text/plain")
