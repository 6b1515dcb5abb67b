"""A certificate that waits for the trainers of a cohort, as they see it."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from app.progress.domain.certificates import Certificate

_NUMBERS = UUID("0d8e6f0e-3c54-4f67-9a3e-7b1d1b6f0c42")
"""Of our own making: names what waits, without the number of a person."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Review:
    """One of the queue."""

    review_id: UUID
    """The same as long as it waits; says nothing of whose it is."""
    certificate: Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a trainer says of one of the queue."""

    is_accepted: bool
    reason: str = ""
    """Needed to refuse; the learner reads it."""


def review_of(certificate: Certificate) -> Review:
    """Return a certificate as one of the queue."""
    said = f"{certificate.learner_id}:{certificate.certificate_id}"
    return Review(review_id=uuid5(_NUMBERS, said), certificate=certificate)


def cohort_ref_of(cohort_id: UUID) -> str:
    """Return by which name ``progress`` knows a cohort."""
    return f"cohort:{cohort_id}"
