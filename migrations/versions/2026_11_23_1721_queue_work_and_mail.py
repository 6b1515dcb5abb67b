"""Queue work and mail.

Why: what must happen later (mail, releases, imports) survives a restart.
Undo: what waits to be sent or done is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "b2c40e1d7f05"
down_revision = "a251368a9a14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kernel_job",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_kernel_job")),
        sa.UniqueConstraint("key", name=op.f("uq_kernel_job_one_waiting_job_per_key")),
    )
    op.create_index(
        op.f("ix_kernel_job_failed_at_is_bulk_run_at"),
        "kernel_job",
        ["failed_at", "is_bulk", "run_at"],
    )


def downgrade() -> None:
    op.drop_table("kernel_job")
