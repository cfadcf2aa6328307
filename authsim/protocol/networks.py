"""Where AuthSim may be: on this machine, or on a network that no router of the Internet carries.

Both ends ask here: the portal before it listens and before it answers to an address, the phone before it calls one. One
list in place of what a library thinks is private, which differs between versions and holds much that is nobody's.
"""

import ipaddress
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: Final = tuple(ipaddress.ip_network(text) for text in ("127.0.0.0/8", "::1/128"))
#: RFC 1918 and RFC 4193. Link-local networks are left out: clouds keep secrets there.
PRIVATE: Final = tuple(
    ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
#: RFC 3927 and RFC 4291: what each interface has by itself. Nobody is called there, and nobody is afraid of it.
LINK_LOCAL: Final = tuple(ipaddress.ip_network(text) for text in ("169.254.0.0/16", "fe80::/10"))


def unmap(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, else the address itself."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_loopback(address: Address) -> bool:
    """Say whether an address is this machine."""
    return _is_in(address, LOOPBACK)


def is_private(address: Address) -> bool:
    """Say whether an address lies on a private network."""
    return _is_in(address, PRIVATE)


def is_link_local(address: Address) -> bool:
    """Say whether an address means something on one cable only."""
    return _is_in(address, LINK_LOCAL)


def is_near(address: Address) -> bool:
    """Say whether AuthSim may be at an address: this machine, or a private network."""
    return is_loopback(address) or is_private(address)


def _is_in(address: Address, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    plain = unmap(address)
    return any(plain.version == network.version and plain in network for network in networks)
