"""Whether a statement is one: every rule of both versions, by hand."""

from collections.abc import Mapping

from app.records.domain import VOIDED, Json, Version
from app.records.domain import formats as f
from app.records.domain.checks import (
    Check,
    check_duration,
    check_each,
    check_extensions,
    check_flag,
    check_instant,
    check_iri,
    check_language,
    check_language_map,
    check_media_type,
    check_optional,
    check_sha2,
    check_text,
    check_uuid,
    formatted,
    is_number,
    refuse,
    take_object,
)

_STATEMENT = frozenset(
    {
        *("id", "actor", "verb", "object", "result", "context", "timestamp"),
        *("stored", "authority", "version", "attachments"),
    }
)
_SUBSTATEMENT = frozenset(
    {
        *("objectType", "actor", "verb", "object", "result", "context"),
        *("timestamp", "attachments"),
    }
)
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
_AGENT = frozenset({"objectType", "name", *IDENTIFIERS})
_GROUP = _AGENT | {"member"}
_INTERACTIONS = frozenset(
    {
        *("true-false", "choice", "fill-in", "long-fill-in", "matching"),
        *("performance", "sequencing", "likert", "numeric", "other"),
    }
)
_COMPONENTS = ("choices", "scale", "source", "target", "steps")
_PLACES = frozenset({"parent", "grouping", "category", "other"})
OAUTH_MEMBERS = 2


def check_statement(statement: object, version: Version) -> Json:
    """Return a statement that keeps every rule.

    Args:
        statement: What was sent, parsed.
        version: Whose rules.

    Raises:
        StatementRefusedError: With the first rule it breaks, and where.
    """
    found = take_object(statement, "statement", _STATEMENT)
    check_optional(found, "id", "", check_uuid, version)
    _check_core(found, "", version)
    check_optional(found, "stored", "", check_instant, version)
    check_optional(found, "version", "", _version, version)
    check_optional(found, "authority", "", _authority, version)
    if found["verb"]["id"] == VOIDED and (
        found["object"].get("objectType") != "StatementRef"
    ):
        refuse("object", "voiding needs a StatementRef")
    return found


def _check_core(found: Json, at: str, version: Version) -> None:
    for name in ("actor", "verb", "object"):
        if name not in found:
            refuse(f"{at}{name}", "missing")
    check_actor(found["actor"], f"{at}actor", version)
    _verb(found["verb"], f"{at}verb", version)
    _object_of(found["object"], f"{at}object", version, is_nested=bool(at))
    check_optional(found, "result", at, _result, version)
    check_optional(found, "timestamp", at, check_instant, version)
    check_optional(found, "attachments", at, _attachments, version)
    if "context" in found:
        about = found["object"].get("objectType", "Activity")
        _context(found["context"], f"{at}context", version)
        if about != "Activity":
            for name in ("revision", "platform"):
                if name in found["context"]:
                    refuse(
                        f"{at}context.{name}", "only where the object is an Activity"
                    )


def _version(value: object, at: str, version: Version) -> None:
    known = ("1.0",) if version is Version.ONE else ("1.0", "2.0")
    if type(value) is not str or not (
        value in known or value.startswith(tuple(f"{each}." for each in known))
    ):
        refuse(at, "must be a version spoken here")


def _account(value: object, at: str, version: Version) -> None:
    found = take_object(value, at, frozenset({"homePage", "name"}))
    for name, check in (("homePage", check_iri), ("name", check_text)):
        if name not in found:
            refuse(f"{at}.{name}", "missing")
        check(found[name], f"{at}.{name}", version)


_IDENTIFIER_CHECKS: Mapping[str, Check] = {
    "mbox": formatted(f.is_mailbox, "must be a mailto IRI"),
    "mbox_sha1sum": formatted(f.is_sha1, "must be a SHA-1 sum in hexadecimal"),
    "openid": check_iri,
    "account": _account,
}


def check_actor(value: object, at: str, version: Version) -> None:
    """Refuse what is neither an Agent nor a Group."""
    if type(value) is dict and value.get("objectType") == "Group":
        _group(value, at, version)
    else:
        _agent(value, at, version)


def _identify(found: Json, at: str, version: Version) -> int:
    """Check the ways in which somebody is identified; return how many there are."""
    if "name" in found:
        check_text(found["name"], f"{at}.name", version)
    given = [name for name in IDENTIFIERS if name in found]
    for name in given:
        _IDENTIFIER_CHECKS[name](found[name], f"{at}.{name}", version)
    return len(given)


def _agent(value: object, at: str, version: Version) -> None:
    found = take_object(value, at, _AGENT)
    if found.get("objectType", "Agent") != "Agent":
        refuse(f"{at}.objectType", "must be Agent or Group")
    if _identify(found, at, version) != 1:
        refuse(at, "must have exactly one identifier")


def _group(value: object, at: str, version: Version) -> None:
    found = take_object(value, at, _GROUP)
    if found.get("objectType") != "Group":
        refuse(f"{at}.objectType", "must be Group")
    identifiers = _identify(found, at, version)
    if identifiers > 1:
        refuse(at, "must have at most one identifier")
    members = found.get("member", [] if identifiers else None)
    if type(members) is not list or not (members or identifiers):
        refuse(f"{at}.member", "must be an array of Agents")
    for member in members:
        _agent(member, f"{at}.member", version)


def _authority(value: object, at: str, version: Version) -> None:
    check_actor(value, at, version)
    if type(value) is dict and value.get("objectType") == "Group":
        is_anonymous = not any(name in value for name in IDENTIFIERS)
        if not is_anonymous or len(value.get("member", ())) != OAUTH_MEMBERS:
            refuse(at, "must be an Agent, or a Group of two")


def _verb(value: object, at: str, version: Version) -> None:
    found = take_object(value, at, frozenset({"id", "display"}))
    if "id" not in found:
        refuse(f"{at}.id", "missing")
    check_iri(found["id"], f"{at}.id", version)
    check_optional(found, "display", f"{at}.", check_language_map, version)


def _object_of(value: object, at: str, version: Version, *, is_nested: bool) -> None:
    if type(value) is not dict:
        refuse(at, "must be an object")
    kind = value.get("objectType", "Activity")
    if kind == "Activity":
        check_activity(value, at, version)
    elif kind == "Agent":
        _agent(value, at, version)
    elif kind == "Group":
        _group(value, at, version)
    elif kind == "StatementRef":
        _statement_ref(value, at, version)
    elif kind == "SubStatement" and not is_nested:
        _check_core(take_object(value, at, _SUBSTATEMENT), f"{at}.", version)
    else:
        refuse(f"{at}.objectType", "must be one the specification names")


def _statement_ref(value: object, at: str, version: Version) -> None:
    found = take_object(value, at, frozenset({"objectType", "id"}))
    if found.get("objectType") != "StatementRef" or "id" not in found:
        refuse(at, "must be a StatementRef with an id")
    check_uuid(found["id"], f"{at}.id", version)


def check_activity(value: object, at: str, version: Version) -> None:
    """Refuse what is no Activity."""
    found = take_object(value, at, frozenset({"objectType", "id", "definition"}))
    if found.get("objectType", "Activity") != "Activity":
        refuse(f"{at}.objectType", "must be Activity")
    if "id" not in found:
        refuse(f"{at}.id", "missing")
    check_iri(found["id"], f"{at}.id", version)
    check_optional(found, "definition", f"{at}.", _definition, version)


def _definition(value: object, at: str, version: Version) -> None:
    check_each(value, at, _DEFINITION, version)
    if (
        type(value) is dict
        and "interactionType" not in value
        and not value.keys().isdisjoint(("correctResponsesPattern", *_COMPONENTS))
    ):
        refuse(f"{at}.interactionType", "missing")


def _interaction(value: object, at: str, _version: Version) -> None:
    if type(value) is not str or value not in _INTERACTIONS:
        refuse(at, "must be an interaction type")


def _patterns(value: object, at: str, _version: Version) -> None:
    if type(value) is not list or not all(type(each) is str for each in value):
        refuse(at, "must be an array of strings")


def _components(value: object, at: str, version: Version) -> None:
    if type(value) is not list:
        refuse(at, "must be an array")
    for each in value:
        found = take_object(each, at, frozenset({"id", "description"}))
        check_text(found.get("id"), f"{at}.id", version)
        check_optional(found, "description", f"{at}.", check_language_map, version)
    if len({each["id"] for each in value}) != len(value):
        refuse(at, "must have ids of their own")


_DEFINITION: Mapping[str, Check] = {
    "name": check_language_map,
    "description": check_language_map,
    "type": check_iri,
    "moreInfo": check_iri,
    "extensions": check_extensions,
    "interactionType": _interaction,
    "correctResponsesPattern": _patterns,
    **dict.fromkeys(_COMPONENTS, _components),
}


def _score(value: object, at: str, _version: Version) -> None:
    found = take_object(value, at, frozenset({"scaled", "raw", "min", "max"}))
    for name, number in found.items():
        if not is_number(number):
            refuse(f"{at}.{name}", "must be a number")
    if not -1 <= found.get("scaled", 0) <= 1:
        refuse(f"{at}.scaled", "must be from -1 to 1")
    least, most, raw = found.get("min"), found.get("max"), found.get("raw")
    if least is not None and most is not None and least >= most:
        refuse(f"{at}.min", "must be less than max")
    if raw is not None and (
        (least is not None and raw < least) or (most is not None and raw > most)
    ):
        refuse(f"{at}.raw", "must be from min to max")


_RESULT: Mapping[str, Check] = {
    "score": _score,
    "success": check_flag,
    "completion": check_flag,
    "response": check_text,
    "duration": check_duration,
    "extensions": check_extensions,
}


def _result(value: object, at: str, version: Version) -> None:
    check_each(value, at, _RESULT, version)


def _context_activities(value: object, at: str, version: Version) -> None:
    found = take_object(value, at, _PLACES)
    for name, given in found.items():
        for each in given if type(given) is list else [given]:
            check_activity(each, f"{at}.{name}", version)


def _context_people(kind: str, name: str, check: Check) -> Check:
    """Return the check of ``contextAgents`` or ``contextGroups`` (2.0)."""
    allowed = frozenset({"objectType", name, "relevantTypes"})

    def check_all(value: object, at: str, version: Version) -> None:
        if type(value) is not list:
            refuse(at, "must be an array")
        for each in value:
            found = take_object(each, at, allowed)
            if found.get("objectType") != kind or name not in found:
                refuse(at, f"must be a {kind} with its {name}")
            check(found[name], f"{at}.{name}", version)
            types = found.get("relevantTypes", ["x:y"])
            if type(types) is not list or not types:
                refuse(f"{at}.relevantTypes", "must be an array of IRIs")
            for each_type in types:
                check_iri(each_type, f"{at}.relevantTypes", version)

    return check_all


_CONTEXT: Mapping[str, Check] = {
    "registration": check_uuid,
    "instructor": check_actor,
    "team": _group,
    "contextActivities": _context_activities,
    "revision": check_text,
    "platform": check_text,
    "language": check_language,
    "statement": _statement_ref,
    "extensions": check_extensions,
}
_CONTEXT_TWO: Mapping[str, Check] = {
    **_CONTEXT,
    "contextAgents": _context_people("contextAgent", "agent", _agent),
    "contextGroups": _context_people("contextGroup", "group", _group),
}


def _context(value: object, at: str, version: Version) -> None:
    check_each(value, at, _CONTEXT if version is Version.ONE else _CONTEXT_TWO, version)


_ATTACHMENT: Mapping[str, Check] = {
    "usageType": check_iri,
    "display": check_language_map,
    "description": check_language_map,
    "contentType": check_media_type,
    "length": lambda value, at, _version: _length(value, at),
    "sha2": check_sha2,
    "fileUrl": check_iri,
}
_NEEDED = ("usageType", "display", "contentType", "length", "sha2")


def _length(value: object, at: str) -> None:
    if type(value) is not int or value < 0:
        refuse(at, "must be a number of bytes")


def _attachments(value: object, at: str, version: Version) -> None:
    if type(value) is not list:
        refuse(at, "must be an array")
    for each in value:
        found = check_each(each, at, _ATTACHMENT, version)
        for name in _NEEDED:
            if name not in found:
                refuse(f"{at}.{name}", "missing")
