"""Keep what institutions report.

Why: their platforms tell what people did, as statements (ADR 0012, 0013).
Undo: keys, statements and documents of institutions are lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "c81f5a3e7d24"
down_revision = "b5d2e91c7a40"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_keys()
    _create_statements()
    _create_documents()


def _institution(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["institution_id"],
        ["cohorts_institution.institution_id"],
        name=op.f(f"fk_{table}_institution_id"),
    )


def _create_keys() -> None:
    op.create_table(
        "cohorts_key",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("verbs", sa.JSON(), nullable=False),
        sa.Column("activities", sa.JSON(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        _institution("cohorts_key"),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_cohorts_key")),
    )
    op.create_index(
        op.f("ix_cohorts_key_institution_id"), "cohorts_key", ["institution_id"]
    )


def _create_statements() -> None:
    op.create_table(
        "records_statement",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _institution("records_statement"),
        sa.PrimaryKeyConstraint(
            "institution_id", "position", name=op.f("pk_records_statement")
        ),
        sa.UniqueConstraint(
            "institution_id",
            "statement_id",
            name=op.f("uq_records_statement_one_statement_per_id"),
        ),
    )
    op.create_table(
        "records_mention",
        sa.Column("mention_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "mention_key", "position", name=op.f("pk_records_mention")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "records_reference",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "institution_id", "target_id", "position", name=op.f("pk_records_reference")
        ),
    )
    op.create_table(
        "records_attachment",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha2", sa.String(length=128), nullable=False),
        sa.Column("content_type", sa.String(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id", "position"],
            ["records_statement.institution_id", "records_statement.position"],
            name=op.f("fk_records_attachment_institution_id_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "institution_id", "position", "sha2", name=op.f("pk_records_attachment")
        ),
    )


def _create_documents() -> None:
    op.create_table(
        "records_document",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("registration", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=1000), nullable=False),
        sa.Column("agent_key", sa.BigInteger(), nullable=True),
        sa.Column("content_type", sa.String(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _institution("records_document"),
        sa.PrimaryKeyConstraint(
            "institution_id",
            "scope",
            "registration",
            "document_id",
            name=op.f("pk_records_document"),
        ),
    )
    op.create_index(
        op.f("ix_records_document_agent_key"), "records_document", ["agent_key"]
    )
    op.create_table(
        "records_activity",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("activity_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=True),
        sa.Column("module_key", sa.String(length=64), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        _institution("records_activity"),
        sa.PrimaryKeyConstraint(
            "institution_id", "activity_key", name=op.f("pk_records_activity")
        ),
    )


def downgrade() -> None:
    for table in (
        *("records_activity", "records_document", "records_attachment"),
        *("records_reference", "records_mention", "records_statement", "cohorts_key"),
    ):
        op.drop_table(table)
