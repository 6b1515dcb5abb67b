"""Add institutions, cohorts and campaigns.

Why: a ministry invites its people and sees who takes part.
Undo: institutions, cohorts, invitations and memberships are lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "d4e62a3f9b27"
down_revision = "c3d51f2e8a16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cohorts_institution",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("smallest_cell", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "smallest_cell >= 5",
            name=op.f("ck_cohorts_institution_five_people_at_least"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["cohorts_institution.institution_id"],
            name=op.f("fk_cohorts_institution_parent_id"),
        ),
        sa.PrimaryKeyConstraint("institution_id", name=op.f("pk_cohorts_institution")),
        sa.UniqueConstraint(
            "key", name=op.f("uq_cohorts_institution_one_institution_per_key")
        ),
    )
    op.create_index(
        op.f("ix_cohorts_institution_parent_id"),
        "cohorts_institution",
        ["parent_id"],
        unique=False,
    )
    op.create_table(
        "journal_audit",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("object_ref", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "audit_id", name=op.f("pk_journal_audit")),
    )
    op.create_index(
        op.f("ix_journal_audit_scope_id"), "journal_audit", ["scope_id"], unique=False
    )
    op.create_table(
        "cohorts_ancestor",
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"],
            ["cohorts_institution.institution_id"],
            name=op.f("fk_cohorts_ancestor_ancestor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["cohorts_institution.institution_id"],
            name=op.f("fk_cohorts_ancestor_institution_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "ancestor_id", "institution_id", name=op.f("pk_cohorts_ancestor")
        ),
    )
    op.create_index(
        op.f("ix_cohorts_ancestor_institution_id"),
        "cohorts_ancestor",
        ["institution_id"],
        unique=False,
    )
    op.create_table(
        "cohorts_cohort",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("framework_key", sa.String(length=64), nullable=False),
        sa.Column("framework_version", sa.String(length=32), nullable=False),
        sa.Column("role_keys", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("smallest_cell", sa.Integer(), nullable=False),
        sa.Column("is_fictitious", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "smallest_cell >= 5", name=op.f("ck_cohorts_cohort_five_people_at_least")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["cohorts_institution.institution_id"],
            name=op.f("fk_cohorts_cohort_institution_id"),
        ),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_cohorts_cohort")),
    )
    op.create_index(
        op.f("ix_cohorts_cohort_institution_id"),
        "cohorts_cohort",
        ["institution_id"],
        unique=False,
    )
    op.create_table(
        "cohorts_member",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("grade", sa.String(length=32), nullable=True),
        sa.Column("gender", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_cohorts_member_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "cohort_id", name=op.f("pk_cohorts_member")
        ),
    )
    op.create_index(
        op.f("ix_cohorts_member_cohort_id"),
        "cohorts_member",
        ["cohort_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cohorts_member_invitation_id"),
        "cohorts_member",
        ["invitation_id"],
        unique=False,
    )
    op.create_table(
        "cohorts_office",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_cohorts_office_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "institution_id", "role", name=op.f("pk_cohorts_office")
        ),
    )
    op.create_index(
        op.f("ix_cohorts_office_institution_id"),
        "cohorts_office",
        ["institution_id"],
        unique=False,
    )
    op.create_table(
        "cohorts_trainer",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["identity_learner.learner_id"],
            name=op.f("fk_cohorts_trainer_learner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "learner_id", "cohort_id", name=op.f("pk_cohorts_trainer")
        ),
    )
    op.create_index(
        op.f("ix_cohorts_trainer_cohort_id"),
        "cohorts_trainer",
        ["cohort_id"],
        unique=False,
    )
    op.create_table(
        "cohorts_campaign",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("instrument_ref", sa.String(length=97), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("remind_after_days", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "round IN (1, 2)", name=op.f("ck_cohorts_campaign_first_or_second_round")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts_cohort.cohort_id"],
            name=op.f("fk_cohorts_campaign_cohort_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_cohorts_campaign")),
        sa.UniqueConstraint(
            "cohort_id",
            "round",
            name=op.f("uq_cohorts_campaign_one_campaign_per_round"),
        ),
    )
    op.create_index(
        op.f("ix_cohorts_campaign_closes_on"),
        "cohorts_campaign",
        ["closes_on"],
        unique=False,
    )
    op.create_table(
        "cohorts_invitation",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("role_key", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("grade", sa.String(length=32), nullable=True),
        sa.Column("gender", sa.String(length=32), nullable=True),
        sa.Column("roster_id", sa.Uuid(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["cohorts_campaign.campaign_id"],
            name=op.f("fk_cohorts_invitation_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts_cohort.cohort_id"],
            name=op.f("fk_cohorts_invitation_cohort_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_cohorts_invitation")),
        sa.UniqueConstraint(
            "cohort_id",
            "email_digest",
            name=op.f("uq_cohorts_invitation_one_invitation_each"),
        ),
    )
    op.create_index(
        op.f("ix_cohorts_invitation_campaign_id"),
        "cohorts_invitation",
        ["campaign_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cohorts_invitation_due_at"),
        "cohorts_invitation",
        ["due_at"],
        unique=False,
    )
    op.create_table(
        "cohorts_join_code",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("is_link", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["cohorts_campaign.campaign_id"],
            name=op.f("fk_cohorts_join_code_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cohorts_join_code")),
    )
    op.create_index(
        op.f("ix_cohorts_join_code_campaign_id"),
        "cohorts_join_code",
        ["campaign_id"],
        unique=False,
    )
    op.create_table(
        "cohorts_roster",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["cohorts_campaign.campaign_id"],
            name=op.f("fk_cohorts_roster_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts_cohort.cohort_id"],
            name=op.f("fk_cohorts_roster_cohort_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("roster_id", name=op.f("pk_cohorts_roster")),
    )
    op.create_index(
        op.f("ix_cohorts_roster_cohort_id"),
        "cohorts_roster",
        ["cohort_id"],
        unique=False,
    )
    op.create_table(
        "cohorts_roster_file",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"],
            ["cohorts_roster.roster_id"],
            name=op.f("fk_cohorts_roster_file_roster_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "roster_id", "part", name=op.f("pk_cohorts_roster_file")
        ),
    )


def downgrade() -> None:
    op.drop_table("cohorts_roster_file")
    op.drop_table("cohorts_roster")
    op.drop_table("cohorts_join_code")
    op.drop_table("cohorts_invitation")
    op.drop_table("cohorts_campaign")
    op.drop_table("cohorts_trainer")
    op.drop_table("cohorts_office")
    op.drop_table("cohorts_member")
    op.drop_table("cohorts_cohort")
    op.drop_table("cohorts_ancestor")
    op.drop_table("journal_audit")
    op.drop_table("cohorts_institution")
