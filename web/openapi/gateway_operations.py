"""Every operation of a gateway, there only where a portal is served with `--gateway`."""

from dataclasses import replace
from typing import Final

from .operation import Access, Operation, Parameter

GATEWAY: Final = "Gateway"
_PREFIXES: Final = (("/v1/api", ""), ("/v1/portal", "Portal"))
_METHODS: Final = (("GET", ""), ("POST", "Post"))
_COMPETE: Final = Parameter(
    name="compete",
    place="query",
    says="`true`: in place of the user's other sessions; the body may say so instead.",
    schema={"type": "string"},
)


def _call(
    path: str,
    name: str,
    says: str,
    reply: str,
    *,
    message: str | None = None,
    parameters: tuple[Parameter, ...] = (),
    access: Access = Access.GATEWAY,
) -> Operation:
    return Operation(
        method="POST",
        path=f"/v1/api/{path}",
        name=name,
        says=says,
        group=GATEWAY,
        reply=reply,
        message=message,
        is_message_needed=False,
        parameters=parameters,
        access=access,
    )


#: One way to ask each. The others are the same: by GET, and below `/v1/portal`.
GATEWAY_CALLS: Final = (
    _call("tickle", "tickleGateway", "How the session stands; it is still wanted.", "GatewayTickle"),
    _call("iserver/auth/status", "showBrokerage", "How the brokerage session stands.", "GatewayStatus"),
    _call(
        "iserver/auth/ssodh/init",
        "beginBrokerage",
        "Begin the brokerage session; with `compete`, in place of the user's other sessions.",
        "GatewayBegun",
        message="GatewayWish",
        parameters=(_COMPETE,),
    ),
    _call(
        "iserver/reauthenticate",
        "takeBrokerageBack",
        "Begin it again after it fell asleep or was logged out.",
        "GatewayTriggered",
    ),
    _call("sso/validate", "showGatewayLogin", "Whose login the session rests on.", "GatewayLogin"),
    _call(
        "logout",
        "logOutOfBrokerage",
        "End the brokerage session, and keep the login.",
        "GatewayLeft",
        access=Access.PROGRAM,
    ),
    _call("iserver/accounts", "listTradableAccounts", "The demo account to trade with.", "GatewayAccounts"),
    _call("portfolio/accounts", "listHeldAccounts", "The same, to look at.", "GatewayPortfolio"),
)

GATEWAY_OPERATIONS: Final = tuple(
    replace(
        call,
        method=method,
        path=call.path.replace("/v1/api", prefix, 1),
        name=f"{call.name}{below}{by}",
        message=call.message if method == "POST" else None,
    )
    for call in GATEWAY_CALLS
    for prefix, below in _PREFIXES
    for method, by in _METHODS
)
