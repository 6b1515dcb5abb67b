"""Let people look back at an earlier result, and share it.

Why: before and after are shown twice, as rated then and as seen from today (DESIGN 3).
Undo: what people said looking back is lost, and its totals are shown no more.
"""

import sqlalchemy as sa
from alembic import op

revision = "b3c81f6a5d20"
down_revision = "b8e3d5f72a01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment_recollection",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("earlier_id", sa.Uuid(), nullable=False),
        sa.Column("competency_key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id", "attempt_id"],
            ["assessment_attempt.learner_id", "assessment_attempt.attempt_id"],
            name=op.f("fk_assessment_recollection_learner_id_attempt_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id", "earlier_id"],
            ["assessment_attempt.learner_id", "assessment_attempt.attempt_id"],
            name=op.f("fk_assessment_recollection_learner_id_earlier_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            *("learner_id", "attempt_id", "earlier_id", "competency_key"),
            name=op.f("pk_assessment_recollection"),
        ),
    )
    # Nullable: who shared before this day has looked back at nothing.
    op.add_column("sharing_share", sa.Column("looking_back", sa.JSON(), nullable=True))
    op.add_column(
        "sharing_pool_cohort",
        sa.Column(
            "looks_back", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )


def downgrade() -> None:
    op.drop_column("sharing_pool_cohort", "looks_back")
    op.drop_column("sharing_share", "looking_back")
    op.drop_table("assessment_recollection")
