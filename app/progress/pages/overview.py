"""The whole walk on one page."""

from datetime import timedelta
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.frameworks.queries import get_default_framework, get_framework
from app.identity.access import LearnerDep, PageDep
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep
from app.paths.schemas import write_path
from app.proficiency.queries import find_aim, list_observations
from app.progress.domain.effects import effects_of
from app.progress.domain.walk import State, monday_of
from app.progress.service import find_walk
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/progress", route_class=Route)


@router.get("", name="progress:progress")
def show_progress(
    page: PageDep, learner: LearnerDep, database: DatabaseDep, now: Now
) -> Response:
    """Show what is done, what comes this week, and what comes after."""
    walk = find_walk(
        database,
        learner=learner,
        language=page.language,
        write=partial(write_path, language=page.language),
        now=now,
    )
    with database.read() as connection:
        aim = find_aim(connection, learner_id=learner.learner_id)
        framework = (
            get_framework(connection, aim.framework_key, aim.framework_version)
            if aim
            else get_default_framework(connection)
        )
        known = list_observations(
            connection, learner_id=learner.learner_id, framework_key=framework.key
        )
    return page.render(
        "progress/progress.html",
        nav="progress",
        walk=walk,
        effects={
            step.key: effects_of(step.course.key, known, now=now)
            for step in walk.steps
            if step.state is State.DONE
        },
        competencies={c.key: c for c in framework.competencies},
        monday=monday_of(now.date()),
        week=timedelta(days=7),
    )
