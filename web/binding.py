"""Where a portal may listen: loopback by default, private networks when told so, the Internet never.

A page that asks for a password and a code belongs on no network that strangers reach, whatever its banner says. The
rules are pure: what the machine is and which addresses it has are handed in.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.networks import Address, is_link_local, is_loopback, is_near, is_private, unmap

_CONTAINER_MARKS: Final = (
    "/.dockerenv",
    "/run/.containerenv",
    "/run/host/container-manager",
    "/run/secrets/kubernetes.io",
    "/var/run/secrets/kubernetes.io",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the rules need to know of this machine: whether it is a container, and the addresses it answers to.

    Every machine has its loopback addresses: where even those are missing, the machine hides its addresses.
    """

    is_container: bool
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address that the rules allow. `warning` is what its operator has to hear.

    `reached_at` are the addresses that other machines reach it by: none for loopback, several for a wildcard.
    """

    address: Address
    warning: str | None = None
    reached_at: tuple[Address, ...] = ()

    @property
    def host(self) -> str:
        """The address as a URL writes it; a wildcard is reached by loopback."""
        if self.address.is_unspecified:
            return "127.0.0.1" if self.address.version == 4 else "[::1]"
        return _spell(self.address)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses beyond loopback at which a browser on another machine finds us."""
        return tuple(_spell(address) for address in self.reached_at)


def require_place(host: str, *, bind_private: bool, tls: bool, machine: Machine) -> Place:
    """Return where to listen for `host`, a name or an address. Raises `MessageError` with the rule that forbids it."""
    places = [
        _require_address(address, host, bind_private=bind_private, tls=tls, machine=machine)
        for address in _resolve(host)
    ]
    return next((place for place in places if place.address.version == 4), places[0])


def _require_address(address: Address, host: str, *, bind_private: bool, tls: bool, machine: Machine) -> Place:
    if is_loopback(address):
        return Place(address=address)
    if address.is_unspecified:
        return _require_wildcard(address, bind_private=bind_private, machine=machine)
    if not is_private(address):
        raise MessageError(
            f"{host} is neither on loopback nor on a private network. A simulator never answers there,"
            " and nothing overrides this"
        )
    if not bind_private:
        raise MessageError(
            f"{host} is reached by other machines. A portal stays on loopback; --bind-private says that you mean it"
        )
    if not tls and not machine.is_container:
        raise MessageError(f"{host} is reached by other machines, so the portal has to speak TLS there. Add --tls")
    return Place(address=address, warning=_warning(host), reached_at=(address,))


def _require_wildcard(address: Address, *, bind_private: bool, machine: Machine) -> Place:
    if not (bind_private and machine.is_container):
        raise MessageError(
            f"{address} means every network of this machine. Name one address;"
            " inside a container, --bind-private allows it"
        )
    versions = (4,) if address.version == 4 else (4, 6)  # a socket for IPv6 takes IPv4 along
    reached = [own for own in machine.addresses if own.version in versions]
    if {own.version for own in reached} != set(versions):
        raise MessageError(
            f"this container does not tell which addresses it has, so nobody knows who would reach {address}."
            " Name one address"
        )
    if not all(is_near(own) or is_link_local(own) for own in reached):
        raise MessageError(
            f"{address} would answer on an address beyond private networks. A simulator never answers there,"
            " and nothing overrides this"
        )
    return Place(
        address=address,
        warning=_warning(str(address)),
        reached_at=tuple(own for own in reached if is_private(own)),
    )


def _spell(address: Address) -> str:
    return str(address) if address.version == 4 else f"[{address}]"


def _warning(host: str) -> str:
    return f"other machines can reach this portal at {host}. Let nobody type real credentials"


def _resolve(host: str) -> list[Address]:
    """Return what `host` names. A mapped IPv4 address counts as the IPv4 address that it is."""
    text = host.strip("[]")
    try:
        return [unmap(ipaddress.ip_address(text))]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(text, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise MessageError(f"no address is known for {host!r}. Give an address such as 127.0.0.1") from None
    return list(dict.fromkeys(unmap(ipaddress.ip_address(str(entry[4][0]))) for entry in found))


def this_machine() -> Machine:
    """Look at the machine that we run on."""
    return Machine(
        is_container=any(Path(mark).exists() for mark in _CONTAINER_MARKS),
        addresses=tuple(_own_addresses()),
    )


def _own_addresses() -> Sequence[Address]:
    """Return the addresses of this machine as Linux lists them; elsewhere nothing, and wildcards are refused."""
    found: list[Address] = []
    try:
        trie = Path("/proc/net/fib_trie").read_text(encoding="ascii", errors="replace")
        found += [ipaddress.ip_address(text) for text in re.findall(r"\|-- ([0-9.]+)\n\s+/32 host LOCAL", trie)]
        lines = Path("/proc/net/if_inet6").read_text(encoding="ascii", errors="replace").splitlines()
        found += [ipaddress.IPv6Address(bytes.fromhex(line.split()[0])) for line in lines if line.strip()]
    except (OSError, ValueError):
        return found
    return found
