"""Which targets there may be: this machine, under whatever name it is called. Nobody else's verifier is ever tried."""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from authsim.conformance.target import UnreachableError
from authsim.errors import MessageError
from authsim.protocol.networks import is_loopback

_RULE: Final = "a target is authsim, or the address of an adapter on this machine: http://127.0.0.1:PORT/base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an adapter is: an address of this machine by number, and the name that it is called by there."""

    base: str
    host: str


def require_loopback(address: str) -> Place:
    """Return the place that an address names, looked up once: no later answer of a name server leads elsewhere.

    Raises `MessageError` for what is no http address of this machine, and `UnreachableError` for an unknown name.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise MessageError(_RULE) from None
    name = parts.hostname
    surplus = parts.username or parts.password or parts.query or parts.fragment
    if parts.scheme != "http" or not name or port is None or surplus:
        raise MessageError(_RULE)
    number = _look_up(name, port)
    host = f"[{number}]" if ":" in number else number
    return Place(base=f"http://{host}:{port}{parts.path.rstrip('/')}/", host=parts.netloc)


def _look_up(name: str, port: int) -> str:
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise UnreachableError("the name of the target is not known on this machine") from None
    if not all(is_loopback(ipaddress.ip_address(number.partition("%")[0])) for number in found):
        raise MessageError(_RULE)
    return min(found, key=lambda number: ":" in number)  # of both kinds the older: most adapters listen there
