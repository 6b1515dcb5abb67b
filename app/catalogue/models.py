"""Tables of the catalogue; reference data, the same for every learner."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class ReleaseRow(Base):
    """The courses of one file as they are now."""

    __tablename__ = "catalogue_release"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256; what was computed from another one is out of date."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """The file's data as JSON."""
    loaded_at: Mapped[datetime]
