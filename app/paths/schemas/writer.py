"""A path as the document that is sent and stored: its values put into words."""

from collections.abc import Iterable

import orjson
from babel import Locale

from app.frameworks.domain import Framework
from app.kernel.text import Language
from app.paths.domain.plan import (
    Change,
    ExplainedStep,
    Instead,
    Offer,
    OpenGap,
    Path,
    Preferences,
    Setting,
    levels_of,
)
from app.paths.domain.values import Close
from app.paths.schemas.shapes import (
    AlternativeOut,
    ChangeOut,
    CloseOut,
    MoreOut,
    PathOut,
    PreferencesOut,
    StepOut,
    UncoveredOut,
    UnitOut,
    WiderOut,
)
from app.web.phrases import SINGLE_SENTENCES, say, say_many
from app.web.rendering import write_number


def write_path(path: Path, language: Language) -> bytes:
    """Write a path as JSON, its sentences in one language."""
    document = _Writer(path.framework, language).path(path)
    return orjson.dumps(document.model_dump(mode="json"))


_QUOTES = {
    Language.AR: "«\u2068{}\u2069»",  # isolated: titles are in Latin letters
    Language.EN: "“{}”",
    Language.ES: "«{}»",
    Language.FR: "«\u00a0{}\u00a0»",
    Language.PT: "«{}»",
}


class _Writer:
    """Puts the values of a path into words."""

    def __init__(self, framework: Framework, language: Language) -> None:
        self._language = language
        self._names = {
            c.key: c.title.in_language(language) for c in framework.competencies
        }
        self._locale = Locale.parse(str(language))

    def path(self, path: Path) -> PathOut:
        left = {gap.competency for gap in path.uncovered}
        return PathOut(
            steps=[self._step(step, path) for step in path.steps],
            hours=path.plan.hours,
            megabytes=path.plan.megabytes,
            weeks=path.weeks,
            closed_gap=path.plan.closed,
            total_gap=path.total,
            closed_levels=levels_of(path.plan),
            total_levels=sum(gap.target - gap.level for gap in path.gaps),
            closed_competencies=len(path.gaps) - len(left),
            gap_competencies=len(path.gaps),
            uncovered=[self._uncovered(gap) for gap in path.uncovered],
            more=self._more(path),
            wider=self._wider(path),
            done=[_unit(offer) for offer in path.done],
            aside=[_unit(offer) for offer in path.aside],
            preferences=_preferences(path.preferences),
        )

    def _step(self, step: ExplainedStep, path: Path) -> StepOut:
        offer, course = step.offer, step.offer.course
        changes = [self._change(change, step, path) for change in step.changes]
        modules = [offer.module] if offer.module else list(course.modules)
        return StepOut(
            key=offer.unit.key,
            course=course.key,
            module=offer.module.key if offer.module else None,
            title=course.title,
            title_lang=course.title_language,
            provider=course.provider,
            url=offer.run.url or course.registration_url or course.url,
            lang=offer.run.language,
            lang_name=self._language_name(offer.run.language),
            hours=offer.unit.hours,
            megabytes=offer.megabytes,
            week=step.first_week,
            week_end=step.last_week,
            cost=course.cost,
            certificate=course.certificate,
            needs_selection=course.needs_selection,
            is_flagship=course.is_flagship,
            modules=[module.title.in_language(self._language) for module in modules],
            closes=[_close(close) for close in step.step.closes],
            reason=self._reason(step),
            reason_code=step.reason,
            alternative=self._alternative(step.instead, path),
            change=changes[0].sentence if changes else self._stays(step),
            changed_by=changes,
        )

    def _reason(self, step: ExplainedStep) -> str:
        closes = step.step.closes
        names = self._list(self._names[close.competency] for close in closes)
        return say_many(
            f"reason-{step.reason}",
            len(closes),
            self._language,
            names=names,
            step=step.depends_on or 0,
            hours=self._hours(step.offer.unit.hours),
        )

    def _alternative(self, instead: Instead, path: Path) -> AlternativeOut:
        code = _instead_code(instead, path)
        titles = [offer.title for offer in instead.offers]
        facts: dict[str, str | int] = {
            "titles": self._titles(instead.offers),
            "hours": self._hours(abs(instead.hours)),
            "count": levels_of(path.plan),
        }
        if code in SINGLE_SENTENCES:
            sentence = say(code, self._language)
            if titles:
                sentence += " " + say("change-new", self._language, **facts)
        else:
            sentence = say_many(code, max(1, instead.levels), self._language, **facts)
        return AlternativeOut(
            titles=titles, levels_lost=instead.levels, sentence=sentence
        )

    def _change(self, change: Change, step: ExplainedStep, path: Path) -> ChangeOut:
        sentence = self._leaves(change, step, path.preferences)
        if change.offers:
            titles = self._titles(change.offers)
            sentence += " " + say("change-new", self._language, titles=titles)
        return ChangeOut(
            setting=change.setting,
            preferences=_preferences(change.preferences),
            titles=[offer.title for offer in change.offers],
            sentence=sentence,
        )

    def _leaves(self, change: Change, step: ExplainedStep, now: Preferences) -> str:
        then = change.preferences
        match change.setting:
            case Setting.WEEKS:
                return say_many(
                    "change-weeks", then.weeks, self._language, now=now.weeks
                )
            case Setting.HOURS:
                facts = {
                    "then": self._hours(then.hours_per_week),
                    "now": self._hours(now.hours_per_week),
                }
                return say("change-hours_per_week", self._language, **facts)
            case Setting.DATA:
                code = "change-max_mb"
                if step.offer.megabytes is None:
                    code = "change-limit"
                size = write_number(then.max_mb or 0, self._language)
                return say(code, self._language, megabytes=size)
            case Setting.LANGUAGES:
                (other,) = set(then.languages) ^ set(now.languages)
                code = "change-language"
                if other in then.languages:
                    code = "change-wider"
                name = self._language_name(other)
                return say(code, self._language, name=name)

    def _stays(self, step: ExplainedStep) -> str:
        if step.stays_until is None:
            return ""
        hours = self._hours(step.stays_until.budget.hours)
        return say("change-stays", self._language, hours=hours)

    def _uncovered(self, gap: OpenGap) -> UncoveredOut:
        course = gap.course
        codes = course.languages() if course else ()
        return UncoveredOut(
            competency=gap.competency,
            from_level=gap.from_level,
            to_level=gap.to_level,
            reason=gap.reason,
            sentence=say(
                f"open-{gap.reason}",
                self._language,
                course=self._quote(course.title) if course else "",
                languages=self._list(self._language_name(code) for code in codes),
            ),
        )

    def _more(self, path: Path) -> MoreOut | None:
        if path.more is None:
            return None
        return MoreOut(
            hours_per_week=path.more.hours_per_week,
            sentence=say_many(
                "more",
                path.more.levels,
                self._language,
                hours=self._hours(path.more.hours_per_week),
                titles=self._titles(path.more.offers),
            ),
        )

    def _wider(self, path: Path) -> WiderOut | None:
        if path.wider is None:
            return None
        return WiderOut(
            language=path.wider.language,
            sentence=say_many(
                "wider",
                path.wider.levels,
                self._language,
                language_name=self._language_name(path.wider.language),
                titles=self._titles(path.wider.offers),
            ),
        )

    def _language_name(self, code: str) -> str:
        return str(self._locale.languages.get(code, code))

    def _quote(self, title: str) -> str:
        return _QUOTES[self._language].format(title)

    def _titles(self, offers: Iterable[Offer]) -> str:
        return self._list(self._quote(offer.title) for offer in offers)

    def _list(self, parts: Iterable[str]) -> str:
        comma = "، " if self._language is Language.AR else ", "
        return comma.join(parts)

    def _hours(self, hours: float) -> str:
        return write_number(hours, self._language)


def _close(close: Close) -> CloseOut:
    return CloseOut(
        competency=close.competency,
        from_level=close.from_level,
        to_level=close.to_level,
    )


def _unit(offer: Offer) -> UnitOut:
    return UnitOut(
        key=offer.unit.key,
        title=offer.title,
        title_lang=offer.course.title_language,
    )


def _preferences(preferences: Preferences) -> PreferencesOut:
    return PreferencesOut(
        hours_per_week=preferences.hours_per_week,
        weeks=preferences.weeks,
        languages=list(preferences.languages),
        max_mb=preferences.max_mb,
    )


def _instead_code(instead: Instead, path: Path) -> str:
    """Name the sentence for the path without a step; the first that is true."""
    has_offers = bool(instead.offers)
    codes = {
        "instead-all": instead.lost == path.plan.closed,
        "instead-lighter": instead.lost > 0 and instead.levels <= 0,
        "instead-less": instead.lost > 0 and has_offers,
        "instead-nothing": instead.lost > 0,
        "instead-spare": not has_offers,
        "instead-longer": instead.hours > 0,
    }
    return next((code for code, holds in codes.items() if holds), "instead-same")
