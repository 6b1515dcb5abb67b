"""The program as an operator runs it: a process of its own on a real port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import Connection, select

from app.assessment.models import AnswerRow
from app.kernel.database import Database
from app.settings import ROOT
from tests.constants import SECRET_KEY
from tests.ports import free_port

PATIENCE_S = 60


@dataclass(kw_only=True)
class Server:
    """One Masar on one database."""

    database_url: str
    mail_dir: Path
    files_dir: Path
    """Of certificates, and of those who may sign them."""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """Return the address without a final slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def signers_dir(self) -> Path:
        """Return where the certificates of trusted signers are."""
        return self.files_dir / "signers"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        own = {
            "MASAR_DATABASE_URL": self.database_url,
            "MASAR_SECRET_KEY": SECRET_KEY,
            "MASAR_PUBLIC_URL": self.base,
            "MASAR_MAIL_DIR": str(self.mail_dir),
            "MASAR_DOCUMENTS_DIR": str(self.files_dir / "documents"),
            "MASAR_SIGNERS_DIR": str(self.signers_dir),
            "MASAR_RESUME_ATTEMPTS_PER_HOUR": "1000",
            "MASAR_LOG_LEVEL": "ERROR",
        }
        self.process = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-m", "app", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=os.environ | own,  # noqa: TID251 -- a child needs the PATH
            stdout=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE_S
        with httpx.Client(trust_env=False) as client:
            while time.monotonic() < end:
                try:
                    if client.get(f"{self.base}/readyz").is_success:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise TimeoutError(self.base)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @contextmanager
    def open(self) -> Iterator[Database]:
        """Open the database beside the server."""
        database = Database(self.database_url)
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction beside the server."""
        with self.open() as database, database.write() as connection:
            yield connection

    def list_answers(self, attempt_id: str) -> dict[str, str]:
        """Return the answers the database holds, by item."""
        with self.open() as database, database.read() as connection:
            rows = connection.execute(
                select(AnswerRow.item_key, AnswerRow.value).where(
                    AnswerRow.attempt_id == UUID(attempt_id)
                )
            ).all()
        return {row.item_key: row.value for row in rows}
