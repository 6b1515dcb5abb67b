"""Sign in through institutions.

Why: who has an account at her ministry needs no further password.
Undo: which institutions may vouch, and for which accounts, is lost; accounts stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "f6a84c5b1d49"
down_revision = "e5f73b4a0c38"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("provider_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("sealed_secret", sa.String(length=1000), nullable=True),
        sa.Column("domains", sa.String(length=1000), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_key", name=op.f("pk_identity_provider")),
    )
    op.create_table(
        "identity_subject",
        sa.Column("subject_digest", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("provider_key", sa.String(length=64), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_digest", name=op.f("pk_identity_subject")),
    )
    op.create_index(
        op.f("ix_identity_subject_learner_id"), "identity_subject", ["learner_id"]
    )


def downgrade() -> None:
    op.drop_table("identity_subject")
    op.drop_table("identity_provider")
