"""Create the first tables.

Why: frameworks, courses, learners, answers, evidence and paths need a place.
Undo: everything is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "a251368a9a14"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_release",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_catalogue_release")),
    )
    op.create_table(
        "frameworks_framework",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_frameworks_framework")),
    )
    op.create_table(
        "identity_learner",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("resume_nonce", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_identity_learner")),
    )
    op.create_table(
        "identity_resume_code",
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("code_digest", name=op.f("pk_identity_resume_code")),
    )
    op.create_index(
        op.f("ix_identity_resume_code_learner_id"),
        "identity_resume_code",
        ["learner_id"],
    )

    op.create_table(
        "identity_session",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_identity_session")),
    )
    op.create_index(
        op.f("ix_identity_session_learner_id"), "identity_session", ["learner_id"]
    )

    op.create_table(
        "identity_throttle",
        sa.Column("scope_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope_digest", name=op.f("pk_identity_throttle")),
    )
    op.create_index(
        op.f("ix_identity_throttle_expires_at"), "identity_throttle", ["expires_at"]
    )

    op.create_table(
        "assessment_attempt",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("framework_key", sa.String(length=64), nullable=False),
        sa.Column("framework_version", sa.String(length=32), nullable=False),
        sa.Column("instrument_ref", sa.String(length=64), nullable=False),
        sa.Column("role_key", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_assessment_attempt_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "attempt_id", name=op.f("pk_assessment_attempt")
        ),
    )
    op.create_table(
        "frameworks_instrument",
        sa.Column("framework_key", sa.String(length=64), nullable=False),
        sa.Column("framework_version", sa.String(length=32), nullable=False),
        sa.Column("version_ref", sa.String(length=97), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_key", "framework_version"],
            ["frameworks_framework.key", "frameworks_framework.version"],
            name=op.f("fk_frameworks_instrument_framework_key_framework_version"),
        ),
        sa.PrimaryKeyConstraint(
            "framework_key",
            "framework_version",
            "version_ref",
            name=op.f("pk_frameworks_instrument"),
        ),
    )
    op.create_table(
        "journal_event",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("object_ref", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_journal_event_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "event_id", name=op.f("pk_journal_event")
        ),
    )
    op.create_table(
        "paths_choice",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("unit_key", sa.String(length=140), nullable=False),
        sa.Column("choice", sa.String(length=32), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_paths_choice_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", "unit_key", name=op.f("pk_paths_choice")),
    )
    op.create_table(
        "paths_path",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("stamp", sa.String(length=100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_paths_path_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", "language", name=op.f("pk_paths_path")),
    )
    op.create_table(
        "paths_preference",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("hours_per_week", sa.Double(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(length=20), nullable=False),
        sa.Column("max_mb", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_paths_preference_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_paths_preference")),
    )
    op.create_table(
        "proficiency_aim",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("framework_key", sa.String(length=64), nullable=False),
        sa.Column("framework_version", sa.String(length=32), nullable=False),
        sa.Column("role_key", sa.String(length=64), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_proficiency_aim_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_proficiency_aim")),
    )
    op.create_table(
        "proficiency_evidence",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("source_ref", sa.String(length=80), nullable=False),
        sa.Column("competency_key", sa.String(length=64), nullable=False),
        sa.Column("framework_key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'level') = (level IS NOT NULL)",
            name=op.f("ck_proficiency_evidence_level_goes_with_outcome"),
        ),
        sa.CheckConstraint(
            "level BETWEEN 0 AND 4",
            name=op.f("ck_proficiency_evidence_level_is_on_the_scale"),
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_proficiency_evidence_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id",
            "source_ref",
            "competency_key",
            name=op.f("pk_proficiency_evidence"),
        ),
    )
    op.create_table(
        "assessment_answer",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("item_key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id", "attempt_id"],
            ["assessment_attempt.learner_id", "assessment_attempt.attempt_id"],
            name=op.f("fk_assessment_answer_learner_id_attempt_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "attempt_id", "item_key", name=op.f("pk_assessment_answer")
        ),
    )


def downgrade() -> None:
    op.drop_table("assessment_answer")
    op.drop_table("proficiency_evidence")
    op.drop_table("proficiency_aim")
    op.drop_table("paths_preference")
    op.drop_table("paths_path")
    op.drop_table("paths_choice")
    op.drop_table("journal_event")
    op.drop_table("frameworks_instrument")
    op.drop_table("assessment_attempt")
    op.drop_index(
        op.f("ix_identity_throttle_expires_at"), table_name="identity_throttle"
    )

    op.drop_table("identity_throttle")
    op.drop_index(op.f("ix_identity_session_learner_id"), table_name="identity_session")

    op.drop_table("identity_session")
    op.drop_index(
        op.f("ix_identity_resume_code_learner_id"), table_name="identity_resume_code"
    )

    op.drop_table("identity_resume_code")
    op.drop_table("identity_learner")
    op.drop_table("frameworks_framework")
    op.drop_table("catalogue_release")
