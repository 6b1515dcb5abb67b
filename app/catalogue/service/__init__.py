"""Filling the catalogue: with the files that ship, and with courses of institutions."""

from app.catalogue.service.loading import forget_catalogues, load_catalogue
from app.catalogue.service.own import (
    change_course,
    check_own,
    draft_course,
    draft_courses,
    get_seen,
    take_step,
)

__all__ = [
    "change_course",
    "check_own",
    "draft_course",
    "draft_courses",
    "forget_catalogues",
    "get_seen",
    "load_catalogue",
    "take_step",
]
