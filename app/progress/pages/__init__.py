"""Progress in the browser; without scripts, and safe to send twice."""

from fastapi import APIRouter

from app.progress.pages import courses, overview, steps
from app.web.routes import Route

router = APIRouter(route_class=Route)
for _each in (overview, courses, steps):
    router.include_router(_each.router)
