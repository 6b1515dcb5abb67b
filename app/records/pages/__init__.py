"""What institutions report, in the browser."""

from fastapi import APIRouter

from app.records.pages.completions import router as completions
from app.records.pages.completions import uploads

router = APIRouter()
for each in (completions, uploads):
    router.include_router(each)
