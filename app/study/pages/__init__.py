"""Pages of study groups: for those who agreed, and for their trainers."""

from fastapi import APIRouter

from app.study.pages import groups, questions, trainers
from app.web.routes import Route

router = APIRouter(route_class=Route)
for part in (groups, questions, trainers):
    router.include_router(part.router)
