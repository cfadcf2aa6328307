"""Accounts to show to a program that asks for some at once: the user's own.

A number follows from the user's id alone, so it is always the same. It is as short as programs expect: of many
users, two may have the same.
"""

from typing import Any, Final

from flask import Blueprint, Response

from authsim.model import Mode, User
from authsim.verifier.gateway_session import require_gateway

from .. import scope
from .answers import answer, refuse, serve

api: Final = Blueprint("gateway_accounts", __name__)

_NO_BRIDGE: Final = "Bad Request: no bridge"
_FIRST_USER: Final = 100_000_000
_USERS: Final = 900_000_000
_FIRST_ACCOUNT: Final = 1_000_000
_ACCOUNTS: Final = 9_000_000


@serve(api, "iserver/accounts")
def show_tradable() -> Response:
    """Return the accounts of the brokerage session; without one there are none to trade with."""
    standing = require_gateway(scope.verifier())
    if not standing.is_authenticated:
        return refuse(_NO_BRIDGE, 400)
    account = name_account(standing.user)
    return answer(
        {
            "accounts": [account],
            "aliases": {account: standing.user.account},
            "selectedAccount": account,
            "isPaper": standing.user.mode is Mode.PAPER,
        }
    )


@serve(api, "portfolio/accounts")
def show_held() -> Response:
    """Return the accounts that may be looked at, which the login alone allows."""
    standing = require_gateway(scope.verifier())
    return answer([_describe(standing.user)])


def number_user(user: User) -> int:
    """Return the number by which programs know a user, of nine digits; always the same for the same user."""
    return _FIRST_USER + int(user.user_id, 16) % _USERS


def name_account(user: User) -> str:
    """Return a user's account number, such as U1234567, or DU1234567 for paper trading; always the same."""
    prefix = "DU" if user.mode is Mode.PAPER else "U"
    return f"{prefix}{_FIRST_ACCOUNT + int(user.user_id, 16) % _ACCOUNTS}"


def _describe(user: User) -> dict[str, Any]:
    account = name_account(user)
    return {
        "id": account,
        "accountId": account,
        "accountVan": account,
        "accountTitle": user.account,
        "displayName": user.account,
        "accountAlias": None,
        "accountStatus": user.created_ms,
        "currency": "USD",
        "type": "DEMO",
        "faclient": False,
        "clearingStatus": "O",
        "covestor": False,
        "desc": account,
    }
