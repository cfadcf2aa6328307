"""The gateway-compatible front of a portal that is served: who may have one, and what its operator is told.

Whoever reaches its session answers needs no token, so nobody but this machine may.
"""

import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authsim.terminal.outcome import USAGE, CommandError
from authsim.terminal.speech import tell

if TYPE_CHECKING:
    from ..settings import GatewaySettings
    from ..wiring import Portal
    from .serve_options import Chosen

GATEWAY_PORT: Final = 5000
_HOSTS: Final = frozenset({"127.0.0.1", "localhost"})


def choose_front(chosen: "Chosen", *, origin: str | None) -> "GatewaySettings | None":
    """Return how the gateway looks, None where none is asked for.

    Refuses one that others could reach, or that login programs would not find, and what belongs to a gateway where
    there is none.
    """
    from ..settings import GatewaySettings

    if not chosen.gateway:
        if chosen.page is not None or chosen.page_seed is not None:
            raise CommandError(USAGE, "--page and --page-seed belong to a gateway. Add --gateway, or leave them out")
        return None
    _require_alone(chosen, origin)
    usual = GatewaySettings()
    page = chosen.page or usual.page
    if chosen.page_seed is not None and page != "drift":
        raise CommandError(USAGE, "only markup that drifts has a seed. Add --page drift, or leave --page-seed out")
    return GatewaySettings(page=page, seed=usual.seed if chosen.page_seed is None else chosen.page_seed)


def _require_alone(chosen: "Chosen", origin: str | None) -> None:
    from ..hosts import is_trusted

    if chosen.bind_private or chosen.proxies:
        raise CommandError(
            USAGE,
            "the session answers of a gateway need no token: it stays on loopback, behind no proxy."
            " Leave --bind-private and --proxies out",
        )
    if chosen.host not in _HOSTS:
        raise CommandError(USAGE, "a gateway listens at 127.0.0.1 alone, where login programs look. Leave --host out")
    if origin is not None and not is_trusted(urlsplit(origin).netloc, hosts=()):
        raise CommandError(
            USAGE, "a gateway is reached from this machine alone. Name an --origin on localhost, or leave it out"
        )


def require_readable_login(portal: "Portal") -> None:
    """Refuse a portal whose page shows the same to everybody: login programs wait for what it never says."""
    if portal.verifier.policy.uniform_login:
        raise CommandError(
            USAGE,
            "login programs read the login of the classic profile, and this portal has the one of the hardened."
            " Make another for them: 'authsim init --profile classic --data DIR'",
        )


def tell_programs(address: str) -> None:
    """Say where login programs find the gateway that has just begun to answer."""
    tell(f"login programs find it at {at_localhost(address)} too, and the session below {address}/v1/api", err=True)
    if sys.stderr.isatty():
        tell("give them users of this portal and no others: no real credentials belong here", err=True)


def at_localhost(address: str) -> str:
    """Return an address with the name that many programs have built in."""
    parts = urlsplit(address)
    return f"{parts.scheme}://localhost:{parts.port}"
