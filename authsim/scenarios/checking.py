"""From a document to a scenario: the published schema, what a schema cannot say, and sentences that say what to do."""

import difflib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from authsim.scenarios.names import references_of
from authsim.scenarios.reading import Document, Place, ScenarioError, read_document
from authsim.scenarios.scenario import Act, PhoneWanted, PortalWanted, Scenario, Step
from authsim.scenarios.schema import compute_schema
from authsim.scenarios.verbs import VERBS

_AROUND: Final = frozenset({"as", "expect"})
_KINDS: Final[Mapping[str, str]] = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing",
}


def read_scenario(path: Path) -> Scenario:
    """Return the scenario in a file. Raises `ScenarioError`, and `OSError` when it cannot be read."""
    return parse_scenario(read_document(path))


def parse_scenario(document: Document) -> Scenario:
    """Return the scenario that a document holds. Raises `ScenarioError` with the first thing that is wrong."""
    errors = sorted(_validator().iter_errors(document.content), key=lambda error: _order(document, error))
    if errors:
        raise _explain(document, errors[0])
    scenario = _build(document)
    _require_known(document, scenario)
    return scenario


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(compute_schema())


def _order(document: Document, error: ValidationError) -> tuple[int, int]:
    """Order by line; where a step has no verb because it is misspelt, the misspelling comes first."""
    return document.line_of(tuple(error.absolute_path)), 0 if error.validator == "additionalProperties" else 1


def _explain(document: Document, error: ValidationError) -> ScenarioError:
    place: Place = tuple(error.absolute_path)
    name = _name_of(place)
    wanted: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        surplus = next((member for member in instance if member not in known), "")
        near = difflib.get_close_matches(str(surplus), known, n=1)
        told = f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(known))}"
        return document.refuse((*place, surplus), f"{str(surplus)[:40]!r} is not known here; {told}")
    if error.validator == "required":
        missing = next(member for member in wanted if member not in instance)
        return document.refuse(place, f"{name} lacks {missing!r}. Add it")
    if error.validator == "oneOf":
        told = "a step has exactly one verb" if "steps" in place else "a scenario has either steps or acts"
        return document.refuse(place, told)
    return document.refuse(place, f"{name} {_rule_of(error, wanted)}")


def _rule_of(error: ValidationError, wanted: Any) -> str:
    kind = str(error.validator)
    if kind == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        return f"must be {' or '.join(_KINDS[one] for one in kinds)}"
    if kind == "enum":
        return f"must be one of: {', '.join(str(one) for one in wanted)}"
    if kind == "anyOf":
        return "is of another kind than it may be; see 'authsim scenario schema'"
    if kind == "pattern":
        return f"does not have the form {wanted}"
    rules = {
        "minLength": "must be at least {} characters",
        "maxLength": "must be at most {} characters",
        "minimum": "must be at least {}",
        "maximum": "must be at most {}",
        "minItems": "must have at least {} entries",
        "maxItems": "must have at most {} entries",
        "minProperties": "must have at least {} members",
        "maxProperties": "must have at most {} members",
    }
    return rules.get(kind, "is not as the schema has it").format(wanted)


def _name_of(place: Place) -> str:
    names = [part for part in place if isinstance(part, str)]
    return f"{names[-1]!r}" if names else "the file"


# ---- what a document says, as values


def _build(document: Document) -> Scenario:
    content: Mapping[str, Any] = document.content
    portal = content.get("portal", {})
    start = content.get("start")
    return Scenario(
        file=document.file,
        title=content["scenario"],
        says=content.get("says", ""),
        portal=PortalWanted(
            profile=portal.get("profile", "classic"), policy=tuple(sorted(portal.get("policy", {}).items()))
        ),
        acts=tuple(_acts(document)),
        seed=content.get("seed"),
        start_ms=None if start is None else _instant(document, start),
        users=tuple({"name": name, **members} for name, members in content.get("users", {}).items()),
        phones=tuple(_phone(name, members) for name, members in content.get("phones", {}).items()),
        faults=tuple(content.get("faults", ())),
    )


def _instant(document: Document, text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise document.refuse(("start",), "'start' is no instant. Write it like 2030-01-07T09:30:00Z") from None


def _phone(name: str, members: Mapping[str, Any]) -> PhoneWanted:
    active = members.get("active", [])
    delay = members.get("delay_seconds")
    return PhoneWanted(
        name=name,
        kind=members.get("kind", "virtual"),
        platform=members.get("platform", "ios"),
        policy=members.get("policy", "manual"),
        delay_ms=None if delay is None else round(delay * 1000),
        is_empty=members.get("without_app", False),
        number=members.get("number", ""),
        active=(active,) if isinstance(active, str) else tuple(active),
    )


def _acts(document: Document) -> Iterable[Act]:
    content: Mapping[str, Any] = document.content
    if "steps" in content:
        yield Act(
            name="steps",
            title=content["scenario"],
            line=document.line_of(("steps",)),
            steps=_steps(document, ("steps",), content["steps"]),
            story=tuple(content.get("story", ())),
        )
    for number, act in enumerate(content.get("acts", ())):
        place: Place = ("acts", number)
        yield Act(
            name=act["act"],
            title=act["title"],
            line=document.line_of(place),
            steps=_steps(document, (*place, "steps"), act["steps"]),
            story=tuple(act.get("story", ())),
        )


def _steps(document: Document, place: Place, steps: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    return tuple(_step(document, (*place, number), step) for number, step in enumerate(steps))


def _step(document: Document, place: Place, step: Mapping[str, Any]) -> Step:
    verb = next(name for name in step if name not in _AROUND)
    given = step[verb]
    if verb == "repeat":
        return Step(
            line=document.line_of(place),
            verb=verb,
            given={"times": given["times"]},
            steps=_steps(document, (*place, verb, "steps"), given["steps"]),
        )
    if not isinstance(given, Mapping):
        given = {} if given is None else {_mains()[verb]: given}
    return Step(
        line=document.line_of(place),
        verb=verb,
        given=given,
        keeps=step.get("as", ""),
        expected=step.get("expect", {}),
    )


@cache
def _mains() -> Mapping[str, str]:
    return {verb.name: verb.main for verb in VERBS}


# ---- what no schema can say


def _require_known(document: Document, scenario: Scenario) -> None:
    """Refuse acts of one name, names that stand for two things, users and phones and values that are not there."""
    users = {user["name"] for user in scenario.users}
    acts = [act.name for act in scenario.acts]
    for number, name in enumerate(acts):
        if name in acts[:number]:
            raise document.refuse(("acts", number), f"there are two acts {name}. Rename one")
    for phone in scenario.phones:
        for user in phone.active:
            if user not in users:
                raise document.refuse(("phones", phone.name), f"there is no user {user} who could be active on it")
    known = set(users)
    for act in scenario.acts:
        _require_steps(document, act.steps, users, known)


def _require_steps(document: Document, steps: Iterable[Step], users: set[str], known: set[str]) -> None:
    for step in steps:
        for name, _ in sorted(references_of([step.given, step.expected])):
            if name not in known:
                told = f"${name} stands for nothing: no step before this one has 'as: {name}', and no user is called so"
                raise ScenarioError(document.file, step.line, told)
        if step.keeps in users:
            raise ScenarioError(document.file, step.line, f"'as: {step.keeps}' is a user's name already. Take another")
        known |= {step.keeps} if step.keeps else set()
        _require_steps(document, step.steps, users, known)
