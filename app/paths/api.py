"""The path for programs."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.identity.access import ApiLearnerDep
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.kernel.errors import InvalidError
from app.kernel.text import Language
from app.paths import queries, service
from app.paths.schemas import (
    Hours,
    Megabytes,
    PathOut,
    PreferencesIn,
    PreferencesOut,
    Weeks,
    write_path,
)
from app.web.problems import problem_responses
from app.web.routes import HotRoute, Route, leave_loop

router = APIRouter(prefix="/api/v1/me/path", tags=["path"], route_class=Route)
hot = APIRouter(prefix="/api/v1/me/path", tags=["path"], route_class=HotRoute)


class UnknownLanguageError(InvalidError):
    """``lang`` names a language that no course filter knows."""

    code = "unknown-language"


@hot.get("", response_model=PathOut, responses=problem_responses(401, 404, 422))
def get_path(
    request: Request,
    learner: ApiLearnerDep,
    database: DatabaseDep,
    connection: ReadDep,
    now: Now,
    hours_per_week: Annotated[Hours | None, Query()] = None,
    weeks: Annotated[Weeks | None, Query()] = None,
    lang: Annotated[
        list[str] | None,
        Query(
            max_length=5,
            description="Languages of courses accepted, the preferred one first; "
            "repeated or separated by commas.",
        ),
    ] = None,
    max_mb: Annotated[
        Megabytes | None, Query(description="Megabytes for the whole path.")
    ] = None,
) -> Response:
    """Return the best path; parameters try other hours, weeks, languages or data.

    What is tried is not stored; `PUT /api/v1/me/path/preferences` stores.
    """
    language = learner.language
    tried: dict[str, Any] = {
        "hours_per_week": hours_per_week,
        "weeks": weeks,
        "languages": read_languages(lang),
        "max_mb": max_mb,
    }
    asked = {name: value for name, value in tried.items() if value is not None}
    if not asked:
        body = service.find_current_path(connection, learner=learner, language=language)
        if body is not None:
            return Response(body, media_type="application/json")
    leave_loop(request)
    write = partial(write_path, language=language)
    if not asked:
        body = service.propose_path(
            database, learner=learner, language=language, write=write, now=now
        )
    else:
        stored = queries.get_preferences(connection, learner=learner)
        body = service.try_path(
            database,
            learner=learner,
            preferences=replace(stored, **asked),
            write=write,
        )
    return Response(body, media_type="application/json")


def read_languages(values: list[str] | None) -> tuple[Language, ...] | None:
    """Return the languages named, each once.

    Raises:
        UnknownLanguageError: One of them is none of the five.
    """
    codes = [code.strip() for value in values or () for code in value.split(",")]
    known = set(Language)
    for code in codes:
        if code not in known:
            raise UnknownLanguageError(lang=code[:20], allowed=", ".join(Language))
    return tuple(dict.fromkeys(Language(code) for code in codes)) or None


@router.put(
    "/preferences",
    responses=problem_responses(401, 413, 415, 422),
)
def put_preferences(
    body: PreferencesIn, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> PreferencesOut:
    """Remember hours, weeks, languages and data; the path is computed anew."""
    preferences = body.to_domain()
    service.adapt_path(
        connection, learner_id=learner.learner_id, preferences=preferences, now=now
    )
    return PreferencesOut(
        hours_per_week=preferences.hours_per_week,
        weeks=preferences.weeks,
        languages=list(preferences.languages),
        max_mb=preferences.max_mb,
    )
