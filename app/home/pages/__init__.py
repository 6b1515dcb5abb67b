"""Pages of home: ``front``, ``courses``, ``sign_in``, ``by_mail``, ``institutions``, ``account`` and its ``security``."""

from fastapi import APIRouter

from app.home.pages import (
    account,
    by_mail,
    courses,
    front,
    institutions,
    reminders,
    security,
    sign_in,
)
from app.web.routes import Route

router = APIRouter(route_class=Route)
for _each in (
    front,
    courses,
    sign_in,
    by_mail,
    institutions,
    account,
    security,
    reminders,
):
    router.include_router(_each.router)
