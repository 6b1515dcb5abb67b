"""HTTP shapes of certificates."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.config import JsonDict

from app.progress.domain.certificates import LONGEST_REASON, Certificate, Check, Result
from app.records.domain.reviews import Review


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


_ONE: JsonDict = {
    "certificate_id": "6f0a3c3e-5d0b-5f43-9a51-1c0b6f6f3d11",
    "course": "unesco-oxford-ai-dt-gov",
    "outcome": "accepted",
    "findings": [
        {"check": "file", "result": "passed", "why": "sound", "facts": {}},
        {"check": "seal", "result": "not_possible", "why": "none", "facts": {}},
        {
            "check": "name",
            "result": "passed",
            "why": "same",
            "facts": {"confidence": "0.97", "threshold": "0.90"},
        },
    ],
    "name_given": "Aïcha Mahamat",
    "given_at": "2026-11-23T12:00:00Z",
    "dated_on": "2026-10-12",
    "size": 182044,
    "may_be_reviewed": False,
    "consent": "The trainers of “Cadres 2026” see this certificate, its checks and "
    "the name on it, until they have decided or I take it back.",
    "asked_at": "2026-11-23T12:05:00Z",
    "decided_at": "2026-11-24T09:00:00Z",
    "reason": "I called the school; it is hers.",
}


class FindingOut(Shape):
    """One check of a certificate."""

    check: Check
    result: Result
    why: str
    """A word for the result, e.g. `altered` for a signature that does not hold."""
    facts: dict[str, str]
    """What makes it concrete: `confidence` and `threshold` of a name (0..1), a date …"""


class CertificateOut(Shape):
    """A document somebody gave for a course."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ONE]})

    certificate_id: UUID
    course: str
    outcome: Literal["accepted", "needs_review", "in_review", "refused"]
    findings: list[FindingOut]
    name_given: str
    given_at: datetime
    dated_on: date | None
    """The day on it, if one was found."""
    size: int
    """Bytes that are kept; 0: nothing is."""
    may_be_reviewed: bool
    """Whether it can be sent to the trainers of a cohort now."""
    consent: str | None
    """What the learner agreed to when she sent it."""
    asked_at: datetime | None
    decided_at: datetime | None
    reason: str
    """Of the trainer who decided; empty: none has."""


class CertificateListOut(Shape):
    """All certificates of a learner; there are at most twenty."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ONE]}]})

    items: list[CertificateOut]


class ReviewIn(Shape):
    """To whose trainers a certificate is sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"cohort_id": "5d0c6f0e-3b52-4f0e-9a1f-6c5b1d2e7f80"}]
        }
    )

    cohort_id: UUID
    """One of the learner's own, with a trainer."""


class ReviewOut(Shape):
    """A certificate that waits for trainers."""

    review_id: UUID
    certificate: CertificateOut


class ReviewListOut(Shape):
    """Everything that waits in a cohort, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "review_id": "0d8e6f0e-3c54-5f67-9a3e-7b1d1b6f0c42",
                            "certificate": _ONE,
                        }
                    ]
                }
            ]
        }
    )

    items: list[ReviewOut]


class DecisionIn(Shape):
    """What a trainer decides."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"accept": False, "reason": "It names another course."}]
        }
    )

    accept: Annotated[bool, Strict()]
    reason: str = Field(default="", max_length=LONGEST_REASON)
    """Needed to refuse."""


def write_certificate(certificate: Certificate) -> CertificateOut:
    """Return what a program sees of a certificate."""
    return CertificateOut(
        certificate_id=certificate.certificate_id,
        course=certificate.course_key,
        outcome=certificate.outcome.value,
        findings=[
            FindingOut(
                check=each.check,
                result=each.result,
                why=each.why,
                facts=dict(each.facts),
            )
            for each in certificate.findings
        ],
        name_given=certificate.name_given,
        given_at=certificate.given_at,
        dated_on=certificate.dated_on,
        size=certificate.size,
        may_be_reviewed=certificate.may_be_reviewed,
        consent=certificate.consent,
        asked_at=certificate.asked_at,
        decided_at=certificate.decided_at,
        reason=certificate.reason,
    )


def write_review(review: Review) -> ReviewOut:
    """Return what a trainer's program sees of a certificate that waits."""
    return ReviewOut(
        review_id=review.review_id, certificate=write_certificate(review.certificate)
    )
