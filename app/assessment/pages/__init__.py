"""The assessment in the browser: the questionnaire, and looking back at an earlier one."""

from fastapi import APIRouter

from app.assessment.pages import looking_back, questionnaire

router = APIRouter()
router.include_router(questionnaire.router)
router.include_router(looking_back.router)
hot = questionnaire.hot

__all__ = ["hot", "router"]
