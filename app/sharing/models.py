"""Tables of sharing.

``sharing_share`` and ``sharing_contribution`` are people's; the others know no person.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class ShareRow(Base):
    """What one learner sent to one cohort in one round: levels, never answers."""

    __tablename__ = "sharing_share"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    cohort_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    with_trainers: Mapped[bool]
    """Whether the trainers may see it beside her name."""
    shown_name: Mapped[str | None] = mapped_column(String(120))
    """The name she gave for the trainers."""
    framework_key: Mapped[str] = mapped_column(String(64))
    framework_version: Mapped[str] = mapped_column(String(32))
    role_key: Mapped[str | None] = mapped_column(String(64))
    snapshot_ref: Mapped[str] = mapped_column(String(80))
    """Where the levels come from, e.g. ``attempt:<id>``."""
    levels: Mapped[dict[str, int]] = mapped_column(JSON)
    """Level cell by competency."""
    looking_back: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    """Level cell by competency, seen from this round, of the first; of a second round
    only, and only if she has said it of everything."""
    shared_at: Mapped[datetime]


class ContributionRow(Base):
    """In which pool one shared result of a learner counts, and as what.

    The same numbers are taken out again when she takes it back. The row stays without
    them: where a result has counted decides where it may count again.
    """

    __tablename__ = "sharing_contribution"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    snapshot_ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    pool_id: Mapped[UUID]
    sheet: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    """By competency: cell of the level, cell of the change, and if she looked back, cell
    of the change as she sees it."""
    compared_ref: Mapped[str | None] = mapped_column(String(80))
    """The first result from which the change was counted: it counts so only once."""


class PlanRow(Base):
    """By which attributes a cohort is broken down."""

    __tablename__ = "sharing_plan"

    cohort_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("cohorts_cohort.cohort_id", ondelete="CASCADE"),
        primary_key=True,
    )
    attributes: Mapped[list[str]] = mapped_column(JSON)
    sets_aside: Mapped[bool] = mapped_column(server_default=false())
    """Whether half of the first results are kept for before and after."""


class PoolRow(Base):
    """All who share with the same cohorts and rounds, in the same role and group."""

    __tablename__ = "sharing_pool"
    __table_args__ = (UniqueConstraint("pool_digest", name="one_pool_per_key"),)

    pool_id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_digest: Mapped[str] = mapped_column(String(64))
    framework_key: Mapped[str] = mapped_column(String(64))
    framework_version: Mapped[str] = mapped_column(String(32))
    role_key: Mapped[str | None] = mapped_column(String(64))
    group: Mapped[dict[str, str]] = mapped_column(JSON)
    """Value by attribute; what is not named is mixed."""
    is_aside: Mapped[bool] = mapped_column(server_default=false())
    """Whether its levels are never shown: they are kept for before and after."""
    smallest_cell: Mapped[int]
    released_at: Mapped[datetime | None]
    layout: Mapped[str] = mapped_column(String(32))
    """How its tables are cut: rows of one layout may be added."""
    row: Mapped[bytes] = mapped_column(LargeBinary)
    """What the ledger shows, ready to be added: ``files.write_row``."""
    ledger: Mapped[bytes] = mapped_column(LargeBinary)
    """``files.write_ledger``."""


class PoolCohortRow(Base):
    """A pool counts for a cohort."""

    __tablename__ = "sharing_pool_cohort"
    # The sum of the revisions is read at every look, for thousands of pools.
    __table_args__ = (Index(None, "cohort_id", "revision"),)

    cohort_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("cohorts_cohort.cohort_id", ondelete="CASCADE"),
        primary_key=True,
    )
    pool_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("sharing_pool.pool_id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
    is_paired: Mapped[bool]
    """Whether its people share both rounds with this cohort."""
    looks_back: Mapped[bool] = mapped_column(server_default=false())
    """Whether they also share with it how they see the first round today."""
    came_again: Mapped[bool] = mapped_column(server_default=false())
    """Whether they came again but go on counting with their first results."""
    revision: Mapped[int]
    """How often the pool has changed: the sum tells whether a cohort has."""


class ChangeRow(Base):
    """Somebody came into a pool or left it; numbers without a name, soon folded in."""

    __tablename__ = "sharing_change"

    pool_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("sharing_pool.pool_id", ondelete="CASCADE"),
        primary_key=True,
    )
    change_id: Mapped[UUID] = mapped_column(primary_key=True)
    sign: Mapped[int] = mapped_column(SmallInteger)
    sheet: Mapped[dict[str, list[int]]] = mapped_column(JSON)
