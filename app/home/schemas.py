"""HTTP shapes of home."""

from pydantic import BaseModel, ConfigDict


class CoursePeopleOut(BaseModel):
    """People who started and finished a course, rounded down to fives.

    Null where fewer than ten started, or fewer than five are on one side of a figure.
    """

    model_config = ConfigDict(
        from_attributes=True,
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"started": 40, "finished": 15, "proven": 5}]},
    )

    started: int | None
    finished: int | None
    """By their own word, a checked document or a report."""
    proven: int | None
    """Of those, not by their own word alone."""
