"""One HTTP request to a portal on this machine or a private network; no proxy, no redirect, no cookie, little patience.

The name is resolved once, every address is judged, and the connection goes to an address that was judged.
"""

import ipaddress
import socket
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from authsim.protocol.networks import Address, is_near
from mobile_cli.exits import Exit, PhoneError

if TYPE_CHECKING:
    import httpx2

MOST_BODY_BYTES: Final = 16 * 1024
CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 15.0


class Answer(NamedTuple):
    """What came back: the status, whether it says that it is JSON, and the body."""

    status: int
    is_json: bool
    body: bytes


def fetch(origin: str, method: str, path: str, *, body: bytes | None = None, patience: float = TOTAL_SECONDS) -> Answer:
    """Return the answer to one request; `UNREACHABLE` when none came within about `patience` seconds."""
    import httpx2

    deadline = time.monotonic() + patience
    timeout = httpx2.Timeout(patience, connect=min(CONNECT_SECONDS, patience))
    try:
        with httpx2.Client(trust_env=False, follow_redirects=False, timeout=timeout) as client:
            for address in require_near(origin):
                try:
                    with client.stream(**_request(origin, address, method, path, body)) as response:
                        content = _read(response, origin, deadline)
                        return Answer(status=response.status_code, is_json=_is_json(response), body=content)
                except (httpx2.ConnectError, httpx2.ConnectTimeout):
                    continue  # nothing was sent yet: `localhost` may be ::1 first, where nobody listens
    except (httpx2.HTTPError, OSError):
        pass
    raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin)


def require_near(origin: str) -> list[Address]:
    """Return the addresses of a portal. Each must be near (`protocol.networks`): AuthSim is nowhere else."""
    try:
        found = socket.getaddrinfo(urlsplit(origin).hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin) from None
    addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    if not all(map(is_near, addresses)):
        raise PhoneError(Exit.REFUSED, "public_address", origin=origin)
    return addresses


def _request(origin: str, address: Address, method: str, path: str, body: bytes | None) -> dict[str, Any]:
    parts = urlsplit(origin)
    literal = f"[{address}]" if address.version == 6 else str(address)
    port = f":{parts.port}" if parts.port else ""
    headers = {
        "Host": parts.netloc,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "authkey",
    }
    return {
        "method": method,
        "url": f"{parts.scheme}://{literal}{port}{path}",
        "content": body,
        "headers": headers if body is None else headers | {"Content-Type": "application/json"},
        "extensions": {"sni_hostname": parts.hostname},
    }


def _read(response: "httpx2.Response", origin: str, deadline: float) -> bytes:
    body = b""
    # Raw bytes: a compressed answer could unfold to any size. Whoever parses it finds that it is not JSON.
    for part in response.iter_raw():
        body += part
        if len(body) > MOST_BODY_BYTES:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=origin)
        if time.monotonic() > deadline:
            raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin)
    return body


def _is_json(response: "httpx2.Response") -> bool:
    kind = response.headers.get("Content-Type", "").lower().replace(" ", "")
    return kind in {"application/json", "application/json;charset=utf-8"}
