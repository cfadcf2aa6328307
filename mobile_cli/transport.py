"""One HTTP request to a portal on this machine or a private network; no proxy, no redirect, no cookie, little patience.

The name is resolved once, every address is judged, and the connection goes to the address that was judged.
"""

import ipaddress
import socket
import time
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import httpx2

from mobile_cli.exits import Exit, PhoneError

MOST_BODY_BYTES: Final = 16 * 1024
CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 15.0


class Answer(NamedTuple):
    """What came back: the status, whether it says that it is JSON, and the body."""

    status: int
    is_json: bool
    body: bytes


def fetch(origin: str, method: str, path: str, *, body: bytes | None = None, patience: float = TOTAL_SECONDS) -> Answer:
    """Return the answer to one request; `UNREACHABLE` when none came within `patience` seconds."""
    deadline = time.monotonic() + patience
    parts = urlsplit(origin)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolve(origin, host, port)
    literal = f"[{address}]" if address.version == 6 else str(address)
    headers = {
        "Host": parts.netloc,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "authkey",
    }
    if body is not None:
        headers["Content-Type"] = "application/json"
    timeout = httpx2.Timeout(patience, connect=min(CONNECT_SECONDS, patience))
    try:
        with (
            httpx2.Client(trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream(
                method,
                f"{parts.scheme}://{literal}:{port}{path}",
                content=body,
                headers=headers,
                extensions={"sni_hostname": host},
            ) as response,
        ):
            return Answer(
                status=response.status_code, is_json=_is_json(response), body=_read(response, origin, deadline)
            )
    except (httpx2.HTTPError, OSError):
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin) from None


def _read(response: httpx2.Response, origin: str, deadline: float) -> bytes:
    body = b""
    # Raw bytes: a compressed answer could unfold to any size. It is refused by whoever parses it.
    for part in response.iter_raw():
        body += part
        if len(body) > MOST_BODY_BYTES:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=origin)
        if time.monotonic() > deadline:
            raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin)
    return body


def _is_json(response: httpx2.Response) -> bool:
    kind = response.headers.get("Content-Type", "").lower().replace(" ", "")
    return kind in {"application/json", "application/json;charset=utf-8"}


def _resolve(origin: str, host: str, port: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the first address of the host. All of them must be loopback or private: AuthSim is nowhere else."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin) from None
    addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    if not all(map(is_near, addresses)):
        raise PhoneError(Exit.REFUSED, "public_address", origin=origin)
    return addresses[0]


def is_near(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether an address is this machine or a private network; link-local ones (cloud metadata) are not."""
    plain = address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
    if plain.is_unspecified or plain.is_link_local or plain.is_multicast or plain.is_reserved:
        return False
    return plain.is_loopback or plain.is_private
