"""``/xapi``: the learning record store, for the systems of institutions.

Beside it, finished courses as JSON, certificates, and the mapping of activities.
"""

from fastapi import APIRouter

from app.records.api.activities import router as activities
from app.records.api.certificates import router as certificates
from app.records.api.completions import router as completions
from app.records.api.documents import router as documents
from app.records.api.others import router as others
from app.records.api.own import router as own
from app.records.api.statements import router as statements

router = APIRouter(include_in_schema=False)
for each in (statements, documents, others):
    router.include_router(each)

__all__ = ["activities", "certificates", "completions", "own", "router"]
