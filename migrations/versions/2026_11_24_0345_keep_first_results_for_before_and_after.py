"""Let cohorts keep half of the first results for before and after.

Why: a first result that was shown among the levels counted a second time in what
changed, and whoever did not come again was the difference (docs/decisions/0015).
Undo: results kept aside are not told from others any more; nothing is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "5e20c7a94b1f"
down_revision = "e5a9d27c4b18"
branch_labels = None
depends_on = None

_ADDED = (
    ("sharing_plan", "sets_aside"),
    ("sharing_pool", "is_aside"),
    ("sharing_pool_cohort", "came_again"),
)


def upgrade() -> None:
    for table, name in _ADDED:
        op.add_column(
            table,
            sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()),
        )
    # Nullable: most results are compared with none.
    op.add_column(
        "sharing_contribution",
        sa.Column("compared_ref", sa.String(length=80), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("sharing_contribution", "compared_ref")
    for table, name in reversed(_ADDED):
        op.drop_column(table, name)
