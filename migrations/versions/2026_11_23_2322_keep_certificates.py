"""Keep certificates, and what was found in them.

Why: a finished course counts as evidence only if a document was checked.
Undo: certificates and their checks are lost; what the ledger says of them stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "7c1e5d90b2a6"
down_revision = "b3c81f6a5d20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress_certificate",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("name_given", sa.String(length=120), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("cohort_ref", sa.String(length=60), nullable=True),
        sa.Column("consent", sa.String(length=1000), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_progress_certificate_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "certificate_id", name=op.f("pk_progress_certificate")
        ),
    )
    _index("progress_certificate", "address")
    for table, keys, others in (
        ("progress_claim", ("claim_digest",), ("learner_id", "certificate_id")),
        ("progress_look", ("band_digest", "learner_id", "certificate_id"), ("look",)),
        (
            "progress_review",
            ("cohort_ref", "learner_id", "certificate_id"),
            ("asked_at",),
        ),
    ):
        columns = [
            sa.Column(name, _TYPES[name], nullable=False) for name in keys + others
        ]
        key = sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}"))
        op.create_table(table, *columns, key)
        _index(table, "learner_id")


_TYPES = {
    "claim_digest": sa.String(length=64),
    "band_digest": sa.String(length=64),
    "cohort_ref": sa.String(length=60),
    "learner_id": sa.Uuid(),
    "certificate_id": sa.Uuid(),
    "look": sa.String(length=64),
    "asked_at": sa.DateTime(timezone=True),
}


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("progress_review", "progress_look", "progress_claim"):
        op.drop_table(table)
    op.drop_table("progress_certificate")
