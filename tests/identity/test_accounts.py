"""Addresses, devices, passwords, tickets and codes: rules without a database."""

import sys
from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.domain.addresses import (
    describe_device,
    digest_of_address,
    read_address,
    same_address,
)
from app.identity.domain.passwords import check_password
from app.identity.domain.second_factor import (
    RECOVERY_CODES,
    digest_of_recovery,
    find_step,
    new_recovery_codes,
    new_totp_secret,
    seal,
    unseal,
)
from app.identity.domain.tickets import (
    code_of_ticket,
    is_code_of_ticket,
    link_of_ticket,
    new_handle,
    read_link,
)
from app.identity.errors import (
    EmailInvalidError,
    PasswordCommonError,
    PasswordGuessableError,
    PasswordLengthError,
    TooManyAttemptsError,
)
from app.identity.files import is_common_password
from app.identity.service import hash_password, is_right_password, passwords
from tests.constants import NOON, SECRET

OTHER = bytes(range(32))
ADA = "ada.byron@ministry.example"


@pytest.mark.parametrize(
    "typed",
    [
        "ada@example.org",
        "  ada@example.org ",
        "o'neil+x@mail.example.org",
        "مريم@مثال.إختبار",
        "josé@exemplo.pt",
    ],
)
def test_addresses_of_people_are_read(typed: str) -> None:
    assert read_address(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ada", "@example.org", "ada@", "ada@localhost", "a@b@example.org"),
        *("ada@example..org", "ada@-example.org", ".ada@example.org", "a..b@c.org"),
        *("ada@example.org\nBcc: eve@example.org", "ada@example.org, eve@example.org"),
        *("<ada@example.org>", "ada @example.org", f"{'a' * 65}@example.org"),
        *(f"ada@{'a.' * 130}org", "a\x00da@example.org", '"a b"@example.org'),
    ],
)
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    with pytest.raises(EmailInvalidError):
        read_address(typed)


@given(st.text(max_size=300))
def test_every_text_is_an_address_or_refused(typed: str) -> None:
    try:
        address = read_address(typed)
    except EmailInvalidError:
        return
    assert read_address(address) == address
    assert not any(c.isspace() for c in address)
    assert len(digest_of_address(SECRET, address)) == 64


def test_case_makes_no_other_address() -> None:
    assert same_address("Ada@Example.ORG") == same_address("ada@example.org")
    assert same_address("ada@exämple.org") == same_address("ada@xn--exmple-cua.org")
    assert digest_of_address(SECRET, ADA) != digest_of_address(OTHER, ADA)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Firefox/140.0",
            "Firefox, Android",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 "
                "Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        ("curl/8.0", ""),
        ("", ""),
        ("Linux " * 1000, "Linux"),
    ],
)
def test_device_is_two_words(agent: str, device: str) -> None:
    assert describe_device(agent) == device


@given(st.text(max_size=2000))
def test_device_always_fits_its_column(agent: str) -> None:
    assert len(describe_device(agent)) <= 60


def check(password: str) -> str:
    return check_password(password, email=ADA, is_common=is_common_password)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 257])
def test_password_length_is_bounded(password: str) -> None:
    with pytest.raises(PasswordLengthError):
        check(password)


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "qwertyuiop", "😀" * 9])
def test_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordCommonError):
        check(password)


@pytest.mark.parametrize("password", ["xxbyron1815", "Ministry-of-9", "xMASARx77"])
def test_context_words_are_refused(password: str) -> None:
    with pytest.raises(PasswordGuessableError):
        check(password)


@given(st.integers(8, 256))
def test_every_length_in_between_is_taken(length: int) -> None:
    password = ("zq7 " * 64)[:length]

    assert check(password) == password


def test_list_of_common_passwords_is_long_and_exact() -> None:
    assert is_common_password("football1")
    assert not is_common_password("ootball1")
    assert not is_common_password("football1\nfootball")
    assert not is_common_password("")


def test_hash_fits_one_password_however_it_is_typed() -> None:
    stored = hash_password("ma\u0301s de ocho", email=ADA)

    assert stored.startswith("$argon2id$v=19$m=12288,t=3,p=1$")
    assert is_right_password("m\u00e1s de ocho", stored)
    assert not is_right_password("mas de ocho", stored)
    assert not is_right_password("m\u00e1s de ocho", None)


def test_proofs_of_a_ticket_need_the_key() -> None:
    handle = new_handle()
    link = link_of_ticket(SECRET, handle)
    code = code_of_ticket(SECRET, handle)

    assert read_link(SECRET, link) == handle
    assert is_code_of_ticket(SECRET, handle, f" {code[:4]}-{code[4:]}")
    assert read_link(OTHER, link) is None
    assert not is_code_of_ticket(SECRET, new_handle(), code)


@given(st.text(max_size=200))
def test_no_other_text_is_a_link(text: str) -> None:
    assert read_link(SECRET, text) is None


@given(st.text(max_size=40))
def test_no_other_text_is_the_code(text: str) -> None:
    handle = "h" * 43
    digits = "".join(c for c in text if c.isdecimal())

    assert is_code_of_ticket(SECRET, handle, text) == (
        digits == code_of_ticket(SECRET, handle)
    )


@given(st.integers(-5, 5))
def test_code_of_the_app_is_good_for_three_steps(offset: int) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 -- of nobody
    step = int(NOON.timestamp()) // 30
    code = pyotp.TOTP(secret).generate_otp(step + offset)

    found = find_step(secret, code, now=NOON)

    assert (found == step + offset) == (abs(offset) <= 1)


def test_codes_follow_the_standard() -> None:
    # RFC 6238, appendix B: seconds 59, SHA-1, the last six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 -- of the standard
    at = NOON.fromtimestamp(59, tz=NOON.tzinfo)

    assert find_step(secret, "287082", now=at) == 1
    assert find_step(secret, "287082", now=at + timedelta(seconds=90)) is None


def test_sealed_secret_opens_for_its_learner_and_key_only() -> None:
    learner_id, secret = uuid4(), new_totp_secret()
    sealed = seal(SECRET, learner_id, secret)

    assert unseal(SECRET, learner_id, sealed) == secret
    assert unseal(SECRET, uuid4(), sealed) is None
    assert unseal(OTHER, learner_id, sealed) is None
    assert unseal(SECRET, learner_id, "") is None
    assert len(sealed) <= 255


def test_recovery_codes_differ_and_forgive_typing() -> None:
    learner_id, codes = uuid4(), new_recovery_codes()
    digests = [digest_of_recovery(SECRET, learner_id, code) for code in codes]
    retyped = digest_of_recovery(SECRET, learner_id, codes[0].lower().replace("-", " "))

    assert len(set(codes)) == len(set(digests)) == RECOVERY_CODES
    assert retyped == digests[0]
    assert digest_of_recovery(SECRET, uuid4(), codes[0]) != digests[0]
    assert len(",".join(digests)) <= 700


def test_passwords_that_wait_do_not_stop_other_pages() -> None:
    stored = hash_password("seven quiet lamps", email=ADA)
    taken = [passwords._waiting.acquire(blocking=False) for _ in range(6)]  # noqa: SLF001 -- nothing else fills the queue

    with pytest.raises(TooManyAttemptsError) as refusal:
        is_right_password("seven quiet lamps", stored)

    for _ in taken:
        passwords._waiting.release()  # noqa: SLF001 -- nothing else fills the queue
    assert refusal.value.facts == {"retry_after_s": 1}
    assert is_right_password("seven quiet lamps", stored)


def test_no_character_that_is_a_space_or_unseen_is_in_an_address() -> None:
    known = {c for c in map(chr, range(sys.maxunicode + 1)) if _is_taken(f"a{c}b")}

    assert known
    assert not any(c.isspace() or not c.isprintable() for c in known)
    assert known.isdisjoint('()<>[]:;,\\"@')


def _is_taken(local: str) -> bool:
    try:
        read_address(f"{local}@example.org")
    except EmailInvalidError:
        return False
    return True
