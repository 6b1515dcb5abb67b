"""Pages of the cohorts: for those who run them (``offices``, ``people``, ``keys``), and to join."""

from fastapi import APIRouter

from app.cohorts.pages.course_files import router as course_files
from app.cohorts.pages.course_files import uploads as course_uploads
from app.cohorts.pages.courses import router as courses
from app.cohorts.pages.joining import router as joining
from app.cohorts.pages.keys import router as keys
from app.cohorts.pages.log import router as log
from app.cohorts.pages.offices import router as offices
from app.cohorts.pages.people import router as people
from app.cohorts.pages.rosters import router as rosters
from app.cohorts.pages.rosters import uploads

router = APIRouter()
for each in (
    *(offices, course_files, course_uploads, courses),
    *(keys, log, people, rosters, uploads, joining),
):
    router.include_router(each)
