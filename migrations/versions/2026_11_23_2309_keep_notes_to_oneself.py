"""Keep notes to oneself.

Why: a learner notes what she wants to remember of a module (issue 4).
Undo: the notes are lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "b8e3d5f72a01"
down_revision = "d92a6b4f8e35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress_note",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("module_key", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_progress_note_learner_id_identity_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "course_key", "module_key", name=op.f("pk_progress_note")
        ),
    )


def downgrade() -> None:
    op.drop_table("progress_note")
