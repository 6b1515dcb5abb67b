"""Tables of the frameworks; reference data, the same for every learner."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class FrameworkRow(Base):
    """One published version; never changed."""

    __tablename__ = "frameworks_framework"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the content; a file that differs is refused."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """The file's data as JSON."""
    published_at: Mapped[datetime]


class InstrumentRow(Base):
    """One published questionnaire of one framework version; never changed."""

    __tablename__ = "frameworks_instrument"
    __table_args__ = (
        ForeignKeyConstraint(
            ["framework_key", "framework_version"],
            ["frameworks_framework.key", "frameworks_framework.version"],
        ),
    )

    framework_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    framework_version: Mapped[str] = mapped_column(String(32), primary_key=True)
    version_ref: Mapped[str] = mapped_column(String(97), primary_key=True)
    """``key@version``."""
    content_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime]
