"""Saying on the path what is done, or put aside: the ledger hears of it."""

from fastapi import APIRouter
from starlette.responses import Response

from app.identity.access import FormDep, LearnerDep, PageDep
from app.kernel.clock import Now
from app.kernel.database import WriteDep
from app.paths.domain.plan import Choice
from app.progress import service
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/path", route_class=Route)
_CHOICES = {"done": Choice.DONE, "aside": Choice.ASIDE, "back": None}


@router.post("/steps", name="progress:choose")
def choose(
    page: PageDep, learner: LearnerDep, form: FormDep, connection: WriteDep, now: Now
) -> Response:
    """Mark a step as done, put it aside, or take that back."""
    chosen = form.get("choice", [""])[0]
    if chosen in _CHOICES:
        service.choose(
            connection,
            learner_id=learner.learner_id,
            unit_key=form.get("unit", [""])[0],
            choice=_CHOICES[chosen],
            now=now,
        )
    return page.redirect("paths:path")
