"""Institutions, their cohorts and their courses for programs."""

from fastapi import APIRouter

from app.cohorts.api.cohorts import router as cohorts
from app.cohorts.api.courses import router as courses

router = APIRouter()
for each in (cohorts, courses):
    router.include_router(each)
