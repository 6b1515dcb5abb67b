"""How a statement is shown, and when two statements are the same."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.records.domain import Json
from app.records.domain.formats import read_instant
from app.records.domain.mentions import identify, substatement

_SET_BY_US = frozenset({"id", "authority", "stored", "timestamp", "version"})
Definitions = Mapping[str, Json]
"""By activity id, what it is called now."""
Choose = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Picks one language of a language map."""


def is_same(sent: Json, kept: Json) -> bool:
    """Whether a statement that was sent again is the one that is kept.

    Source:
        Experience API 1.0.3, part two, 2.3.1 (statement comparison): what the record
        store may set is left aside, and so are order and kind of what has neither.
    """
    if "timestamp" in sent and not _same_instant(sent["timestamp"], kept["timestamp"]):
        return False
    return bool(_essence(sent) == _essence(kept))


def _same_instant(one: str, other: str) -> bool:
    return read_instant(one) == read_instant(other)


def _essence(statement: Json) -> Any:  # noqa: ANN401 -- what is compared, of any kind
    found = {k: v for k, v in statement.items() if k not in _SET_BY_US}
    found["verb"] = statement["verb"]["id"]
    found["attachments"] = [
        {k: v for k, v in each.items() if k not in {"display", "description"}}
        for each in statement.get("attachments", ())
    ]
    found["actor"] = _essence_of_actor(statement["actor"])
    found["object"] = _essence_of_object(statement["object"])
    if "context" in statement:
        found["context"] = _essence_of_context(statement["context"])
    return found


def _essence_of_actor(actor: Json) -> Any:  # noqa: ANN401 -- what is compared
    own = identify(actor)
    if own is not None:
        return own
    return sorted(str(identify(each)) for each in actor["member"])


def _essence_of_object(found: Json) -> Any:  # noqa: ANN401 -- what is compared
    kind = found.get("objectType", "Activity")
    if kind == "Activity":
        return (kind, found["id"])
    if kind in {"Agent", "Group"}:
        return (kind, _essence_of_actor(found))
    if kind == "SubStatement":
        return (kind, _essence(found), found.get("timestamp"))
    return (kind, found["id"].lower())


def _essence_of_context(context: Json) -> Json:
    found = dict(context)
    if "registration" in found:
        found["registration"] = found["registration"].lower()
    for name in ("instructor", "team"):
        if name in found:
            found[name] = _essence_of_actor(found[name])
    found["contextActivities"] = {
        place: sorted(each["id"] for each in _listed(given))
        for place, given in context.get("contextActivities", {}).items()
    }
    return found


def _listed(given: Any) -> list[Json]:  # noqa: ANN401 -- one activity or several
    return given if type(given) is list else [given]


def list_context_activities(statement: Json) -> None:
    """Write each place of ``contextActivities`` as an array, as it is answered."""
    for each in (statement, substatement(statement)):
        places = (each or {}).get("context", {}).get("contextActivities", {})
        for place, given in places.items():
            places[place] = _listed(given)


def reduce_to_ids(statement: Json) -> Json:
    """Return a statement with no more of anybody and anything than identifies it."""
    found = _each_part(statement, actor=_only_identifier, activity=_only_id)
    found["verb"] = {"id": statement["verb"]["id"]}
    inner = substatement(statement)
    if inner is not None:
        found["object"] = {"objectType": "SubStatement", **reduce_to_ids(inner)}
    return found


def _only_identifier(actor: Json) -> Json:
    kept: Json = {
        name: actor[name]
        for name in ("objectType", "mbox", "mbox_sha1sum", "openid", "account")
        if name in actor
    }
    if identify(actor) is None:
        kept["member"] = [_only_identifier(each) for each in actor["member"]]
    return kept


def _only_id(activity: Json) -> Json:
    kept = {"objectType": "Activity"} if "objectType" in activity else {}
    return {**kept, "id": activity["id"]}


def make_canonical(statement: Json, definitions: Definitions, choose: Choose) -> Json:
    """Return a statement with what its activities and verb are called now.

    Args:
        statement: As it was stored.
        definitions: Of its activities.
        choose: Picks one language of each text.
    """

    def define(activity: Json) -> Json:
        known = definitions.get(activity["id"], activity.get("definition"))
        found = {k: v for k, v in activity.items() if k != "definition"}
        return {**found, "definition": _choose_in(known, choose)} if known else found

    found = _each_part(statement, actor=lambda actor: actor, activity=define)
    if "display" in statement["verb"]:
        found["verb"] = {
            **statement["verb"],
            "display": dict(choose(statement["verb"]["display"])),
        }
    inner = substatement(statement)
    if inner is not None:
        canonical = make_canonical(inner, definitions, choose)
        found["object"] = {**canonical, "objectType": "SubStatement"}
    return found


_COMPONENTS = ("choices", "scale", "source", "target", "steps")


def _choose_in(definition: Json, choose: Choose) -> Json:
    found = dict(definition)
    for name in ("name", "description"):
        if name in found:
            found[name] = dict(choose(found[name]))
    for name in _COMPONENTS:
        if name in found:
            found[name] = [
                {**each, "description": dict(choose(each["description"]))}
                if "description" in each
                else each
                for each in found[name]
            ]
    return found


def _each_part(
    statement: Json,
    *,
    actor: Callable[[Json], Json],
    activity: Callable[[Json], Json],
) -> Json:
    """Return a copy of a statement with every actor and activity changed."""
    found = {**statement, "actor": actor(statement["actor"])}
    kind = statement["object"].get("objectType", "Activity")
    if kind == "Activity":
        found["object"] = activity(statement["object"])
    elif kind in {"Agent", "Group"}:
        found["object"] = actor(statement["object"])
    if "authority" in statement:
        found["authority"] = actor(statement["authority"])
    if "context" in statement:
        found["context"] = _context_parts(statement["context"], actor, activity)
    return found


def _context_parts(
    context: Json, actor: Callable[[Json], Json], activity: Callable[[Json], Json]
) -> Json:
    found = dict(context)
    for name in ("instructor", "team"):
        if name in found:
            found[name] = actor(found[name])
    for places, name in (("contextAgents", "agent"), ("contextGroups", "group")):
        if places in found:
            found[places] = [
                {**each, name: actor(each[name])} for each in found[places]
            ]
    if "contextActivities" in found:
        found["contextActivities"] = {
            place: [activity(each) for each in _listed(given)]
            for place, given in found["contextActivities"].items()
        }
    return found


def choose_language(wanted: Iterable[str]) -> Choose:
    """Return what picks the best language of a map for an ``Accept-Language``.

    Args:
        wanted: Language ranges, the most wanted first; ``*`` takes any.

    Source:
        RFC 4647, 3.4 (lookup), for each map by itself.
    """
    ranges = [each.lower() for each in wanted]

    def choose(texts: Mapping[str, str]) -> Mapping[str, str]:
        if not texts:
            return texts
        for each in ranges:
            for code in texts:
                lower = code.lower()
                if lower == each or lower.startswith(f"{each}-"):
                    return {code: texts[code]}
            base = each.partition("-")[0]
            for code in texts:
                if code.lower().partition("-")[0] == base:
                    return {code: texts[code]}
        first = "und" if "und" in texts else next(iter(texts))
        return {first: texts[first]}

    return choose


def merge_definition(known: Json, sent: Json) -> Json:
    """Return what an activity is called after somebody has said it anew.

    Languages that were known and are not repeated stay.
    """
    merged = {**known, **sent}
    for name in ("name", "description"):
        if name in known and name in sent:
            merged[name] = {**known[name], **sent[name]}
    return merged
