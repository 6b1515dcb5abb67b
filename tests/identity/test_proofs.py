"""Who may pass: signed in, with a second factor, proved lately; and where to go next."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.access import (
    FRESH,
    freshly_proved,
    local_path,
    signed_in,
    signed_in_twice,
)
from app.identity.domain import KnownSession, Learner, Strength, Visitor
from app.identity.errors import (
    FreshProofNeededError,
    SecondFactorNeededError,
    SignInNeededError,
)
from app.kernel.text import Language
from tests.constants import NOON

ADA = Learner(
    learner_id=uuid4(), language=Language.FR, resume_nonce="0", has_account=True
)
HOME = "/fr/continue"


def visitor(strength: Strength, *, proved_at: datetime | None = NOON) -> Visitor:
    session = KnownSession(
        session_ref="0" * 64,
        learner_id=ADA.learner_id,
        strength=strength,
        proved_at=proved_at,
        last_seen_on=None,
    )
    return Visitor(learner=ADA, form_token="x", session=session)  # noqa: S106 -- of no form


NOBODY = Visitor(learner=None, form_token="x")  # noqa: S106 -- of no form


@pytest.mark.parametrize("found", [NOBODY, visitor(Strength.ANONYMOUS)])
def test_guests_have_not_signed_in(found: Visitor) -> None:
    with pytest.raises(SignInNeededError):
        signed_in(found)


@pytest.mark.parametrize("strength", [Strength.SIGNED_IN, Strength.TWO_FACTOR])
def test_whoever_signed_in_is_let_through(strength: Strength) -> None:
    assert signed_in(visitor(strength)) == ADA


def test_second_factor_is_asked_for() -> None:
    with pytest.raises(SecondFactorNeededError):
        signed_in_twice(visitor(Strength.SIGNED_IN), ADA)

    assert signed_in_twice(visitor(Strength.TWO_FACTOR), ADA) == ADA


def test_proof_is_fresh_for_a_quarter_of_an_hour() -> None:
    found = visitor(Strength.SIGNED_IN)
    last = NOON + FRESH - timedelta(seconds=1)

    assert freshly_proved(found, ADA, last) == ADA
    for late, now in (
        (found, NOON + FRESH),
        (visitor(Strength.SIGNED_IN, proved_at=None), NOON),
    ):
        with pytest.raises(FreshProofNeededError):
            freshly_proved(late, ADA, now)


@given(st.text(max_size=80) | st.text("/\\.:@e\t\n frx%2F?", max_size=30))
def test_next_stays_on_this_site_whatever_is_asked(text: str) -> None:
    path = local_path(text, otherwise=HOME)
    parts = urlsplit(f"https://masar.example{path}")

    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert parts.netloc == "masar.example"
    assert path.isascii()
    assert path.isprintable()
