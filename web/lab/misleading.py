"""Answers of a gateway that mislead: no session, with 200; no bridge, where there is one; authenticated, with a rival.

Each stands in the place of the gateway's own answer, which was given before: what was asked has been counted and done.
"""

import json
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request

from authsim.lab.catalogue import Step

from ..bare_answers import GATEWAY_PREFIX
from .door import lab
from .watching import watched_user

_NO_SESSION: Final = '{"error":"no session"}'
_NO_BRIDGE: Final = '{"error":"Bad Request: no bridge"}'
#: What asks for the brokerage session itself; what begins or ends it does not need it.
OVER_THE_BRIDGE: Final = frozenset({"gateway.show_status", "gateway_accounts.show_tradable"})


def register(app: Flask) -> None:
    """Let a gateway mislead where a fault strikes. To be registered behind `watching`."""
    app.after_request(_mislead)


def _mislead(response: Response) -> Response:
    if not request.path.startswith(GATEWAY_PREFIX):
        return response
    if response.status_code == HTTPStatus.UNAUTHORIZED and _strikes("no_session_ok"):
        return _answer(response, _NO_SESSION, HTTPStatus.OK)
    is_good = response.status_code == HTTPStatus.OK
    if is_good and request.endpoint in OVER_THE_BRIDGE and _strikes("no_bridge"):
        return _answer(response, _NO_BRIDGE, HTTPStatus.BAD_REQUEST)
    return _tell_otherwise(response) if is_good and _has_struck("competing_authenticated") else response


def _tell_otherwise(response: Response) -> Response:
    """Call authenticated what competes, where an answer says how the session stands."""
    said = response.get_json(silent=True)  # None where an answer has no body
    if not isinstance(said, dict):
        return response
    standing = said["iserver"]["authStatus"] if "iserver" in said else said
    if standing.get("competing"):
        standing["authenticated"] = True
        response.set_data(json.dumps(said, separators=(",", ":")))
    return response


def _has_struck(name: str) -> bool:
    """Say whether a fault is on that has struck: the rival came behind the session's port, and that was counted."""
    fault = lab().board.find(name, user=watched_user(), step=Step.SESSION)
    return fault is not None and fault.struck > 0


def _strikes(name: str) -> bool:
    return lab().board.strikes(name, user=watched_user(), step=Step.SESSION) is not None


def _answer(response: Response, text: str, status: HTTPStatus) -> Response:
    """Give an answer these words, and a status that is spelled as gateways spell it."""
    response.set_data(text)
    response.status = f"{status.value} {status.phrase}"
    return response
