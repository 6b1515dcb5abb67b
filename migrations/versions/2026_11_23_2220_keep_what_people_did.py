"""Keep what people did.

Why: the companion records enrolments, modules and completions, each with its source
(docs/decisions/0012).
Undo: what people did and the counts by course are lost; results and paths stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "a7d2c4e61f90"
down_revision = "a7b95d6c2e50"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress_entry",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=70), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("module_key", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("said_by", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects", sa.String(length=70), nullable=True),
        sa.Column("marks", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_progress_entry_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", "ref", name=op.f("pk_progress_entry")),
    )
    op.create_table(
        "progress_total",
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "course_key", "what", "source", name=op.f("pk_progress_total")
        ),
    )


def downgrade() -> None:
    op.drop_table("progress_total")
    op.drop_table("progress_entry")
