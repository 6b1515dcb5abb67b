"""Use cases of sharing: send a result to a cohort, take it back, release totals."""

from app.sharing.service.contributions import smallest_cell_of
from app.sharing.service.looking_back import Recalled, find_recalled
from app.sharing.service.releases import release_waiting
from app.sharing.service.shares import (
    adopt,
    choose_attributes,
    get_joined_cohort,
    get_result_to_share,
    leave_cohort,
    leave_totals,
    read_attributes,
    share_result,
    take_back,
)

__all__ = [
    "Recalled",
    "adopt",
    "choose_attributes",
    "find_recalled",
    "get_joined_cohort",
    "get_result_to_share",
    "leave_cohort",
    "leave_totals",
    "read_attributes",
    "release_waiting",
    "share_result",
    "smallest_cell_of",
    "take_back",
]
