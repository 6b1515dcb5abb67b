"""Keep how the addresses of courses answer.

Why: a learner should not pay for data to find an empty page.
Undo: the results of the last check are lost; the next one brings them back.
"""

import sqlalchemy as sa
from alembic import op

revision = "8b5f0c3de417"
down_revision = "4d7e2a91c0b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_link",
        sa.Column("link_key", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("leads_to", sa.String(length=2000), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("link_key", name=op.f("pk_catalogue_link")),
    )


def downgrade() -> None:
    op.drop_table("catalogue_link")
