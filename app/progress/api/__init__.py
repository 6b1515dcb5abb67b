"""Progress for programs: ``walk`` and the ledger, ``reminding``: calendar and mail."""

from fastapi import APIRouter

from app.progress.api import reminding, walk
from app.web.routes import Route

router = APIRouter(route_class=Route)
for _each in (walk.router, walk.steps, reminding.router):
    router.include_router(_each)
