from hypothesis import given
from hypothesis import strategies as st

from app.identity.domain import (
    ALPHABET,
    CODE_LENGTH,
    check_character,
    digest,
    group_code,
    make_resume_code,
    new_nonce,
    new_secret,
    read_resume_code,
    sign,
)
from tests.constants import SECRET

nonces = st.binary(min_size=16, max_size=16).map(bytes.hex)
codes = nonces.map(lambda nonce: make_resume_code(SECRET, nonce))


@given(nonces)
def test_code_is_read_back_as_it_was_made(nonce: str) -> None:
    code = make_resume_code(SECRET, nonce)

    assert read_resume_code(code) == code
    assert len(code.replace("-", "")) == CODE_LENGTH


@given(codes, st.sampled_from(["", " ", "-", " - ", "\t"]), st.booleans())
def test_code_forgives_case_and_blanks(code: str, between: str, lower: bool) -> None:  # noqa: FBT001 -- drawn
    typed = between.join(code.replace("-", ""))

    assert read_resume_code(typed.lower() if lower else typed) == code


@given(codes)
def test_code_forgives_letters_that_look_like_digits(code: str) -> None:
    assert read_resume_code(code.replace("1", "I").replace("0", "O")) == code
    assert read_resume_code(code.replace("1", "l").replace("0", "o")) == code


@given(codes, st.integers(0, CODE_LENGTH - 1), st.sampled_from(ALPHABET))
def test_code_with_one_wrong_character_is_refused(
    code: str, place: int, wrong: str
) -> None:
    plain = code.replace("-", "")
    mistyped = plain[:place] + wrong + plain[place + 1 :]

    assert (read_resume_code(mistyped) is None) == (mistyped != plain)


def test_check_character_finds_most_swapped_neighbours() -> None:
    pairs = [(a, b) for a in ALPHABET for b in ALPHABET if a != b]

    missed = [
        a + b for a, b in pairs if check_character(a + b) == check_character(b + a)
    ]

    assert missed == ["0Z", "Z0"]


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_nothing(typed: str) -> None:
    code = read_resume_code(typed)

    assert code is None or read_resume_code(code) == code


def test_code_of_other_length_or_alphabet_is_refused() -> None:
    right = "K7PM-2XQ4-9BTB"
    wrong = [
        "",
        right[:-1],
        right + "B",
        right.replace("K", "U"),
        "\u0660" * 12,
        "é" * 12,
    ]

    assert read_resume_code(right) == right
    assert [read_resume_code(code) for code in wrong] == [None] * len(wrong)


def test_code_depends_on_key_and_nonce() -> None:
    nonce = new_nonce()
    codes = {
        make_resume_code(SECRET, nonce),
        make_resume_code(b"another", nonce),
        make_resume_code(SECRET, new_nonce()),
    }

    assert len(codes) == 3


def test_group_code_writes_fours() -> None:
    assert group_code("K7PM2XQ49BTB") == "K7PM-2XQ4-9BTB"


def test_signatures_are_for_one_purpose() -> None:
    signed = {sign(SECRET, "form", "x"), sign(SECRET, "resume", "x")}

    assert {len(each) for each in signed} == {64}
    assert len(signed) == 2


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert min(len(each) for each in secrets) >= 43
    assert len(digest("x")) == 64
