"""Remind people each week, and let their calendars follow the plan.

Why: she chooses when to be reminded, and her telephone's calendar reads her weeks
from an address of its own (issue 4).
Undo: choices and addresses are lost; subscribed calendars find nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "e5a9d27c4b18"
down_revision = "8b5f0c3de417"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress_reminder",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_for", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_progress_reminder_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_progress_reminder")),
    )
    op.create_index(
        op.f("ix_progress_reminder_next_at"), "progress_reminder", ["next_at"]
    )
    op.create_table(
        "progress_calendar",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_nonce", sa.String(length=32), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_progress_calendar_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_progress_calendar")),
    )
    op.create_table(
        "progress_feed",
        sa.Column("feed_digest", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("feed_digest", name=op.f("pk_progress_feed")),
    )
    op.create_index(
        op.f("ix_progress_feed_learner_id"), "progress_feed", ["learner_id"]
    )


def downgrade() -> None:
    op.drop_table("progress_feed")
    op.drop_table("progress_calendar")
    op.drop_table("progress_reminder")
