"""The path in the browser: see it, adapt it; what is done is said in ``progress``."""

from datetime import datetime
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from app.identity.access import FormDep, LearnerDep, PageDep, PageFrame
from app.identity.domain import Learner
from app.kernel.clock import Now
from app.kernel.database import Database, DatabaseDep
from app.kernel.text import Language
from app.paths import service
from app.paths.schemas import PreferencesForm, write_path
from app.proficiency.queries import get_profile
from app.web.phrases import say
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/path", route_class=Route)
HOURS_OPTIONS = (1, 2, 3, 4, 5, 8, 10)
MEGABYTE_OPTIONS = (250, 500, 1000, 2000, 5000)


@router.get("", name="paths:path")
def show_path(
    page: PageDep, learner: LearnerDep, database: DatabaseDep, now: Now
) -> Response:
    """Show the best path for what the learner can spend."""
    plan = orjson.loads(
        service.propose_path(
            database,
            learner=learner,
            language=page.language,
            write=partial(write_path, language=page.language),
            now=now,
        )
    )
    return _show(page, database, learner, plan)


def _show(
    page: PageFrame,
    database: Database,
    learner: Learner,
    plan: dict[str, Any],
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    with database.read() as connection:
        profile = get_profile(connection, learner_id=learner.learner_id)
    framework = profile.framework
    return page.render(
        "paths/path.html",
        nav="path",
        status=422 if errors else 200,
        plan=plan,
        preferences={**plan["preferences"], **(typed or {})},
        competencies={c.key: c for c in framework.competencies},
        hours_options=HOURS_OPTIONS,
        megabyte_options=MEGABYTE_OPTIONS,
        course_languages=list(Language),
        done=plan["done"],
        aside=plan["aside"],
        role=framework.role(profile.role_key),
        errors=errors or {},
        has_levels=any(summary.targeted for summary in profile.domains),
    )


@router.post("", name="paths:adapt")
def adapt(
    page: PageDep, learner: LearnerDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Remember hours, weeks, languages and data, and show the new path."""
    sent = {
        "hours_per_week": form.get("hours_per_week", [""])[0],
        "weeks": form.get("weeks", [""])[0],
        "languages": form.get("lang", []),
        "max_mb": form.get("max_mb", [""])[0] or None,
    }
    try:
        wanted = PreferencesForm.model_validate(sent)
    except ValidationError as error:
        return _refuse(page, database, learner, sent, _wrong_fields(error), now)
    with database.write() as connection:
        service.adapt_path(
            connection,
            learner_id=learner.learner_id,
            preferences=wanted.to_domain(),
            now=now,
        )
    return page.redirect("paths:path")


def _wrong_fields(error: ValidationError) -> list[str]:
    return sorted({str(each["loc"][0]) for each in error.errors()})


def _refuse(
    page: PageFrame,
    database: Database,
    learner: Learner,
    sent: dict[str, Any],
    wrong: list[str],
    now: datetime,
) -> Response:
    """Show the path as it was, with what she typed and why it cannot be."""
    body = service.propose_path(
        database,
        learner=learner,
        language=page.language,
        write=partial(write_path, language=page.language),
        now=now,
    )
    return _show(
        page,
        database,
        learner,
        orjson.loads(body),
        typed={"weeks": sent["weeks"], "languages": sent["languages"]},
        errors={field: say(f"wrong-{field}", page.language) for field in wrong},
    )
