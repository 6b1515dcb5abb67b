"""Frameworks in the browser."""

from fastapi import APIRouter
from starlette.responses import Response

from app.frameworks import queries
from app.frameworks.errors import FrameworkNotFoundError
from app.identity.access import PageDep
from app.kernel.database import ReadDep
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/frameworks", route_class=Route)


@router.get("", name="frameworks:frameworks")
def show_frameworks(page: PageDep, connection: ReadDep) -> Response:
    """List the published versions."""
    frameworks = queries.list_frameworks(connection)
    return page.render("frameworks/frameworks.html", frameworks=frameworks)


@router.get("/{key}", name="frameworks:framework")
def show_framework(page: PageDep, key: str, connection: ReadDep) -> Response:
    """Show domains, competencies, attitudes and roles, each with its provenance."""
    framework = queries.get_current_framework(connection, key)
    return page.render(
        "frameworks/framework.html", framework=framework, levels=framework.levels
    )


@router.get("/{key}/roles/{role}", name="frameworks:role")
def show_role(page: PageDep, key: str, role: str, connection: ReadDep) -> Response:
    """Show a role: activities, and the levels they ask for."""
    framework = queries.get_current_framework(connection, key)
    try:
        found = framework.role(role)
    except KeyError:
        raise FrameworkNotFoundError(role=role[:64]) from None
    return page.render(
        "frameworks/role.html",
        framework=framework,
        role=found,
        competencies={c.key: c for c in framework.competencies},
    )


@router.get("/{key}/{competency}", name="frameworks:competency")
def show_competency(
    page: PageDep, key: str, competency: str, connection: ReadDep
) -> Response:
    """Show what a person does at each level of a competency, and who needs it."""
    framework = queries.get_current_framework(connection, key)
    try:
        found = framework.competency(competency)
    except KeyError:
        raise FrameworkNotFoundError(competency=competency[:64]) from None
    targets = ((role, role.targets().get(found.key)) for role in framework.roles)
    return page.render(
        "frameworks/competency.html",
        framework=framework,
        competency=found,
        competencies={c.key: c for c in framework.competencies},
        levels=framework.levels,
        roles=[(role, need) for role, need in targets if need is not None],
    )
