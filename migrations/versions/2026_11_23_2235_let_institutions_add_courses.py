"""Let institutions add courses.

Why: a school of administration offers its own courses beside those that ship.
Undo: the courses of institutions and their revisions are lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "b5d2e91c7a40"
down_revision = "a7d2c4e61f90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_course",
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=600), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_revision", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("stamp", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("course_key", name=op.f("pk_catalogue_course")),
        sa.UniqueConstraint(
            "edition", name=op.f("uq_catalogue_course_one_course_per_edition")
        ),
    )
    op.create_index(
        op.f("ix_catalogue_course_institution_id"),
        "catalogue_course",
        ["institution_id"],
    )
    op.create_table(
        "catalogue_revision",
        sa.Column("course_key", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_key"],
            ["catalogue_course.course_key"],
            name=op.f("fk_catalogue_revision_course_key"),
        ),
        sa.PrimaryKeyConstraint(
            "course_key", "revision", name=op.f("pk_catalogue_revision")
        ),
    )


def downgrade() -> None:
    op.drop_table("catalogue_revision")
    op.drop_table("catalogue_course")
