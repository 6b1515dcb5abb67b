"""A dashboard to take away: the page's numbers as CSV, XLSX and PDF."""

from collections.abc import Iterator
from typing import IO

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from app.cohorts.access import CohortReader
from app.identity.access import PageDep, PageFrame
from app.insights.files.report import write_pdf
from app.insights.files.sheets import write_csv, write_xlsx
from app.insights.pages.context import LensDep, Scene, set_scene
from app.insights.pages.reports import draw_report
from app.insights.pages.tables import draw_sheets
from app.kernel.clock import Now
from app.kernel.database import ReadDep
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/cohorts/{cohort_id:uuid}", route_class=Route)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 64 * 1024


@router.get("/dashboard.csv", name="insights:csv")
def send_csv(
    page: PageDep, reached: CohortReader, connection: ReadDep, lens: LensDep, now: Now
) -> Response:
    """Send what the page shows as CSV."""
    scene = set_scene(connection, reached=reached, lens=lens, language=page.language)
    body = write_csv(draw_sheets(scene))
    return Response(
        body, media_type="text/csv", headers=_headers(scene, f"{now:%Y-%m-%d}.csv")
    )


@router.get("/dashboard.xlsx", name="insights:xlsx")
def send_xlsx(
    page: PageDep, reached: CohortReader, connection: ReadDep, lens: LensDep, now: Now
) -> Response:
    """Send what the page shows as XLSX, one sheet per panel."""
    scene = set_scene(connection, reached=reached, lens=lens, language=page.language)
    file = write_xlsx(
        draw_sheets(scene),
        right_to_left=page.language.direction == "rtl",
        title=reached.cohort.name,
    )
    headers = _headers(scene, f"{now:%Y-%m-%d}.xlsx")
    return StreamingResponse(_pieces(file), media_type=XLSX, headers=headers)


@router.get("/dashboard.pdf", name="insights:pdf")
def send_pdf(
    page: PageDep, reached: CohortReader, connection: ReadDep, lens: LensDep, now: Now
) -> Response:
    """Send what the page shows as a report to print."""
    scene = set_scene(connection, reached=reached, lens=lens, language=page.language)
    body = write_pdf(draw_report(scene, footer=_source(page)))
    headers = _headers(scene, f"{now:%Y-%m-%d}.pdf")
    return Response(body, media_type="application/pdf", headers=headers)


def _source(page: PageFrame) -> str:
    return f"Masar · {str(page.settings.public_url).rstrip('/')}"


def _headers(scene: Scene, ending: str) -> dict[str, str]:
    name = f"masar-{scene.reached.cohort.cohort_id.hex[:8]}-{ending}"
    return {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
