"""Use cases of the assessment: start, answer, submit; look back at an earlier one."""

from app.assessment.service.attempts import (
    adopt,
    check_role,
    save_answer,
    save_answers,
    start_attempt,
    submit_attempt,
)
from app.assessment.service.looking_back import look_back

__all__ = [
    "adopt",
    "check_role",
    "look_back",
    "save_answer",
    "save_answers",
    "start_attempt",
    "submit_attempt",
]
