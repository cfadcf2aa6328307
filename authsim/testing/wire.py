"""How the kit speaks to a portal: one pool of connections for the lab API and for every browser of a test.

Nothing is decided here. The HTTP library is loaded by the first request, so that importing the kit costs nothing.
"""

import ipaddress
from typing import TYPE_CHECKING, Any, Final, final
from urllib.parse import SplitResult, urlsplit

from authsim.protocol.networks import is_loopback
from authsim.testing.errors import LabError

if TYPE_CHECKING:
    import httpx2

LABEL_HEADER: Final = "AuthSim-Lab-Label"
_SECONDS: Final = 45  # longer than the portal lets anybody wait for a text


def require_address(address: str) -> str:
    """Return an address without its path. Raises `LabError` unless it is HTTP on this machine, plain or over TLS."""
    parts = _split(address.strip())
    if parts is None or not _is_here(parts.hostname or "") or parts.username is not None:
        raise LabError(0, "a lab is reached at an address of this machine, such as http://127.0.0.1:8765")
    return f"{parts.scheme}://{parts.netloc}"


def _split(address: str) -> SplitResult | None:
    """Return the parts of an HTTP address, None for anything else."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - it is looked at only here, and may be no number
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") else None


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return is_loopback(ipaddress.ip_address(host))
    except ValueError:
        return False


@final
class Wire:
    """Connections to one portal, kept open between requests. Safe for several threads."""

    def __init__(self, address: str) -> None:
        self.address = require_address(address)
        self._transport: httpx2.HTTPTransport | None = None

    def open_client(self, **options: Any) -> "httpx2.Client":
        """Return a client with cookies of its own on these connections. Closing it leaves the connections open."""
        import httpx2

        if self._transport is None:
            self._transport = httpx2.HTTPTransport(
                verify=False,  # loopback, at most with a certificate of its own: no list of authorities has it
                limits=httpx2.Limits(max_connections=200, max_keepalive_connections=20, keepalive_expiry=20),
                retries=1,
            )
        return httpx2.Client(
            base_url=self.address,
            transport=_lend(self._transport),
            timeout=_SECONDS,
            trust_env=False,
            **options,
        )

    def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


def _lend(transport: "httpx2.HTTPTransport") -> "httpx2.BaseTransport":
    """Return the same connections for somebody who must not close them."""
    import httpx2

    class Lent(httpx2.BaseTransport):
        """Passes requests on; its own end is nobody else's."""

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            return transport.handle_request(request)

    return Lent()
