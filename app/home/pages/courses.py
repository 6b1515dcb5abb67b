"""One course: what it gives, when it runs, who has finished it, where she is in it."""

from collections.abc import Iterable
from datetime import date

from babel import Locale
from fastapi import APIRouter
from starlette.responses import Response

from app.catalogue.domain import Course, Run
from app.catalogue.queries import get_catalogue_of, get_course
from app.catalogue.queries.links import find_links
from app.frameworks.queries import get_default_framework
from app.identity.access import PageDep
from app.kernel.database import ReadDep
from app.kernel.text import Language, fold
from app.progress.domain.showing import show_count
from app.progress.queries import count_course, get_course_progress
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/courses", route_class=Route)


@router.get("/{key}", name="home:course")
def show_course(page: PageDep, key: str, connection: ReadDep) -> Response:
    """Show one course: for whom, what it gives, what it costs, how many finished it."""
    course = get_course(connection, key)
    framework = get_default_framework(connection)
    learner = page.visitor.learner
    standing = learner and get_course_progress(
        connection, learner_id=learner.learner_id, course_key=key
    )
    link = find_links(connection, [course.url]).get(course.url)
    modules = [module.key for module in course.modules]
    return page.render(
        "catalogue/course.html",
        nav="courses",
        course=course,
        competencies={c.key: c for c in framework.competencies},
        language_names=_names([course], page.language),
        catalogue=get_catalogue_of(connection, course),
        may_take=True,
        counted=show_count(count_course(connection, key)),
        is_taking=bool(standing and standing.enrolled and not standing.is_withdrawn),
        is_finished=bool(standing and standing.is_done(modules)),
        silent_on=link.checked_at if link and link.is_failing else None,
        over=[run for run in course.runs if _is_over(run, page.now.date())],
    )


def _is_over(run: Run, today: date) -> bool:
    """Whether one can no longer enrol in a run, as far as its dates say."""
    last = run.apply_by or run.ends_on
    return last is not None and f"{today}"[: len(last)] > last


def _names(courses: Iterable[Course], language: Language) -> dict[str, str]:
    names = Locale.parse(str(language)).languages
    codes = {code for one in courses for code in (*one.languages(), one.title_language)}
    found = {code: names.get(code, code) for code in codes}
    return dict(sorted(found.items(), key=lambda pair: fold(pair[1])))
