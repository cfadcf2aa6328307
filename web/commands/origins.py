"""The origin that an operator names: how browsers and phones reach a portal, if not at the address it listens at."""

from urllib.parse import urlsplit

from authsim.protocol.activation_uri import require_origin


def require_own_origin(text: str) -> str:
    """Return the origin in its one spelling, without a default port.

    Raises `MessageError` unless it is `scheme://host[:port]` and names loopback, a private address or a private name.
    """
    from ..hosts import require_host

    origin = require_origin(text)
    parts = urlsplit(origin)
    default = {"http": 80, "https": 443}[parts.scheme]
    require_host(f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "")
    return origin.removesuffix(f":{default}") if parts.port == default else origin
