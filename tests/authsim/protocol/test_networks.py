import ipaddress

import pytest

from authsim.protocol.networks import is_link_local, is_loopback, is_near, is_private, unmap
from tests.support.addresses import FAR, LINK_LOCAL, LOOPBACK, PRIVATE


@pytest.mark.parametrize("text", LOOPBACK + PRIVATE + LINK_LOCAL + FAR)
def test_each_address_is_one_thing(text: str) -> None:
    """An address is loopback, private, link-local or far, and near means one of the first two."""
    address = ipaddress.ip_address(text)

    assert is_loopback(address) == (text in LOOPBACK)
    assert is_private(address) == (text in PRIVATE)
    assert is_link_local(address) == (text in LINK_LOCAL)
    assert is_near(address) == (text in LOOPBACK + PRIVATE)


def test_a_mapped_address_is_what_it_stands_for() -> None:
    """IPv4 in the clothes of IPv6 is judged as IPv4."""
    assert unmap(ipaddress.ip_address("::ffff:10.0.0.1")) == ipaddress.ip_address("10.0.0.1")
    assert unmap(ipaddress.ip_address("fd00::1")) == ipaddress.ip_address("fd00::1")
