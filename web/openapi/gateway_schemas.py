"""The messages of a gateway, as JSON Schema (2020-12) says them. Their members are those that login programs read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_YES: Final[Schema] = {"type": "boolean"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_ACCOUNT: Final[Schema] = {"type": "string", "pattern": "^D?U[1-9][0-9]{6}$"}


def _object(members: Mapping[str, Schema]) -> Schema:
    """Return an object of exactly its members."""
    return {
        "type": "object",
        "properties": dict(members),
        "required": list(members),
        "additionalProperties": False,
    }


def _exactly(value: object) -> Schema:
    return {"const": value}


_STANDING: Final = {
    "authenticated": _YES,
    "competing": _YES,
    "connected": _YES,
    "message": _TEXT,
    "MAC": {"type": "string", "pattern": "^([0-9A-F]{2}:){5}[0-9A-F]{2}$"},
    "serverInfo": _object({"serverName": _TEXT, "serverVersion": _TEXT}),
}

#: Every message of a gateway, by its name.
GATEWAY_SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        "GatewayError": _object({"error": _TEXT}),
        "GatewayTickle": _object(
            {
                "session": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "ssoExpires": _COUNT,
                "collission": _exactly(False),
                "userId": _COUNT,
                "hmds": _object({"error": _TEXT}),
                "iserver": _object({"authStatus": _object(_STANDING)}),
            }
        ),
        "GatewayStatus": _object({**_STANDING, "fail": _TEXT, "hardware_info": _TEXT}),
        "GatewayWish": {"type": "object", "properties": {"compete": _YES}},
        "GatewayBegun": _object({**_STANDING, "passed": _exactly(True)}),
        "GatewayTriggered": _object({"message": _exactly("triggered")}),
        "GatewayLogin": _object(
            {
                "USER_ID": _COUNT,
                "USER_NAME": _TEXT,
                "RESULT": _exactly(True),
                "AUTH_TIME": _COUNT,
                "SF_ENABLED": _YES,
                "IS_FREE_TRIAL": _exactly(False),
                "CREDENTIAL": _TEXT,
                "IP": _TEXT,
                "EXPIRES": _COUNT,
                "QUALIFIED_FOR_MOBILE_AUTH": {"type": "null"},
                "LANDING_APP": _TEXT,
                "IS_MASTER": _exactly(False),
                "lastAccessed": _COUNT,
                "LOGIN_TYPE": {"enum": [1, 2]},
                "PAPER_USER_NAME": _TEXT,
                "features": _object({"env": _TEXT, "realtime": _YES}),
                "region": {"type": "string", "pattern": "^[A-Z]{2}$"},
            }
        ),
        "GatewayLeft": _object({"status": _exactly(True)}),
        "GatewayAccounts": _object(
            {
                "accounts": {"type": "array", "items": _ACCOUNT},
                "aliases": {"type": "object", "additionalProperties": _TEXT},
                "selectedAccount": _ACCOUNT,
                "isPaper": _YES,
            }
        ),
        "GatewayPortfolio": {
            "type": "array",
            "items": _object(
                {
                    "id": _ACCOUNT,
                    "accountId": _ACCOUNT,
                    "accountVan": _ACCOUNT,
                    "accountTitle": _TEXT,
                    "displayName": _TEXT,
                    "accountAlias": {"type": "null"},
                    "accountStatus": _COUNT,
                    "currency": _TEXT,
                    "type": _TEXT,
                    "faclient": _exactly(False),
                    "clearingStatus": _TEXT,
                    "covestor": _exactly(False),
                    "desc": _ACCOUNT,
                }
            ),
        },
    }
)
