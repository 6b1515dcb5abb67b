"""Use cases of study groups: agree to be seen, ask and answer, keep order."""

from app.study.service.groups import (
    adopt,
    agree,
    forget,
    forget_closed,
    leave_group,
    read_news,
)
from app.study.service.order import hide, keep_shown
from app.study.service.words import (
    NewPost,
    answer,
    answer_as_trainer,
    ask,
    remove,
    report,
    settle,
)

__all__ = [
    "NewPost",
    "adopt",
    "agree",
    "answer",
    "answer_as_trainer",
    "ask",
    "forget",
    "forget_closed",
    "hide",
    "keep_shown",
    "leave_group",
    "read_news",
    "remove",
    "report",
    "settle",
]
