"""Pages whose names are drawn by a seed: a program whose selectors are fixed finds nothing but hidden twins.

The same seed gives the same names, on every page and in every process, and another seed gives others. Nothing is kept:
a field's name of today follows from the one that was sent.
"""

from collections.abc import Callable
from typing import Final

from flask import Flask, Response, render_template

from ..markup import draw_word, read_as, rewrite

#: The names under which the pages of a login send what was typed: the contract with programs.
NAMES: Final = (
    *("username", "password", "paperSwitch", "factor"),
    *("gold-response", "silver-response", "bronze-response", "temp-response"),
)


def register(app: Flask, *, seed: int) -> None:
    """Draw the names of all pages of `app`, and call what their forms send by its names of today."""
    rename = make_names(seed)
    sent_as = {rename("name", name): name for name in NAMES}

    def read() -> None:
        read_as(lambda sent: (sent_as.get(sent, sent),))

    def draw(response: Response) -> Response:
        if response.mimetype == "text/html":
            twins = render_template("twins.html")
            response.set_data(rewrite(response.get_data(as_text=True), twins=twins, rename=rename))
        return response

    app.before_request(read)
    app.after_request(draw)


def make_names(seed: int) -> Callable[[str, str], str]:
    """Return what renames an `id`, a `class` or a `name`; names that no login sends stay as they are."""
    key = f"page/{seed}".encode()

    def rename(kind: str, word: str) -> str:
        return word if kind == "name" and word not in NAMES else draw_word(key, kind, word)

    return rename
