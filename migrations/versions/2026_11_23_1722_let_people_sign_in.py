"""Let people sign in.

Why: an account brings a person back without her code, and guards an administrator's rights.
Undo: accounts and second factors are lost; answers stay, but whoever signed in has no code.
"""

import sqlalchemy as sa
from alembic import op

revision = "c3d51f2e8a16"
down_revision = "b2c40e1d7f05"
branch_labels = None
depends_on = None

ADDED = {
    "identity_session": ("last_seen_on", "proved_at", "device", "strength"),
    "identity_learner": ("has_account",),
}


def upgrade() -> None:
    now = sa.DateTime(timezone=True)
    op.add_column(
        "identity_learner",
        sa.Column("has_account", sa.Boolean, server_default=sa.false(), nullable=False),
    )
    for column in (
        sa.Column(
            "strength", sa.String(32), server_default="anonymous", nullable=False
        ),
        sa.Column(
            "device", sa.String(60), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("proved_at", now),
        sa.Column("last_seen_on", sa.Date),
    ):
        op.add_column("identity_session", column)
    op.create_table(
        "identity_account",
        sa.Column("learner_id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("display_name", sa.String(80)),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("totp_secret", sa.String(255)),
        sa.Column("totp_last_step", sa.BigInteger),
        sa.Column("recovery_digests", sa.String(700)),
        sa.Column("created_at", now, nullable=False),
        sa.Column("changed_at", now, nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["identity_learner.learner_id"], ondelete="CASCADE"
        ),
    )
    op.create_table(
        "identity_email",
        sa.Column("address_digest", sa.String(64), primary_key=True),
        sa.Column("learner_id", sa.Uuid, nullable=False, index=True),
    )
    op.create_table(
        "identity_ticket",
        sa.Column("ticket_digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("learner_id", sa.Uuid, index=True),
        sa.Column("address", sa.String(254)),
        sa.Column("expires_at", now, nullable=False, index=True),
        sa.Column("tries", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("identity_ticket", "identity_email", "identity_account"):
        op.drop_table(table)
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column)
