"""The builder of the session of a gateway-compatible front, as `nouns` builds the rest."""

from typing import Any

from authsim.model import GatewaySession, SessionId
from authsim.states import Brokerage
from tests.support.nouns import NOW_MS, new_hex


def gateway(**fields: Any) -> GatewaySession:
    """Return a session of the front, with its brokerage session up."""
    return GatewaySession(
        **{
            "handle": new_hex(),
            "session_id": SessionId(new_hex()),
            "brokerage": Brokerage.UP,
            "began_ms": NOW_MS,
            "called_ms": NOW_MS,
            **fields,
        }
    )
