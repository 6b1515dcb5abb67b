"""Pages of the dashboards: ``dashboards`` to look at, ``downloads`` to take away."""

from fastapi import APIRouter

from app.insights.pages import dashboards, downloads

router = APIRouter()
router.include_router(dashboards.router)
router.include_router(downloads.router)
