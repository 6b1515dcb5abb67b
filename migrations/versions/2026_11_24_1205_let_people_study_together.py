"""Let people study together.

Why: people of a cohort who agree see each other's week and share questions (issue 4).
Undo: agreements, questions and answers are lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "4e9a7c31b5d8"
down_revision = "8d41f0b6a2c7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "study_companion",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("shown_name", sa.String(length=120), nullable=False),
        sa.Column("trainers_from", time, nullable=True),
        sa.Column("agreed_at", time, nullable=False),
        sa.Column("seen_at", time, nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_study_companion_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "cohort_id", name=op.f("pk_study_companion")
        ),
    )
    op.create_index(
        op.f("ix_study_companion_cohort_id"), "study_companion", ["cohort_id"]
    )
    op.create_table(
        "study_thread",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("answered_at", time, nullable=True),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts_cohort.cohort_id"],
            name=op.f("fk_study_thread_cohort_id_cohorts_cohort"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cohort_id", "thread_id", name=op.f("pk_study_thread")),
    )
    op.create_index(
        op.f("ix_study_thread_cohort_id_asked_at"),
        "study_thread",
        ["cohort_id", "asked_at"],
    )
    op.create_table(
        "study_post",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("is_trainer", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("written_at", time, nullable=False),
        sa.Column("hidden_at", time, nullable=True),
        sa.Column("reported_at", time, nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_study_post_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", "post_id", name=op.f("pk_study_post")),
    )
    op.create_index(
        op.f("ix_study_post_cohort_id_thread_id"),
        "study_post",
        ["cohort_id", "thread_id"],
    )


def downgrade() -> None:
    op.drop_table("study_post")
    op.drop_table("study_thread")
    op.drop_table("study_companion")
