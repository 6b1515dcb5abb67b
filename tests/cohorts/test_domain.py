from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cohorts.domain import (
    JOIN_ALPHABET,
    JOIN_LENGTH,
    PERMISSIONS,
    Capability,
    Institution,
    InstitutionKind,
    Office,
    check_period,
    check_place,
    is_institution_key,
    kinds_below,
    make_invitation_token,
    new_join_code,
    read_cell,
    read_invitation_token,
    read_join_code,
)
from app.cohorts.errors import (
    MisplacedInstitutionError,
    UnknownChoiceError,
    WrongPeriodError,
)
from app.kernel.text import Language
from tests.cohorts.builders import TODAY
from tests.constants import SECRET


def institution(kind: InstitutionKind, **names: str) -> Institution:
    return Institution(
        institution_id=UUID(int=7),
        key="x",
        parent_id=None,
        kind=kind,
        names={Language(code): name for code, name in names.items()},
        country=None,
        smallest_cell=5,
    )


def test_every_office_has_its_capabilities_and_none_more_than_the_operator() -> None:
    assert set(PERMISSIONS) == set(Office)
    assert PERMISSIONS[Office.OPERATOR] == {*Capability} - {Capability.SEE_SHOWN}
    assert PERMISSIONS[Office.ADMINISTRATOR] < PERMISSIONS[Office.OPERATOR]
    assert PERMISSIONS[Office.TRAINER] == {
        Capability.SEE_COHORT,
        Capability.SEE_SHOWN,
        Capability.INVITE,
    }
    assert PERMISSIONS[Office.EDITOR] == {
        Capability.EDIT_FRAMEWORKS,
        Capability.EDIT_COURSES,
    }


@given(st.text(alphabet=JOIN_ALPHABET, min_size=JOIN_LENGTH, max_size=JOIN_LENGTH))
def test_code_is_read_however_it_is_written(code: str) -> None:
    assert read_join_code(f" {code[:3].lower()}-{code[3:]} ") == code


@given(st.text(max_size=80))
def test_what_is_read_as_a_code_could_be_one(typed: str) -> None:
    code = read_join_code(typed)

    assert code is None or (
        len(code) == JOIN_LENGTH and set(code) <= set(JOIN_ALPHABET)
    )


def test_new_codes_can_be_read() -> None:
    codes = [new_join_code() for _ in range(20)]

    assert [read_join_code(code) for code in codes] == codes


@given(st.uuids(), st.text(max_size=70))
def test_only_our_own_invitation_links_are_taken(number: UUID, forged: str) -> None:
    token = make_invitation_token(SECRET, number)

    assert read_invitation_token(SECRET, token) == number
    assert read_invitation_token(b"another", token) is None
    assert read_invitation_token(SECRET, forged) is None
    assert read_invitation_token(SECRET, token[:-1] + "g") is None


def test_a_name_is_shown_in_a_language_it_has() -> None:
    named = institution(InstitutionKind.MINISTRY, ar="وزارة", fr="Ministère")

    assert named.name_in(Language.FR) == "Ministère"
    assert named.name_in(Language.PT) == "وزارة"
    assert named.language_shown(Language.PT) is Language.AR


@pytest.mark.parametrize("parent", InstitutionKind)
def test_nothing_lies_below_what_it_contains(parent: InstitutionKind) -> None:
    allowed = kinds_below(parent)

    for kind in InstitutionKind:
        if kind in allowed:
            check_place(kind, institution(parent, en="x"))
        else:
            with pytest.raises(MisplacedInstitutionError):
                check_place(kind, institution(parent, en="x"))
    assert InstitutionKind.CONTINENT not in allowed


@pytest.mark.parametrize(
    ("days", "is_sound"), [(0, True), (731, True), (-1, False), (732, False)]
)
def test_period_ends_after_it_begins_and_within_two_years(
    days: int,
    is_sound: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    ends_on = TODAY + timedelta(days=days)

    if is_sound:
        check_period(TODAY, ends_on)
    else:
        with pytest.raises(WrongPeriodError):
            check_period(TODAY, ends_on)


@pytest.mark.parametrize("typed", ["4", "101", "-5", "five", "\uff15", 4, 101])
def test_fewer_than_five_people_are_never_enough(typed: str | int) -> None:
    with pytest.raises(UnknownChoiceError):
        read_cell(typed)


@pytest.mark.parametrize(
    ("typed", "cell"), [(None, 5), ("", 5), ("12", 12), (100, 100)]
)
def test_smallest_cell_is_read(typed: str | int | None, cell: int) -> None:
    assert read_cell(typed) == cell


@pytest.mark.parametrize("key", ["", "A", "a_b", "-a", "a-", "a--b", "é", "a" * 65])
def test_odd_keys_are_refused(key: str) -> None:
    assert not is_institution_key(key)
    assert is_institution_key("ministry-of-health-2")
