"""What institutions report, certificates, and those that trainers look at."""

from fastapi import APIRouter

from app.records.pages import activities, certificates, own, reviews
from app.records.pages.completions import router as completions
from app.records.pages.completions import uploads

router = APIRouter()
for each in (
    completions,
    uploads,
    certificates.uploads,
    certificates.router,
    reviews.router,
    activities.router,
    own.router,
):
    router.include_router(each)
