"""Filling in `$name` and `$name.member`: what earlier steps kept, and what the portal made for each user."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from authsim.scenarios.seen import ActError

_REFERENCE: Final = re.compile(r"\$([a-z][a-z0-9_-]*)(?:\.([a-z][a-z0-9_]*))?", re.ASCII)

#: Finds a value by name and member ("" for the thing itself). Raises `ActError` for what is not there.
Find = Callable[[str, str], Any]


def fill(value: Any, find: Find) -> Any:
    """Return a value with every reference in it filled in; a text that is one reference keeps the value's kind."""
    if isinstance(value, str):
        return _fill_text(value, find)
    if isinstance(value, Mapping):
        return {name: fill(one, find) for name, one in value.items()}
    if isinstance(value, list):
        return [fill(one, find) for one in value]
    return value


def references_of(value: Any) -> set[tuple[str, str]]:
    """Return the references in a value."""
    if isinstance(value, str):
        return {(found[1], found[2] or "") for found in _REFERENCE.finditer(value)}
    if isinstance(value, Mapping):
        return {reference for one in value.values() for reference in references_of(one)}
    if isinstance(value, list):
        return {reference for one in value for reference in references_of(one)}
    return set()


def _fill_text(text: str, find: Find) -> Any:
    whole = _REFERENCE.fullmatch(text)
    if whole is not None:
        return find(whole[1], whole[2] or "")
    return _REFERENCE.sub(lambda found: _as_text(find(found[1], found[2] or "")), text)


def _as_text(value: Any) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise ActError("what stands in a text must be a text or a number")
