"""Name the course behind a piece of evidence.

Why: a finished course that was checked stands beside her own answer; two reports of
one course count once.
Undo: which course evidence was about is lost; its source still names the report.
"""

import sqlalchemy as sa
from alembic import op

revision = "a7b95d6c2e50"
down_revision = "f6a84c5b1d49"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable: an answer of hers is about no course.
    op.add_column(
        "proficiency_evidence",
        sa.Column("subject", sa.String(length=140), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("proficiency_evidence", "subject")
