"""Every answered request of the pages and of the device API as one line of the journal: the story's two outer ends.

A line holds the template of the address, never the address; what was typed stands in none. The lab's own requests and
what is no part of any ceremony are not told.
"""

from typing import Any, Final, cast

from flask import Flask, Response, g, request

from authsim.lab.catalogue import Step
from authsim.lab.telling import BROWSER, LABEL, PHONE

from .. import scope
from .door import LABEL_HEADER, is_for_lab, lab
from .steps import find_step
from .whose import find_name

_UNKNOWN: Final = "(no such page)"
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_OTHER: Final = "OTHER"
_DEVICE: Final = "/api/device/"


def register(app: Flask) -> None:
    """Watch all that `app` answers."""
    app.before_request(_look)
    app.after_request(_tell)


def watched_step() -> Step | None:
    """Return the step at which this request stands, or None for one that the lab leaves alone."""
    return None if is_for_lab() else find_step(request.endpoint)


def watched_user() -> str | None:
    """Return the name of the user whom this request was about when it came in."""
    return cast("str | None", g.get("lab_user"))


def _look() -> None:
    """Find out whom it is about before it is answered: a login that ends takes its token along."""
    if watched_step() is not None:
        g.lab_user = find_name()


def _tell(response: Response) -> Response:
    step = watched_step()
    if step is not None:
        facts: dict[str, Any] = {"status": response.status_code, "step": step.value}
        label = request.headers.get(LABEL_HEADER, "")
        lab().teller.tell(
            PHONE if request.path.startswith(_DEVICE) else BROWSER,
            f"{request.method if request.method in _METHODS else _OTHER} {_template()}",
            user=watched_user(),
            why=scope.refusal(),
            label=label if LABEL.fullmatch(label) else None,
            **facts,
        )
    return response


def _template() -> str:
    """Return the address with names in place of what stands there, such as `/desk/users/{user_id}`."""
    if request.url_rule is None:
        return _UNKNOWN
    return request.url_rule.rule.replace("<", "{").replace(">", "}")
