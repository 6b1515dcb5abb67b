"""The composition root: the only module that knows every room."""

import gc
import logging
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from app.assessment import api as assessment_api
from app.assessment import pages as assessment_pages
from app.catalogue import api as catalogue_api
from app.catalogue import pages as catalogue_pages
from app.catalogue.queries import warm_up
from app.cohorts import api as cohorts_api
from app.cohorts import pages as cohorts_pages
from app.frameworks import api as frameworks_api
from app.frameworks import pages as frameworks_pages
from app.home import api as home_api
from app.home import pages as home_pages
from app.identity import api as identity_api
from app.identity import pages as identity_pages
from app.identity.access import PROOF_ERRORS, send_to_proof
from app.insights import api as insights_api
from app.insights import pages as insights_pages
from app.interop import calendar
from app.interop.case import api as case_api
from app.kernel.database import POOL_SIZE, Database
from app.kernel.errors import DomainError
from app.paths import api as paths_api
from app.paths import pages as paths_pages
from app.proficiency import api as proficiency_api
from app.proficiency import pages as proficiency_pages
from app.progress import api as progress_api
from app.progress import pages as progress_pages
from app.records import api as records_api
from app.records import pages as records_pages
from app.settings import ROOT, Settings
from app.sharing import api as sharing_api
from app.sharing import pages as sharing_pages
from app.study import api as study_api
from app.study import pages as study_pages
from app.web import operations, problems
from app.web.middleware import Compressed, Envelope
from app.web.openapi import DESCRIPTION, describe_api
from app.web.routes import HotLane, HotRoute
from app.worker import Worker

PAGES = (
    home_pages.router,
    identity_pages.router,
    assessment_pages.router,
    proficiency_pages.router,
    calendar.router,
    paths_pages.router,
    progress_pages.router,
    catalogue_pages.router,
    frameworks_pages.router,
    cohorts_pages.router,
    sharing_pages.router,
    study_pages.router,
    records_pages.router,
    insights_pages.router,
)
APIS = (
    frameworks_api.router,
    catalogue_api.router,
    assessment_api.router,
    proficiency_api.router,
    paths_api.router,
    progress_api.router,
    identity_api.router,
    home_api.router,
    cohorts_api.router,
    sharing_api.router,
    study_api.router,
    records_api.certificates,
    records_api.activities,
    insights_api.router,
    records_api.completions,
    records_api.own,
)
HOT = (
    assessment_pages.hot,
    assessment_api.hot,
    paths_api.hot,
)
"""Routes that stay on the event loop while the database is embedded; matched first."""
_log = logging.getLogger("masar.main")
_REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_FOLLOWED = re.compile(r'^down_revision = "(\w+)"$', re.MULTILINE)


class _Site(FastAPI):
    """FastAPI without the layers that would have nothing to do here.

    Its telemetry, second body limit and exit stack take as long as three statements;
    a bug is answered by ``Envelope``.
    """

    @override
    def build_middleware_stack(self) -> ASGIApp:
        hot = [route for route in self.routes if isinstance(route, HotRoute)]
        handlers = self.exception_handlers
        app: ASGIApp = ExceptionMiddleware(self.router, handlers)
        app = HotLane(app, hot, handlers)
        for layer, args, kwargs in reversed(self.user_middleware):
            app = layer(app, *args, **kwargs)
        return app

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self.middleware_stack is None:
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """Wire the application; importing this module starts nothing."""
    app = _Site(
        title="Masar",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # Starlette's would repeat the caller's Host
        lifespan=_live,
        debug=False,
    )
    app.state.settings = settings
    app.state.database = Database(settings.database_url.get_secret_value())
    app.state.newest_revision = newest_revision()
    app.state.sheets = {}
    problems.install(app)
    for error in PROOF_ERRORS:
        app.add_exception_handler(error, send_to_proof)
    for hot in HOT:
        app.router.routes.extend(hot.routes)
    for router in (operations.router, *APIS):
        app.include_router(router)
    for router in (*PAGES, records_api.router, case_api.router):
        app.include_router(router, include_in_schema=False)
    describe_api(app)
    app.add_middleware(Compressed)
    app.add_middleware(Envelope, is_https=settings.cookies_are_secure)
    return app


def newest_revision() -> str | None:
    """Return the newest migration that this program knows.

    Read without Alembic, which would cost each worker 12 MB.
    """
    texts = [p.read_text() for p in (ROOT / "migrations" / "versions").glob("*.py")]
    known = {name for t in texts for name in _REVISION.findall(t)}
    followed = {name for t in texts for name in _FOLLOWED.findall(t)}
    return next(iter(known - followed), None)


def _warm_up(database: Database) -> None:
    """Make the search index beside the first requests; without courses, later."""
    try:
        with database.read() as connection:
            warm_up(connection)
    except (DomainError, SQLAlchemyError) as error:
        _log.info("no search index yet", extra={"error": type(error).__name__})


@asynccontextmanager
async def _live(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE
    # A full collection takes 60 ms here and would be the slowest request of its
    # second: what start-up made is for ever, so it is taken out of the count.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    worker = Worker(app.state.database, app.state.settings)
    if app.state.settings.worker_in_process:
        worker.start()
    warming = threading.Thread(
        target=_warm_up, args=(app.state.database,), name="warm-up", daemon=True
    )
    warming.start()
    yield
    await anyio.to_thread.run_sync(worker.stop)
    await anyio.to_thread.run_sync(warming.join)
    app.state.database.close()
