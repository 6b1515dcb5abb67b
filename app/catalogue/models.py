"""Tables of the catalogue; reference data, the same for every learner."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.domain.own import CourseState
from app.kernel.database import Base
from app.kernel.probing import Answer


class ReleaseRow(Base):
    """The courses of one file as they are now."""

    __tablename__ = "catalogue_release"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256; what was computed from another one is out of date."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """The file's data as JSON."""
    loaded_at: Mapped[datetime]


class CourseRow(Base):
    """A course that an institution added; the people in it are numbers of the journal."""

    __tablename__ = "catalogue_course"
    __table_args__ = (UniqueConstraint("edition", name="one_course_per_edition"),)

    course_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    institution_id: Mapped[UUID] = mapped_column(index=True)
    """Of room ``cohorts``, which lies above."""
    title: Mapped[str] = mapped_column(String(600))
    state: Mapped[CourseState]
    revision: Mapped[int]
    published_revision: Mapped[int | None]
    author_id: Mapped[UUID]
    submitted_by: Mapped[UUID | None]
    comment: Mapped[str] = mapped_column(String(1000))
    changed_at: Mapped[datetime]
    edition: Mapped[int | None]
    """Counts what learners see of all own courses: the newest change has the highest."""
    stamp: Mapped[str | None] = mapped_column(String(32))
    """Random name of that edition."""


class RevisionRow(Base):
    """What a course said at one time; never changed."""

    __tablename__ = "catalogue_revision"

    course_key: Mapped[str] = mapped_column(
        String(64), ForeignKey("catalogue_course.course_key"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[UUID]
    """A number, as in the journal; after she erased herself it leads to nobody."""
    written_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of ``content``: parsed once in a process."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON: ``course`` as in a file, ``added_by`` its institution's names."""


class LinkRow(Base):
    """How an address that a course leads to answered."""

    __tablename__ = "catalogue_link"

    link_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the address, which may be too long for a key."""
    address: Mapped[str] = mapped_column(String(2000))
    answer: Mapped[Answer]
    status: Mapped[int | None]
    leads_to: Mapped[str | None] = mapped_column(String(2000))
    checked_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
