"""Markup under other names: a page that is ready, and the form that it sends.

Ids and classes of the contract with login programs, ids of fields and the names under which they are sent can be called
otherwise: labels still belong to their fields, and a person notices nothing. Which other words, when and why is said by
whoever asks for it; scripts and styles know elements by none of these names.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from flask import request
from werkzeug.datastructures import ImmutableMultiDict

from .bare_answers import API_PREFIX, GATEWAY_PREFIX
from .forms import FORM_TYPE

_TAG: Final = re.compile(r"<([a-z][a-z0-9]*)(\s[^<>]*)>", re.ASCII)
_ATTRIBUTE: Final = re.compile(r'(?<=\s)([a-z-]+)="([^"]*)"', re.ASCII)
_MAIN: Final = re.compile(r"<main\b[^<>]*>", re.ASCII)
_FIELDS: Final = frozenset({"input", "select", "textarea", "button"})
#: What programs send there is no form of a page, whatever they call it, and its reader wants it unread.
_NO_PAGES: Final = (API_PREFIX, GATEWAY_PREFIX)
_REFERENCES: Final = frozenset({"for", "aria-labelledby", "aria-describedby", "aria-controls"})
#: What programs know beside all that begins with `xyz`, on the page of today and on the one before it.
_PREFIX: Final = "xyz"
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "id": frozenset({"twofactbase", "chlg_SWCR"}),
    "class": frozenset({"alert", "alert-danger", "margin-top-10", "toggle-wrapper"}),
}


def rewrite(page: str, *, twins: str, rename: Callable[[str, str], str]) -> str:
    """Return a page with other ids, classes and names, and with `twins` at the beginning of its content.

    `rename(kind, word)` gives the other word for an `id`, a `class` or a `name`: the same to leave it, none for a class
    that goes.
    """
    tags = [(match[1], dict(_ATTRIBUTE.findall(match[2]))) for match in _TAG.finditer(page)]
    own_ids = {attributes["id"] for tag, attributes in tags if tag in _FIELDS and "id" in attributes}
    has_files = any(attributes.get("type") == "file" for _, attributes in tags)  # these are sent in another way

    def rename_word(kind: str, word: str) -> str:
        is_known = word.startswith(_PREFIX) or word in _KNOWN[kind] or (kind == "id" and word in own_ids)
        return rename(kind, word) if is_known else word

    def rename_value(tag: str, attributes: Mapping[str, str], name: str, value: str) -> str:
        if name == "name":
            is_sent = tag in _FIELDS and attributes.get("type") != "hidden" and not has_files
            return rename("name", value) if is_sent else value
        if name == "placeholder":
            return ""  # people read the label; it is there for programs, as a name is
        if name == "class" or name == "id" or name in _REFERENCES:
            kind = "class" if name == "class" else "id"
            return " ".join(filter(None, (rename_word(kind, word) for word in value.split())))
        return value

    def rename_tag(match: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(match[2]))
        renamed = _ATTRIBUTE.sub(
            lambda part: f'{part[1]}="{rename_value(match[1], attributes, *part.groups())}"', match[2]
        )
        return f"<{match[1]}{renamed}>"

    renamed = _TAG.sub(rename_tag, page)
    content = _MAIN.search(renamed)
    return renamed if content is None else renamed[: content.end()] + twins + renamed[content.end() :]


def draw_word(key: bytes, kind: str, word: str) -> str:
    """Return another word, the same for the same key, kind and word; it means nothing."""
    digest = hmac.digest(key, f"{kind}/{word}".encode(), hashlib.sha256)
    return f"q{b32encode(digest[:5]).decode().lower()}"


def read_as(find_names: Callable[[str], Sequence[str]]) -> None:
    """Call the fields of the form that this request sends by other names; one may stand for several.

    Whatever is no plain form of a page is left alone. To be called before anything looks at the form.
    """
    if request.method != "POST" or request.mimetype != FORM_TYPE or request.path.startswith(_NO_PAGES):
        return
    fields = [(name, value) for sent, value in request.form.items(multi=True) for name in find_names(sent)]
    request.form = ImmutableMultiDict(fields)
