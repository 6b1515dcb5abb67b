"""Every error a caller can meet has a name, a status, and a sentence of its own."""

from importlib import import_module
from pathlib import Path

from app.kernel import errors
from app.kernel.errors import DomainError
from app.web.problems import status_of
from app.web.sentences import PROBLEMS

OPERATORS_ERRORS = {"version-is-published"}
"""Met on the command line only, where the differences are shown."""
NOT_OF_A_RULE = {
    "invalid-request",
    "method-not-allowed",
    "not-found",
    "service-unavailable",
    "unexpected-error",
}
"""Codes that ``app.web.problems`` gives to what is no broken rule."""


def all_errors() -> set[type[DomainError]]:
    for path in sorted(Path("app").rglob("*.py")):
        if "Error(" in path.read_text() and path.stem != "__main__":
            import_module(".".join(path.with_suffix("").parts))
    found: set[type[DomainError]] = set()
    todo = [DomainError]
    while todo:
        children = todo.pop().__subclasses__()
        found.update(children)
        todo += children
    kinds = {value for value in vars(errors).values() if isinstance(value, type)}
    return {e for e in found - kinds if e.__module__.startswith("app.")}


def test_every_error_has_a_code_of_its_own() -> None:
    codes = sorted(error.code for error in all_errors())

    assert codes == sorted(set(codes))
    assert "domain-error" not in codes


def test_every_error_descends_from_a_kind_with_a_status() -> None:
    statuses = {status_of(error.__new__(error)) for error in all_errors()}

    assert statuses <= {401, 403, 404, 408, 409, 412, 413, 415, 422, 429}


def test_every_error_is_explained_and_every_explanation_is_used() -> None:
    codes = {error.code for error in all_errors()} - OPERATORS_ERRORS

    assert codes | NOT_OF_A_RULE == set(PROBLEMS)
