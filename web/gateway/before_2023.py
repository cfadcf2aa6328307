"""The pages before March 2023: other names on the same routes and flows.

What programs of that time look for stands in templates of its own (`templates/vintage_2022`), which are found first;
every other page loses the names of today.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Flask, Response
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from ..markup import read_as, rewrite

_FOLDER: Final = "vintage_2022"
#: Below this the templates of this vintage find those of today.
_TODAY: Final = "current"
#: What is typed for a second factor was sent under one name; the view knows which one was asked.
_ANSWERS: Final = ("gold-response", "silver-response", "bronze-response", "temp-response", "shared-response")
#: What the fields were sent as, and what they are sent as today.
SENT: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"user_name": ("username",), "sf_select": ("factor",), "chlginput": _ANSWERS}
)
_WORDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        **{("name", today): then for then, names in SENT.items() for today in names},
        ("id", "xyz-field-username"): "user_name",
        ("id", "xyz-field-password"): "password",
        ("id", "second-factor-device"): "sf_select",
        ("class", "toggle-wrapper"): "",
        ("class", "xyz-errormessage"): "alert alert-danger margin-top-10",
    }
)
_PREFIX: Final = "xyz-"


def register(app: Flask) -> None:
    """Let the pages of `app` be those of then, and call what their forms send by its names of today."""
    app.jinja_loader = _find_first(app, Path(app.root_path, app.template_folder or "", _FOLDER))
    app.before_request(_read)
    app.after_request(_rename)


def _find_first(app: Flask, folder: Path) -> BaseLoader:
    today = app.jinja_loader or ChoiceLoader([])
    return ChoiceLoader([FileSystemLoader(folder), PrefixLoader({_TODAY: today}), today])


def _read() -> None:
    read_as(lambda sent: SENT.get(sent, (sent,)))


def _rename(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.set_data(rewrite(response.get_data(as_text=True), twins="", rename=rename))
    return response


def rename(kind: str, word: str) -> str:
    """Return what an element was called; a block or a form of today had no name of its own."""
    known = _WORDS.get((kind, word))
    if known is not None:
        return known
    if word.startswith(_PREFIX):
        return word.removeprefix(_PREFIX)
    return "" if kind == "class" and word.startswith("xyz") else word
