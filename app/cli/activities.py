"""Commands about the activities that institutions' platforms report."""

from typing import Annotated

import typer
from rich.table import Table

from app.catalogue.queries import get_catalogue
from app.cli.console import explained, masar, out, read_settings, write_to_database
from app.cohorts.queries import get_institution_by_key
from app.kernel.clock import current_time
from app.records.domain.mentions import Kind, mention_key
from app.records.domain.progress import list_units, read_unit
from app.records.errors import UnknownUnitError
from app.records.queries.matching import list_activities
from app.records.service import map_activity

activity = typer.Typer(
    help="Activities that platforms report by xAPI.", no_args_is_help=True
)
masar.add_typer(activity, name="activity")
Of = Annotated[str, typer.Argument(help="Short name of the institution.")]


@activity.command("list", epilog="Example: masar activity list health --limit 50")
@explained
def list_all(
    institution: Of,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=1000)] = 100,
    after: Annotated[int, typer.Option(help="How many to leave out.", min=0)] = 0,
) -> None:
    """List what was reported, first what no editor has mapped yet."""
    table = Table("activity", "course", "module")
    with write_to_database(read_settings()) as connection:
        found = get_institution_by_key(connection, key=institution)
        for each in list_activities(
            connection, tenant=found.institution_id, after=after, limit=limit
        ):
            table.add_row(
                each.activity_id, each.course_key or "", each.module_key or ""
            )
    out.print(table, markup=False)


@activity.command(
    "map", epilog="Example: masar activity map health https://lms.example/7 oxford"
)
@explained
def map_one(
    institution: Of,
    activity_id: Annotated[str, typer.Argument(help="As the platform names it.")],
    course: Annotated[
        str, typer.Argument(help="Course, or course/module; empty: none.")
    ] = "",
) -> None:
    """Say which course or module an activity is; its statements are looked at again."""
    unit = read_unit(course)
    with write_to_database(read_settings()) as connection:
        found = get_institution_by_key(connection, key=institution)
        if course and unit not in list_units(get_catalogue(connection).courses):
            raise UnknownUnitError(course=course[:130])
        map_activity(
            connection,
            tenant=found.institution_id,
            activity_key=mention_key(found.institution_id, Kind.ACTIVITY, activity_id),
            unit=unit if course else None,
            now=current_time(),
        )
    out.print("Mapped.")
