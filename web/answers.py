"""How an answer leaves: the redirect after a post, a refusal carried to its page, and the last resort.

A refusal is carried in Flask's signed cookie as a name and a reference, never as words and never with what was typed.
"""

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from flask import Flask, Response, current_app, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from authsim.errors import MessageError, Reason, RefusalError, StoreError
from authsim.protocol.messages import ErrorReply, format_error

from . import scope
from .bare_answers import API_PREFIX, format_plain_page
from .refusals import Explanation, explain

LOGGER: Final = logging.getLogger("authsim.web")
#: What programs read although it stands among the pages: its errors are JSON as well.
JSON_PATHS: Final = re.compile(
    r"/portal/activation/state|/sso/(?:SecondFactor|TwoStep)/(?:state|events)|/inbox/[^/]+/(?:texts|events)"
    r"|/openapi\.json",
    re.ASCII,
)
#: What only a phone that proved its key, or its user's password, hears: how many tries are left.
_COUNTED: Final = frozenset({Reason.WRONG_CODE, Reason.WRONG_NUMBER})
_KEY: Final = "refusal"
_NOTICE: Final = "notice"
_COMPOSERS: Final = "authsim-error-composers"
#: Makes the answer to an error, of which `explain` said so much.
Compose: TypeAlias = Callable[[Exception, Explanation], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A refusal that a redirect brought to its page. `name`: the user whose password was right, else None."""

    explanation: Explanation
    reference: str
    name: str | None
    paper: bool


def redirect_to(
    endpoint: str,
    *,
    status: int = 303,
    parts: Mapping[str, str] = MappingProxyType({}),
    query: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Return a redirect to one of our own pages, with a relative address and no body. `parts` stand in its path."""
    values: dict[str, Any] = dict(parts)
    address = url_for(endpoint, **values) + (f"?{urlencode(query)}" if query else "")
    return Response("", status, {"Location": address}, mimetype="text/plain")


def redirect_refused(
    error: RefusalError,
    endpoint: str,
    *,
    name: str | None = None,
    paper: bool = False,
    typed: str = "",
    parts: Mapping[str, str] = MappingProxyType({}),
    query: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Carry a refusal to the page it belongs to. `name` only of a user who proved the password.

    `typed`: the kind of second factor whose answer was declined, so that the sentence fits what was typed.
    """
    LOGGER.info("refused ref=%s reason=%s at=%s", scope.reference(), error.reason.value, request.endpoint)
    scope.note_refusal(error.reason.value)
    session[_KEY] = {
        "reason": error.reason.value,
        "wait": error.retry_after_ms,
        "ref": scope.reference(),
        "name": name,
        "paper": paper,
        "typed": typed,
    }
    return redirect_to(endpoint, parts=parts, query=query)


def take_carried() -> Carried | None:
    """Return the refusal that was carried here, once; a HEAD request leaves it for the page."""
    kept = session.get(_KEY) if request.method == "HEAD" else session.pop(_KEY, None)
    if kept is None:
        return None
    paper = bool(kept["paper"])
    error = RefusalError(Reason(kept["reason"]), retry_after_ms=kept["wait"])
    explanation = explain(error, paper=paper, typed=str(kept.get("typed", "")))
    return Carried(explanation=explanation, reference=kept["ref"], name=kept["name"], paper=paper)


def leave_notice(name: str) -> None:
    """Leave a word for the next page: one of the names that templates know."""
    session[_NOTICE] = name


def take_notice() -> str | None:
    """Return the word that was left, once."""
    kept = session.get(_NOTICE) if request.method == "HEAD" else session.pop(_NOTICE, None)
    return None if kept is None else str(kept)


def answer_json(body: str, status: int = 200) -> Response:
    """Return a JSON body that is already text."""
    return Response(body, status, mimetype="application/json")


def register(app: Flask) -> None:
    """Let every error of `app` leave through `explain`."""
    app.register_error_handler(Exception, _answer_error)
    app.register_error_handler(HTTPException, _answer_error)


def compose_below(app: Flask, prefix: str, compose: Compose) -> None:
    """Let `compose` tell the errors of all addresses that begin with `prefix`, also of those that do not exist."""
    app.extensions.setdefault(_COMPOSERS, {})[prefix] = compose


def _answer_error(error: Exception) -> Response:
    explanation = explain(error)
    scope.note_refusal(explanation.name)
    if explanation.status >= 500:
        _log_unexpected(error, explanation)
    else:
        LOGGER.info("refused ref=%s reason=%s at=%s", scope.reference(), explanation.name, request.endpoint)
    response = _find_composer()(error, explanation)
    if explanation.retry_after_ms is not None and response.status_code == explanation.status:
        response.headers["Retry-After"] = str(max(1, -(-explanation.retry_after_ms // 1000)))
    if isinstance(error, RefusalError) and error.reason in _COUNTED and error.attempts_remaining is not None:
        response.headers["AuthSim-Attempts-Remaining"] = str(error.attempts_remaining)
    if isinstance(error, HTTPException) and error.code == 405:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "GET, HEAD")
    return response


def _find_composer() -> Compose:
    composers: Mapping[str, Compose] = current_app.extensions.get(_COMPOSERS, {})
    return next((compose for prefix, compose in composers.items() if request.path.startswith(prefix)), _compose)


def _compose(error: Exception, explanation: Explanation) -> Response:
    if request.path.startswith(API_PREFIX) or JSON_PATHS.fullmatch(request.path):
        body = format_error(ErrorReply(error=explanation.code, ref=scope.reference()))
        return answer_json(body, explanation.status)
    try:
        page = render_template("refusal.html", refusal=explanation, reference=scope.reference())
    except Exception as error:  # noqa: BLE001 - the last resort: whatever is broken, the reader gets a page
        _log_unexpected(error, explanation)
        page = format_plain_page(explanation.what, scope.reference())
    return Response(page, explanation.status, mimetype="text/html")


def _log_unexpected(error: Exception, explanation: Explanation) -> None:
    """Log what broke and where, without the words of the exception: they may quote what was typed."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames[-6:]))
    kind = type(error).__name__
    level = logging.WARNING if isinstance(error, (StoreError, MessageError, ServiceUnavailable)) else logging.ERROR
    LOGGER.log(level, "failed ref=%s status=%d error=%s at=%s", scope.reference(), explanation.status, kind, places)
