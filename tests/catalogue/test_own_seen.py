"""What learners see of own courses, whatever editors do."""

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalogue.domain.own import CourseState, Editor, OwnCourse, Step
from app.catalogue.errors import CourseStateError, OwnReviewError
from app.catalogue.service import change_course
from app.kernel.database import Database
from tests.catalogue.editors import AWA, BINTA, course, draft, shown, step
from tests.constants import NOON

STEPS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from([None, *Step]), st.sampled_from([AWA, BINTA])
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_what_is_seen_is_the_set_of_published_revisions(
    database: Database, steps: list[tuple[int, Step | None, Editor]]
) -> None:
    run = uuid4().hex[:8]
    keys = [f"enap-{run}-{number}" for number in range(3)]
    courses: dict[str, OwnCourse] = {}
    expected: dict[str, str] = {}
    for count, (number, what, who) in enumerate(steps):
        key, title = keys[number], f"Title {count}"
        with database.write() as connection:
            try:
                if key not in courses:
                    courses[key] = draft(connection, key, title=title)
                elif what is None:
                    courses[key] = change_course(
                        connection,
                        editor=who,
                        seen=courses[key],
                        data=course(key, title=title),
                        now=NOON,
                    )
                else:
                    courses[key] = step(connection, courses[key], what, who)
            except (CourseStateError, OwnReviewError):
                continue
        if what is Step.PUBLISH and courses[key].state is CourseState.PUBLISHED:
            expected[key] = courses[key].title
        if courses[key].state is CourseState.RETIRED:
            expected.pop(key, None)

    with database.read() as connection:
        seen = {k: title for k, title in shown(connection).items() if run in k}

    assert seen == expected
