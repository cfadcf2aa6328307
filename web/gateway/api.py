"""The session of the gateway, as login programs look at it, wake it, leave it and take it back."""

import json
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from authsim import __version__
from authsim.errors import MessageError, RefusalError
from authsim.model import Factors, GatewayStanding, Mode
from authsim.verifier.gateway_session import begin_brokerage, log_out, reauthenticate, require_gateway

from .. import scope
from .accounts import number_user
from .answers import answer, serve

api: Final = Blueprint("gateway", __name__)

#: An address of the range that documentation may print (RFC 9542 2.1.2): no machine has it.
_MAC: Final = "00:00:5E:00:53:01"
_SERVER: Final = "authsim"
_LIVE, _PAPER = 1, 2


@serve(api, "tickle")
def tickle() -> Response:
    """Say how the session stands, and that a program still wants it."""
    standing = require_gateway(scope.verifier())
    return answer(
        {
            "session": standing.gateway.handle,
            "ssoExpires": _left_ms(standing),
            "collission": False,  # spelled so by all who read it
            "userId": number_user(standing.user),
            "hmds": {"error": "no bridge"},
            "iserver": {"authStatus": _describe(standing)},
        }
    )


@serve(api, "iserver/auth/status")
def show_status() -> Response:
    """Say how the brokerage session stands."""
    standing = require_gateway(scope.verifier())
    hardware = f"{scope.verifier().instance.instance_id[:8]}|{_MAC}"
    return answer({**_describe(standing), "fail": "", "hardware_info": hardware})


@serve(api, "iserver/auth/ssodh/init", is_deed=True)
def begin() -> Response:
    """Begin the brokerage session; with `compete`, in place of the user's other sessions."""
    standing = begin_brokerage(scope.verifier(), compete=_is_competing())
    return answer({**_describe(standing), "passed": True})


@serve(api, "iserver/reauthenticate", is_deed=True)
def take_back() -> Response:
    """Begin the brokerage session again, without another login."""
    reauthenticate(scope.verifier())
    return answer({"message": "triggered"})


@serve(api, "sso/validate")
def show_login() -> Response:
    """Say whose login it is that the gateway rests on."""
    standing = require_gateway(scope.verifier())
    user, session = standing.user, standing.session
    return answer(
        {
            "USER_ID": number_user(user),
            "USER_NAME": user.name,
            "RESULT": True,
            "AUTH_TIME": session.opened_ms,
            "SF_ENABLED": session.factors is Factors.TWO,
            "IS_FREE_TRIAL": False,
            "CREDENTIAL": user.name,
            "IP": session.client.address,
            "EXPIRES": _left_ms(standing),
            "QUALIFIED_FOR_MOBILE_AUTH": None,
            "LANDING_APP": "UNIVERSAL",
            "IS_MASTER": False,
            "lastAccessed": session.last_seen_ms,
            "LOGIN_TYPE": _PAPER if user.mode is Mode.PAPER else _LIVE,
            "PAPER_USER_NAME": user.name if user.mode is Mode.PAPER else "",
            "features": {"env": "SIMULATION", "realtime": False},
            "region": user.region,
        }
    )


@serve(api, "logout", is_deed=True)
def leave() -> Response:
    """End the brokerage session, and keep the login.

    Where nobody is logged in there is nothing to end: a program that only leaves is told that it has left.
    """
    with suppress(RefusalError):
        log_out(scope.verifier())
    return answer({"status": True})


def _describe(standing: GatewayStanding) -> dict[str, Any]:
    return {
        "authenticated": standing.is_authenticated,
        "competing": standing.is_competing,
        "connected": standing.is_connected,
        "message": "",
        "MAC": _MAC,
        "serverInfo": {"serverName": _SERVER, "serverVersion": __version__},
    }


def _left_ms(standing: GatewayStanding) -> int:
    return max(0, standing.expires_ms - scope.verifier().clock.now_ms())


def _is_competing() -> bool:
    """Say whether the address or the body asks to compete, the body as JSON or as a form, whichever it says it is.

    Most programs send neither. Raises `MessageError` for what begins as JSON and is none, and 413 for a body longer
    than any form.
    """
    is_asked_for = request.args.get("compete", "").lower() == "true"
    text = request.get_data().decode(errors="replace").strip()
    if not text.startswith("{"):
        return is_asked_for or dict(parse_qsl(text)).get("compete", "").lower() == "true"
    try:
        wish = json.loads(text).get("compete")
    except (ValueError, RecursionError):
        raise MessageError("a wish to compete is JSON or a form") from None
    return is_asked_for or wish is True or wish == "true"
