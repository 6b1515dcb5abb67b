"""The questionnaire in the browser."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from markupsafe import escape
from sqlalchemy import Connection
from starlette.responses import Response

from app.assessment import queries, service
from app.assessment.domain import (
    Attempt,
    Group,
    find_first,
    group_items,
    minutes_left,
)
from app.assessment.errors import GroupNotFoundError, UnknownRoleError
from app.frameworks.domain import Framework, Instrument
from app.frameworks.queries import (
    get_current_instrument,
    get_default_framework,
    get_framework,
    get_instrument,
)
from app.identity.access import (
    FormDep,
    LearnerDep,
    PageDep,
    PageFrame,
    keep_session,
    limit_starts,
    secret_of,
)
from app.identity.domain import Learner
from app.identity.service import choose_language, open_session, welcome
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.text import Language
from app.web.phrases import say
from app.web.rendering import Prepared, html_response, page_text, slot
from app.web.routes import HotRoute, Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/assess", route_class=Route)
hot = APIRouter(
    prefix="/{lang:lang}/assess", route_class=HotRoute, include_in_schema=False
)
PLACEHOLDER = UUID("00000000-0000-4000-8000-a77e3970a77e")
"""Stands for the attempt in a prepared page; no attempt has this number."""
ANSWER_FIELD = "a."
"""Prefix of the radio buttons: ``a.<item key>``."""


@router.get("", name="assessment:start")
def show_start(page: PageDep, connection: ReadDep, role: str = "") -> Response:
    """Say what will happen and ask for the role."""
    return _show_start(page, connection, chosen_role=role)


def _show_start(
    page: PageFrame,
    connection: Connection,
    *,
    chosen_role: str,
    error: tuple[str, str] | None = None,
) -> Response:
    framework = get_default_framework(connection)
    learner = page.visitor.learner
    attempt = None
    if learner is not None:
        attempt = queries.find_open_attempt(connection, learner_id=learner.learner_id)
    return page.render(
        "assessment/start.html",
        nav="assess",
        status=422 if error else 200,
        framework=framework,
        instrument=get_current_instrument(connection, framework),
        roles=sorted(framework.roles, key=lambda role: role.is_fallback),
        chosen_role=chosen_role,
        open_attempt=attempt,
        error=error,
    )


@router.post("", name="assessment:begin")
def begin(
    request: Request, page: PageDep, form: FormDep, connection: WriteDep, now: Now
) -> Response:
    """Make the visitor a learner, begin a questionnaire, go to its first page."""
    framework = get_default_framework(connection)
    chosen = form.get("role", [""])[0]
    try:
        service.check_role(framework, chosen or None)
    except UnknownRoleError as error:
        sentences = describe(error.code, page.language)
        return _show_start(page, connection, chosen_role=chosen, error=sentences)
    learner = page.visitor.learner
    if learner is None:
        limit_starts(request, connection, page.settings, now)
        learner = _arrive(page, connection, now)
    else:
        learner = choose_language(connection, learner=learner, language=page.language)
    attempt = service.start_attempt(
        connection,
        learner=learner,
        framework=framework,
        instrument=get_current_instrument(connection, framework),
        role_key=chosen or None,
        now=now,
    )
    response = page.redirect(
        "assessment:group", attempt_id=attempt.attempt_id, number=1
    )
    if page.visitor.learner is None:
        token = open_session(
            connection,
            learner_id=learner.learner_id,
            now=now,
            lifetime=page.settings.session_lifetime,
        )
        keep_session(response, page.settings, token)
    return response


def _arrive(page: PageFrame, connection: Connection, now: datetime) -> Learner:
    key = secret_of(page.settings)
    return welcome(connection, key=key, language=page.language, now=now)


@router.get("/{attempt_id:uuid}/review", name="assessment:review")
def show_review(
    page: PageDep, attempt_id: UUID, learner: LearnerDep, connection: ReadDep
) -> Response:
    """Show what was chosen, before it becomes final."""
    attempt = queries.get_attempt(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id
    )
    framework, instrument = _content(connection, attempt)
    answers = queries.list_answers(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id
    )
    domains = {domain.key: domain for domain in framework.domains}
    groups = [
        {
            "group": group,
            "domain": domains.get(group.domain or ""),
            "answers": [
                {
                    "item": item,
                    "competency": framework.competency(item.competency),
                    "value": (value := answers.get(item.key)),
                    "statement": item.statements.get(int(value))
                    if value is not None and value.isdigit()
                    else None,
                }
                for item in group.items
            ],
        }
        for group in group_items(framework, instrument)
    ]
    return page.render(
        "assessment/review.html",
        nav="assess",
        attempt=attempt,
        groups=groups,
        unanswered=len(instrument.items) - len(answers),
        framework=framework,
        instrument=instrument,
    )


@router.post("/{attempt_id:uuid}/submit", name="assessment:submit")
def submit(
    page: PageDep,
    attempt_id: UUID,
    learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Make the answers final; show the result, or ask about the first one before.

    A second click changes nothing.
    """
    service.submit_attempt(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id, now=now
    )
    attempts = queries.list_attempts(connection, learner_id=learner.learner_id)
    submitted = next(each for each in attempts if each.attempt_id == attempt_id)
    first = find_first(attempts, submitted)
    if first is None:
        return page.redirect("proficiency:profile")
    return page.redirect(
        "assessment:looking-back", attempt_id=attempt_id, earlier_id=first.attempt_id
    )


@hot.get("/{attempt_id:uuid}/{number:small}", name="assessment:group")
def show_group(
    page: PageDep,
    attempt_id: UUID,
    number: int,
    learner: LearnerDep,
    connection: ReadDep,
) -> Response:
    """Show one page of questions with what is answered so far."""
    attempt, answers = queries.get_attempt_with_answers(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id
    )
    if not attempt.is_open:
        return page.redirect("assessment:review", attempt_id=attempt_id)
    sheet = _prepare(page, connection, attempt, number)
    return html_response(sheet.fill(page, attempt, answers))


@router.post("/{attempt_id:uuid}/{number:small}", name="assessment:save")
def save_group(
    page: PageDep,
    attempt_id: UUID,
    number: int,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Keep the answers of one page, all or none, and go on to the next."""
    values = {
        name.removeprefix(ANSWER_FIELD): sent[-1]
        for name, sent in form.items()
        if name.startswith(ANSWER_FIELD)
    }
    service.save_answers(
        connection,
        attempt_id=attempt_id,
        learner_id=learner.learner_id,
        values=values,
        now=now,
    )
    attempt = queries.get_attempt(
        connection, attempt_id=attempt_id, learner_id=learner.learner_id
    )
    if number < len(group_items(*_content(connection, attempt))):
        return page.redirect(
            "assessment:group", attempt_id=attempt_id, number=number + 1
        )
    return page.redirect("assessment:review", attempt_id=attempt_id)


@hot.post("/{attempt_id:uuid}/answer", name="assessment:answer")
def save_answer(
    attempt_id: UUID,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Keep one answer as soon as it is chosen (for the script)."""
    service.save_answer(
        connection,
        attempt_id=attempt_id,
        learner_id=learner.learner_id,
        item_key=form.get("item", [""])[0],
        value=form.get("value", [""])[0],
        now=now,
    )
    return Response(status_code=204)


def _content(connection: Connection, attempt: Attempt) -> tuple[Framework, Instrument]:
    name = attempt.framework_key, attempt.framework_version
    framework = get_framework(connection, *name)
    return framework, get_instrument(connection, *name, attempt.instrument_ref)


class _Sheet:
    """One page of questions, written once for everyone who reads a language."""

    def __init__(
        self,
        html: str,
        language: Language,
        instrument: Instrument,
        groups: tuple[Group, ...],
        number: int,
    ) -> None:
        self._page = Prepared(html.replace(str(PLACEHOLDER), slot("attempt_id")))
        self._instrument = instrument
        self._shown = {item.key for item in groups[number - 1].items}
        self._state = {
            item.key: f"state:{group.number}"
            for group in groups
            for item in group.items
        }
        self._size = Counter(self._state.values())
        """Questions of each group."""
        self._saved = escape(say("answers-saved", language)).encode()

    def fill(
        self, page: PageFrame, attempt: Attempt, answers: Mapping[str, str]
    ) -> bytes:
        """Return the page of one learner."""
        values: dict[str, str | bytes] = {}
        answered: dict[str, int] = {}
        for key, value in answers.items():
            if key in self._shown:
                values[f"checked:{key}:{value}"] = b" checked"
            state = self._state[key]
            answered[state] = answered.get(state, 0) + 1
        for state, count in answered.items():
            values[state] = b"done" if count == self._size[state] else b"part"
        values["attempt_id"] = str(attempt.attempt_id).encode()
        values["form_token"] = page.visitor.form_token.encode()
        code = page.resume_code
        values["resume_code"] = (code or "").encode()
        values["no_code"] = b"" if code else b" hidden"
        values["minutes_left"] = b"%d" % minutes_left(self._instrument, len(answers))
        if answers:
            values["saved"] = self._saved
        return self._page.fill(values)


def _prepare(
    page: PageFrame, connection: Connection, attempt: Attempt, number: int
) -> _Sheet:
    sheets: dict[tuple[object, ...], _Sheet] = page.request.app.state.sheets
    content = attempt.framework_key, attempt.framework_version, attempt.instrument_ref
    name = (*content, page.language, number)
    if name not in sheets:
        framework, instrument = _content(connection, attempt)
        groups = group_items(framework, instrument)
        if not 1 <= number <= len(groups):
            raise GroupNotFoundError(number=number)
        sheets[name] = _write_sheet(page, framework, instrument, groups, number)
    return sheets[name]


def _write_sheet(
    page: PageFrame,
    framework: Framework,
    instrument: Instrument,
    groups: tuple[Group, ...],
    number: int,
) -> _Sheet:
    group = groups[number - 1]
    domains = {domain.key: domain for domain in framework.domains}
    html = page_text(
        page.request,
        page.language,
        "assessment/group.html",
        {
            "path": f"/{page.language}/assess/{PLACEHOLDER}/{number}",
            "nav": "assess",
            "learner": None,  # written once, for whoever comes
            "resume_code": None,
            "form_token": "",
            "framework": framework,
            "instrument": instrument,
            "competencies": {c.key: c for c in framework.competencies},
            "groups": groups,
            "group": group,
            "domain": domains.get(group.domain or ""),
            "attempt_id": PLACEHOLDER,
        },
    )
    return _Sheet(html, page.language, instrument, groups, number)
