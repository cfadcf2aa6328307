"""Where the simulated inboxes are shown: on this machine alone, unless an operator says otherwise."""

import ipaddress

import pytest

from tests.web.commands.conftest import Operator
from tests.web.commands.test_serve import address_of, get
from web.binding import Place
from web.commands.reach import opens_inbox

WARNING = "whoever reaches this portal reads the codes that it texts"


def place(address: str) -> Place:
    """A place at an address."""
    return Place(address=ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("address", "hosts", "proxies", "expected"),
    [
        ("127.0.0.1", (), 0, True),
        ("127.9.9.9", (), 0, True),
        ("::1", (), 0, True),
        ("127.0.0.1", ("localhost", "127.0.0.1", "[::1]"), 0, True),
        ("127.0.0.1", ("portal.test",), 0, False),
        ("127.0.0.1", ("192.168.1.20",), 0, False),
        ("127.0.0.1", (), 1, False),
        ("192.168.1.20", ("192.168.1.20",), 0, False),
        ("192.168.1.20", (), 0, False),
        ("0.0.0.0", (), 0, False),  # noqa: S104 - an address that is judged
        ("::", (), 0, False),
        ("fd00::20", ("[fd00::20]",), 0, False),
    ],
)
def test_the_default(
    address: str, hosts: tuple[str, ...], proxies: int, expected: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Open only when the address is loopback, every name is too, and no proxy brings others."""
    assert opens_inbox(None, place=place(address), hosts=hosts, proxies=proxies) is expected
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("wish", [True, False])
def test_a_wish(wish: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """What the operator says goes; opening them to others is said aloud."""
    for address in ("127.0.0.1", "192.168.1.20"):
        assert opens_inbox(wish, place=place(address), hosts=(), proxies=0) is wish
    assert (WARNING in capsys.readouterr().err) is wish


@pytest.mark.parametrize(
    ("options", "is_open", "warns"),
    [
        ((), True, False),
        (("--no-inbox",), False, False),
        (("--origin", "http://portal.test:8080"), False, False),
        (("--origin", "http://localhost:8080"), True, False),
        (("--proxies", "1"), False, False),
        (("--proxies", "1", "--inbox"), True, True),
        (("--inbox",), True, False),
    ],
)
def test_what_is_served(operator: Operator, data: str, options: tuple[str, ...], is_open: bool, warns: bool) -> None:
    """The page of the inboxes exists where they are open and nowhere else."""
    with operator.serving("--data", data, "--port", "0", *options) as child:
        status, _, _ = get(address_of(child), "/inbox")
        child.terminate()
        _, errors = child.communicate()
    assert status == (200 if is_open else 404)
    assert (WARNING in errors) is warns
