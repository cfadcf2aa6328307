from dataclasses import replace
from ipaddress import ip_address

import pytest

from authsim.errors import MessageError
from authsim.protocol.networks import is_loopback
from tests.support import addresses
from web.binding import Machine, require_place, this_machine

HOUSE = Machine(is_container=False)
CONTAINER = Machine(is_container=True, addresses=(ip_address("127.0.0.1"), ip_address("172.17.0.2"), ip_address("::1")))
EXPOSED = Machine(is_container=True, addresses=(ip_address("8.8.4.4"), ip_address("2a00:1450::1")))

LOOPBACK = (*addresses.LOOPBACK, "[::1]", "localhost")
PRIVATE = addresses.PRIVATE
PUBLIC = tuple(host for host in addresses.FAR if host not in ("0.0.0.0", "::")) + addresses.LINK_LOCAL  # noqa: S104
WILDCARDS = ("0.0.0.0", "::", "::ffff:0.0.0.0")  # noqa: S104 - what is refused


@pytest.mark.parametrize("host", LOOPBACK)
@pytest.mark.parametrize("bind_private", [False, True])
@pytest.mark.parametrize("machine", [HOUSE, CONTAINER, EXPOSED], ids=["house", "container", "exposed"])
def test_loopback_is_always_allowed(host: str, bind_private: bool, machine: Machine) -> None:
    """Every spelling of loopback is allowed everywhere, without a warning."""
    place = require_place(host, bind_private=bind_private, tls=False, machine=machine)

    assert is_loopback(place.address)
    assert place.hosts == ()
    assert place.warning is None


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_needs_the_flag(host: str) -> None:
    """Without --bind-private a portal stays on loopback, and the sentence names the flag."""
    with pytest.raises(MessageError, match="--bind-private"):
        require_place(host, bind_private=False, tls=True, machine=CONTAINER)


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_outside_a_container_needs_tls(host: str) -> None:
    """Where other machines listen, a portal speaks TLS."""
    with pytest.raises(MessageError, match="--tls"):
        require_place(host, bind_private=True, tls=False, machine=HOUSE)


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize(("machine", "tls"), [(HOUSE, True), (CONTAINER, False), (CONTAINER, True)])
def test_a_private_address_is_allowed_with_a_warning(host: str, machine: Machine, tls: bool) -> None:
    """With the flag, and TLS or a container around it, a private address serves, and the operator is warned."""
    place = require_place(host, bind_private=True, tls=tls, machine=machine)

    assert place.warning is not None
    assert "real credentials" in place.warning


@pytest.mark.parametrize("host", PUBLIC)
@pytest.mark.parametrize("machine", [HOUSE, CONTAINER], ids=["house", "container"])
@pytest.mark.parametrize("tls", [False, True])
def test_nothing_overrides_a_public_address(host: str, machine: Machine, tls: bool) -> None:
    """An address that is neither loopback nor private is refused whatever else is said."""
    with pytest.raises(MessageError, match="nothing overrides"):
        require_place(host, bind_private=True, tls=tls, machine=machine)


@pytest.mark.parametrize("host", WILDCARDS)
@pytest.mark.parametrize(("bind_private", "machine"), [(False, HOUSE), (True, HOUSE), (False, CONTAINER)])
def test_a_wildcard_needs_a_container_and_the_flag(host: str, bind_private: bool, machine: Machine) -> None:
    """Every network of a machine is too many, but for a container whose operator says so."""
    with pytest.raises(MessageError, match="every network"):
        require_place(host, bind_private=bind_private, tls=True, machine=machine)


@pytest.mark.parametrize("host", WILDCARDS)
def test_a_wildcard_is_refused_where_the_internet_reaches(host: str) -> None:
    """A container with an address of the Internet cannot listen at all of its addresses."""
    with pytest.raises(MessageError, match="nothing overrides"):
        require_place(host, bind_private=True, tls=True, machine=EXPOSED)


@pytest.mark.parametrize(
    ("host", "known"),
    [("0.0.0.0", ()), ("0.0.0.0", ("::1",)), ("::", ()), ("::", ("127.0.0.1", "172.17.0.2")), ("::", ("::1",))],  # noqa: S104
)
def test_a_wildcard_is_refused_where_addresses_are_hidden(host: str, known: tuple[str, ...]) -> None:
    """A container that does not tell its addresses is not asked to answer at all of them: unknown is not harmless."""
    machine = Machine(is_container=True, addresses=tuple(ip_address(text) for text in known))

    with pytest.raises(MessageError, match="does not tell"):
        require_place(host, bind_private=True, tls=True, machine=machine)


@pytest.mark.parametrize("own", ["8.8.4.4", "100.64.0.7", "2a00:1450::1", "192.0.2.1"])
def test_a_wildcard_is_refused_beside_any_network_that_is_not_private(own: str) -> None:
    """One address beyond private networks is enough; link-local ones, which every interface has, do no harm."""
    addresses = (*CONTAINER.addresses, ip_address("fe80::1"), ip_address("169.254.3.4"))
    machine = Machine(is_container=True, addresses=(*addresses, ip_address(own)))

    assert require_place("::", bind_private=True, tls=True, machine=replace(machine, addresses=addresses))
    with pytest.raises(MessageError, match="beyond private networks"):
        require_place("::", bind_private=True, tls=True, machine=machine)


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])  # noqa: S104
def test_a_wildcard_in_a_container_is_reached_by_loopback(host: str, address: str) -> None:
    """The address that is printed for a wildcard is one that a browser can open."""
    place = require_place(host, bind_private=True, tls=False, machine=CONTAINER)

    assert place.host == address
    assert place.hosts == ("172.17.0.2",)
    assert place.warning is not None


def test_an_unknown_name_is_one_sentence() -> None:
    """A name that means no address is refused, and the remedy names an address."""
    with pytest.raises(MessageError, match=r"127\.0\.0\.1"):
        require_place("no-such-host.invalid", bind_private=True, tls=True, machine=CONTAINER)


def test_this_machine_knows_its_loopback() -> None:
    """Where Linux tells, the addresses of this machine are known."""
    assert ip_address("127.0.0.1") in this_machine().addresses
