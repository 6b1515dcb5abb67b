"""What a cohort writes by mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from app.cohorts.domain import Campaign, Cohort, make_invitation_token
from app.cohorts.queries import get_institution
from app.kernel.text import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to be written, with what its template says."""

    to: str
    template: str
    language: Language
    context: Mapping[str, str | date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """With what letters are written."""

    key: bytes
    """The installation's secret."""
    public_url: str
    """Where the site is."""

    def write(  # noqa: PLR0913 -- what a letter says
        self,
        connection: Connection,
        *,
        template: str,
        to: str,
        name: str | None,
        language: Language,
        cohort: Cohort,
        campaign: Campaign,
        number: UUID,
        link: str | None = None,
    ) -> Letter:
        """Write to somebody about a campaign.

        Args:
            connection: Any connection.
            template: Of the mail.
            to: The address.
            name: Hers, if it is known.
            language: Of the mail and of the page behind its link.
            cohort: Of the campaign.
            campaign: What it is about.
            number: By which its mail is stopped.
            link: Last part of the address to join by; ``None``: one of her own.
        """
        institution = get_institution(connection, institution_id=cohort.institution_id)
        base = f"{self.public_url.rstrip('/')}/{language}/join"
        token = make_invitation_token(self.key, number)
        return Letter(
            to=to,
            template=template,
            language=language,
            context={
                "name": name,
                "cohort": cohort.name,
                "institution": institution.name_in(language),
                "closes_on": campaign.closes_on,
                "link": f"{base}/{link or token}",
                "unsubscribe_url": f"{base}/stop/{token}",
            },
        )
