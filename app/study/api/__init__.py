"""Study groups for programs: of one of the group, and of one of its trainers."""

from fastapi import APIRouter

from app.study.api import members, trainers

router = APIRouter()
for part in (members, trainers):
    router.include_router(part.router)
