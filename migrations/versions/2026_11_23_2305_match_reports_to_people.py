"""Match what institutions report to people.

Why: what a platform says of a member becomes verified progress (ADR 0013).
Undo: which statements are about whom is lost; her ledger stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "d92a6b4f8e35"
down_revision = "c81f5a3e7d24"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records_match",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ref", sa.String(length=70), nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_records_match_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "institution_id", "position", name=op.f("pk_records_match")
        ),
    )
    op.create_index(
        op.f("ix_records_match_institution_id_position"),
        "records_match",
        ["institution_id", "position"],
    )


def downgrade() -> None:
    op.drop_table("records_match")
