"""Take in completions that institutions report in lists.

Why: an institution without a platform that speaks xAPI has spreadsheets.
Undo: the lists and what they said are lost; what they put into ledgers stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "4d7e2a91c0b8"
down_revision = "7c1e5d90b2a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records_report",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        _institution("records_report"),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_records_report")),
    )
    _index("records_report", "institution_id")
    op.create_table(
        "records_report_file",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["records_report.report_id"],
            name=op.f("fk_records_report_file_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "report_id", "part", name=op.f("pk_records_report_file")
        ),
    )
    op.create_table(
        "records_completion",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("completion_key", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=254), nullable=True),
        sa.Column("member_digest", sa.String(length=64), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        _institution("records_completion"),
        sa.PrimaryKeyConstraint(
            "institution_id", "completion_key", name=op.f("pk_records_completion")
        ),
    )
    _index("records_completion", "institution_id", "state", "completion_key")
    _index("records_completion", "member_digest")
    op.create_table(
        "records_credit",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("completion_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_records_credit_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            *("learner_id", "institution_id", "completion_key"),
            name=op.f("pk_records_credit"),
        ),
    )
    _index("records_credit", "institution_id", "completion_key")


def _institution(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["institution_id"],
        ["cohorts_institution.institution_id"],
        name=op.f(f"fk_{table}_institution_id"),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, [*columns])


def downgrade() -> None:
    for table in ("credit", "completion", "report_file", "report"):
        op.drop_table(f"records_{table}")
