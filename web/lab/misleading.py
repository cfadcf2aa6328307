"""Answers of a gateway that mislead programs: no session, said with 200; and no bridge, although there is one.

Both stand in the place of the gateway's own answer, which was given before: what was asked has been counted and done.
"""

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
_OVER_THE_BRIDGE: Final = frozenset({"gateway.show_status", "gateway_accounts.show_tradable"})


def register(app: Flask) -> None:
    """Let a gateway mislead where a fault strikes. To be registered behind `watching`."""
    app.after_request(_mislead)


def _mislead(response: Response) -> Response:
    if not request.path.startswith(GATEWAY_PREFIX):
        return response
    if response.status_code == HTTPStatus.UNAUTHORIZED and _strikes("no_session_ok"):
        return _answer(response, _NO_SESSION, HTTPStatus.OK)
    is_good = response.status_code == HTTPStatus.OK
    if is_good and request.endpoint in _OVER_THE_BRIDGE and _strikes("no_bridge"):
        return _answer(response, _NO_BRIDGE, HTTPStatus.BAD_REQUEST)
    return response


def _strikes(name: str) -> bool:
    return lab().board.strikes(name, user=watched_user(), step=Step.SESSION) is not None


def _answer(response: Response, text: str, status: HTTPStatus) -> Response:
    """Give an answer these words, and a status that is spelled as gateways spell it."""
    response.set_data(text)
    response.status = f"{status.value} {status.phrase}"
    return response
