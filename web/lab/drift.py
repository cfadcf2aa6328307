"""Markup that drifts: a page keeps its look and its words, and programs that know its elements by name find others.

What is renamed is told in `web/markup.py`: the same way on every page of one lab, with hidden twins where the names of
old were. What a form sends is called by its old names again before anybody reads it, also after the fault is over.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Response, render_template

from ..markup import draw_word, read_as, rewrite
from .door import lab
from .watching import watched_step, watched_user

_DOCUMENT: Final = "drift"
_SALT_BYTES: Final = 16


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
        drifted = draw_word(salt.encode(), kind, word)
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
    kept = _read()
    if kept is not None:
        names: dict[str, str] = kept["names"]
        read_as(lambda sent: (names.get(sent, sent),))
