"""Let members who came by a code be reminded at the address of their account.

Why: only those invited by mail could ask for a reminder.
Undo: reminders not yet written are forgotten.
"""

import sqlalchemy as sa
from alembic import op

revision = "8d41f0b6a2c7"
down_revision = "5e20c7a94b1f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable: most members ask for no reminder.
    op.add_column("cohorts_member", sa.Column("reminded_of", sa.Uuid(), nullable=True))
    op.add_column(
        "cohorts_member",
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "cohorts_member",
        sa.Column("reminders", sa.SmallInteger(), nullable=False, server_default="0"),
    )
    op.create_index(
        op.f("ix_cohorts_member_remind_at"), "cohorts_member", ["remind_at"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_cohorts_member_remind_at"), table_name="cohorts_member")
    for name in ("reminders", "remind_at", "reminded_of"):
        op.drop_column("cohorts_member", name)
