"""A path as the document that is sent and stored: its values put into words."""

from collections.abc import Iterable

import orjson
from babel import Locale

from app.frameworks.domain import Framework
from app.kernel.text import Language
from app.paths.domain.plan import ExplainedStep, Offer, OpenGap, Path, levels_of
from app.paths.domain.values import Close
from app.paths.schemas.shapes import (
    AlternativeOut,
    CloseOut,
    MoreOut,
    PathOut,
    PreferencesOut,
    StepOut,
    UncoveredOut,
    UnitOut,
    WiderOut,
)
from app.web.rendering import write_number
from app.web.sentences import say, say_many


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
            steps=[self._step(step) for step in path.steps],
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
            preferences=PreferencesOut(
                hours_per_week=path.preferences.hours_per_week,
                weeks=path.preferences.weeks,
                languages=list(path.preferences.languages),
                max_mb=path.preferences.max_mb,
            ),
        )

    def _step(self, step: ExplainedStep) -> StepOut:
        offer, course = step.offer, step.offer.course
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
            alternative=self._alternative(step),
            change=self._change(step),
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

    def _alternative(self, step: ExplainedStep) -> AlternativeOut:
        titles = [offer.title for offer in step.instead.offers]
        code = "instead-nothing"
        if titles:
            code = "instead-less" if step.instead.lost else "instead-same"
            if not step.instead.lost and step.instead.hours > 0:
                code = "instead-longer"
        return AlternativeOut(
            titles=titles,
            sentence=say_many(
                code,
                step.instead.lost or 1,
                self._language,
                titles=self._list(self._quote(title) for title in titles),
                hours=self._hours(abs(step.instead.hours)),
            ),
        )

    def _change(self, step: ExplainedStep) -> str:
        if step.only_language is not None:
            name = self._language_name(step.only_language)
            return say("change-language", self._language, name=name)
        code = "change-stays" if step.stays_with_half else "change-hours"
        return say(code, self._language)

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
                titles=self._list(self._quote(o.title) for o in path.more.offers),
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
                titles=self._list(self._quote(o.title) for o in path.wider.offers),
            ),
        )

    def _language_name(self, code: str) -> str:
        return str(self._locale.languages.get(code, code))

    def _quote(self, title: str) -> str:
        return _QUOTES[self._language].format(title)

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
