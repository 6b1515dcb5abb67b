"""What every page needs."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from app.identity.access.cookies import keep_form_anchor
from app.identity.access.proofs import local_path
from app.identity.access.visitors import SettingsDep, VisitorDep, secret_of
from app.identity.domain import Visitor, make_resume_code
from app.identity.service import mark_seen
from app.kernel.clock import Now
from app.kernel.database import Database
from app.kernel.text import Language
from app.settings import Settings
from app.web.languages import PageLanguage
from app.web.rendering import Addresses, redirect, render


class PageFrame:
    """What every page needs: who looks at it, in which language, and how to show it."""

    def __init__(
        self,
        request: Request,
        found: Visitor,
        language: Language,
        settings: Settings,
        now: datetime,
    ) -> None:
        self.request = request
        self.visitor = found
        self.language = language
        self.settings = settings
        self.now = now

    @property
    def resume_code(self) -> str | None:
        """The learner's resume code; who signs in needs none."""
        learner = self.visitor.learner
        if learner is None or learner.has_account:
            return None
        return make_resume_code(secret_of(self.settings), learner.resume_nonce)

    def render(
        self, template: str, *, status: int = 200, nav: str = "", **context: object
    ) -> Response:
        """Show a page."""
        response = render(
            self.request,
            self.language,
            template,
            status=status,
            nav=nav,
            learner=self.visitor.learner,
            resume_code=self.resume_code,
            form_token=self.visitor.form_token,
            **context,
        )
        keep_form_anchor(self.request, response, self.settings)
        response.background = self._notice_of_today()
        return response

    def _notice_of_today(self) -> BackgroundTask | None:
        """Remember once a day that an account's session is used, after the answer.

        Without an account nothing is remembered, and nothing written.
        """
        session = self.visitor.session
        if session is None or not self.visitor.is_signed_in:
            return None
        if session.last_seen_on == self.now.date():
            return None
        database: Database = self.request.app.state.database

        def remember() -> None:
            with database.write() as connection:
                mark_seen(connection, session_ref=session.session_ref, now=self.now)

        return BackgroundTask(remember)

    def redirect(self, route: str, **parameters: object) -> Response:
        """Send the browser on to another page, with GET."""
        return redirect(self.request, self.language, route, **parameters)

    def go_on(self, path: str, *, otherwise: str) -> Response:
        """Send the browser to a path of this site, or to a named page without one."""
        home = Addresses(self.request, self.language)(otherwise)
        return RedirectResponse(local_path(path, otherwise=home), status_code=303)


def page_frame(
    request: Request,
    found: VisitorDep,
    language: PageLanguage,
    settings: SettingsDep,
    now: Now,
) -> PageFrame:
    """Gather what a page needs."""
    return PageFrame(request, found, language, settings, now)


PageDep = Annotated[PageFrame, Depends(page_frame)]
