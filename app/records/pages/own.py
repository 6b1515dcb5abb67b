"""A learner takes along what she did, for another learning record store."""

from fastapi import APIRouter
from starlette.responses import Response

from app.identity.access import LearnerDep, SettingsDep
from app.kernel.database import ReadDep
from app.records.queries.own import list_own_statements
from app.web.downloads import send_json
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/account", route_class=Route)


@router.get("/statements", name="records:statements")
def download_statements(
    learner: LearnerDep, connection: ReadDep, settings: SettingsDep
) -> Response:
    """Send what she did as a file of statements (xAPI), the oldest first."""
    found = list_own_statements(
        connection,
        learner_id=learner.learner_id,
        site=str(settings.public_url).rstrip("/"),
    )
    return send_json(found, "masar-statements.json")
