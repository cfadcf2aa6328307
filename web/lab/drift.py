"""Markup that drifts: a page keeps its look and its words, and programs that know its elements by name find others.

Ids and classes of the contract with login programs, ids of fields and the names under which they are sent are called
otherwise, the same way on every page of one lab; hidden twins stand where the names of old were. A person notices
nothing: labels still belong to their fields, scripts and styles know other names, and what a form sends is called by
its old names again before anybody reads it, also after the fault is over.
"""

import hashlib
import hmac
import json
import re
from base64 import b32encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask, Response, render_template, request
from werkzeug.datastructures import ImmutableMultiDict

from ..bare_answers import API_PREFIX
from ..forms import FORM_TYPE
from .door import lab
from .watching import watched_step, watched_user

_DOCUMENT: Final = "drift"
_SALT_BYTES: Final = 16
_TAG: Final = re.compile(r"<([a-z][a-z0-9]*)(\s[^<>]*)>", re.ASCII)
_ATTRIBUTE: Final = re.compile(r'(?<=\s)([a-z-]+)="([^"]*)"', re.ASCII)
_MAIN: Final = re.compile(r"<main\b[^<>]*>", re.ASCII)
_FIELDS: Final = frozenset({"input", "select", "textarea", "button"})
_REFERENCES: Final = frozenset({"for", "aria-labelledby", "aria-describedby", "aria-controls"})
#: What programs know beside all that begins with `xyz`.
_PREFIX: Final = "xyz"
_KNOWN_IDS: Final = frozenset({"twofactbase"})


def register_reading(app: Flask) -> None:
    """Call what forms send by its old names. To be registered before whatever looks at forms."""
    app.before_request(_read_back)


def register(app: Flask) -> None:
    """Let the markup of pages drift where the fault strikes. To be registered behind `watching`."""
    app.after_request(_drift)


def _drift(response: Response) -> Response:
    step = watched_step()
    if step is None or response.mimetype != "text/html" or not lab().board.is_on("markup_drift"):
        return response
    if lab().board.strikes("markup_drift", user=watched_user(), step=step) is not None:
        twins = render_template("twins.html")
        response.set_data(rewrite(response.get_data(as_text=True), twins=twins, rename=_keep_names(_draw_salt())))
    return response


def rewrite(page: str, *, twins: str, rename: Callable[[str, str], str]) -> str:
    """Return a page with other ids, classes and names, and with `twins` at the beginning of its content.

    `rename(kind, word)` gives the other word for an `id`, a `class` or a `name`.
    """
    tags = [(match[1], dict(_ATTRIBUTE.findall(match[2]))) for match in _TAG.finditer(page)]
    own_ids = _KNOWN_IDS | {attributes["id"] for tag, attributes in tags if tag in _FIELDS and "id" in attributes}
    has_files = any(attributes.get("type") == "file" for _, attributes in tags)  # these are sent in another way

    def drift_word(kind: str, word: str) -> str:
        is_known = word.startswith(_PREFIX) or (kind == "id" and word in own_ids)
        return rename(kind, word) if is_known else word

    def drift_value(tag: str, attributes: Mapping[str, str], name: str, value: str) -> str:
        if name == "name":
            is_sent = tag in _FIELDS and attributes.get("type") != "hidden" and not has_files
            return rename("name", value) if is_sent else value
        if name == "class":
            return " ".join(drift_word("class", word) for word in value.split())
        if name == "id" or name in _REFERENCES:
            return " ".join(drift_word("id", word) for word in value.split())
        return value

    def drift_tag(match: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(match[2]))
        drifted = _ATTRIBUTE.sub(
            lambda part: f'{part[1]}="{drift_value(match[1], attributes, *part.groups())}"', match[2]
        )
        return f"<{match[1]}{drifted}>"

    drifted = _TAG.sub(drift_tag, page)
    content = _MAIN.search(drifted)
    return drifted if content is None else drifted[: content.end()] + twins + drifted[content.end() :]


def _draw_salt() -> str:
    """Return what makes the names of this lab its own; drawn once."""
    kept = _read()
    if kept is not None:
        return str(kept["salt"])
    salt = lab().entropy.token_bytes(_SALT_BYTES).hex()
    drawn = lab().shelf.change(_DOCUMENT, lambda text: text or json.dumps({"salt": salt, "names": {}}))
    return str(json.loads(drawn or "{}")["salt"])


def _keep_names(salt: str) -> Callable[[str, str], str]:
    """Return what renames; the names of fields are kept, so that what they send is known again."""

    def rename(kind: str, word: str) -> str:
        digest = hmac.digest(salt.encode(), f"{kind}/{word}".encode(), hashlib.sha256)
        drifted = f"q{b32encode(digest[:5]).decode().lower()}"
        kept = _read()
        if kind == "name" and (kept is None or drifted not in kept["names"]):
            lab().shelf.change(_DOCUMENT, lambda text: _with_name(text, salt, drifted, word))
        return drifted

    return rename


def _with_name(text: str | None, salt: str, drifted: str, word: str) -> str:
    names: dict[str, str] = {} if text is None else json.loads(text)["names"]
    return json.dumps({"salt": salt, "names": {**names, drifted: word}})


def _read() -> dict[str, Any] | None:
    text = lab().shelf.read(_DOCUMENT)
    return None if text is None else dict(json.loads(text))


def _read_back() -> None:
    if request.method != "POST" or request.mimetype != FORM_TYPE or request.path.startswith(API_PREFIX):
        return
    kept = _read()
    names: dict[str, str] = {} if kept is None else kept["names"]
    if any(name in names for name in request.form):
        fields = [(names.get(name, name), value) for name, value in request.form.items(multi=True)]
        request.form = ImmutableMultiDict(fields)
