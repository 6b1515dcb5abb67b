"""Let results be shared and released.

Why: totals of a cohort are published without showing anyone (docs/privacy.md).
Undo: shared results and published totals are lost; people's own results stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "e5f73b4a0c38"
down_revision = "d4e62a3f9b27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sharing_share",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("with_trainers", sa.Boolean(), nullable=False),
        sa.Column("shown_name", sa.String(length=120), nullable=True),
        sa.Column("framework_key", sa.String(length=64), nullable=False),
        sa.Column("framework_version", sa.String(length=32), nullable=False),
        sa.Column("role_key", sa.String(length=64), nullable=True),
        sa.Column("snapshot_ref", sa.String(length=80), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_sharing_share_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "cohort_id", "round", name=op.f("pk_sharing_share")
        ),
    )
    op.create_index(op.f("ix_sharing_share_cohort_id"), "sharing_share", ["cohort_id"])
    op.create_table(
        "sharing_contribution",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_ref", sa.String(length=80), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_sharing_contribution_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "snapshot_ref", name=op.f("pk_sharing_contribution")
        ),
    )
    op.create_table(
        "sharing_plan",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts_cohort.cohort_id"],
            name=op.f("fk_sharing_plan_cohort_id_cohorts_cohort"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_sharing_plan")),
    )
    op.create_table(
        "sharing_pool",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("pool_digest", sa.String(length=64), nullable=False),
        sa.Column("framework_key", sa.String(length=64), nullable=False),
        sa.Column("framework_version", sa.String(length=32), nullable=False),
        sa.Column("role_key", sa.String(length=64), nullable=True),
        sa.Column("group", sa.JSON(), nullable=False),
        sa.Column("smallest_cell", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("layout", sa.String(length=32), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("ledger", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_sharing_pool")),
        sa.UniqueConstraint(
            "pool_digest", name=op.f("uq_sharing_pool_one_pool_per_key")
        ),
    )
    op.create_table(
        "sharing_pool_cohort",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("is_paired", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts_cohort.cohort_id"],
            name=op.f("fk_sharing_pool_cohort_cohort_id_cohorts_cohort"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["sharing_pool.pool_id"],
            name=op.f("fk_sharing_pool_cohort_pool_id_sharing_pool"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "cohort_id", "pool_id", name=op.f("pk_sharing_pool_cohort")
        ),
    )
    op.create_index(
        op.f("ix_sharing_pool_cohort_pool_id"), "sharing_pool_cohort", ["pool_id"]
    )
    op.create_index(
        op.f("ix_sharing_pool_cohort_cohort_id_revision"),
        "sharing_pool_cohort",
        ["cohort_id", "revision"],
    )
    op.create_table(
        "sharing_change",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("sign", sa.SmallInteger(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["sharing_pool.pool_id"],
            name=op.f("fk_sharing_change_pool_id_sharing_pool"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pool_id", "change_id", name=op.f("pk_sharing_change")),
    )


def downgrade() -> None:
    for table in ("change", "pool_cohort", "pool", "plan", "contribution", "share"):
        op.drop_table(f"sharing_{table}")
