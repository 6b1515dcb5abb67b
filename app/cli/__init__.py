"""The command line: run, prepare and check an installation.

``console`` has what every command needs; each other module has the commands of one kind.
"""

from app.cli import (
    activities,
    cohorts,
    completions,
    content,
    demo,
    keys,
    links,
    people,
    rosters,
    running,
    sso,
    standards,
    waiting,
)
from app.cli.console import FAILED, MISUSED, UNAVAILABLE, err, masar, out

__all__ = ["FAILED", "MISUSED", "UNAVAILABLE", "err", "main", "masar", "out"]
KINDS = (
    running,
    waiting,
    content,
    demo,
    cohorts,
    people,
    sso,
    standards,
    rosters,
    keys,
    activities,
    completions,
    links,
)
"""Importing them is what adds their commands."""


def main() -> None:
    """Run the command line."""
    masar(prog_name="masar")
