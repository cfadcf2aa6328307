"""Which names an operator may give the portal."""

import pytest

from authsim.errors import MessageError
from tests.support import addresses
from web.hosts import LOOK_ALIKES, is_look_alike, is_trusted, require_host


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("practice", "practice"),
        ("Training.Lan", "training.lan"),
        ("auth.home.arpa", "auth.home.arpa"),
        ("a-1.test", "a-1.test"),
        ("10.1.2.3", "10.1.2.3"),
        ("172.16.0.1", "172.16.0.1"),
        ("192.168.0.1", "192.168.0.1"),
        ("127.0.0.9", "127.0.0.9"),
        ("fd00::1", "[fd00::1]"),
        ("[FD00:0::1]", "[fd00::1]"),
    ],
)
def test_private_names(given: str, kept: str) -> None:
    """Private names and addresses are kept in their one spelling."""
    assert require_host(given) == kept
    assert is_trusted(f"{kept}:8765", hosts=(kept,))


@pytest.mark.parametrize(
    "given",
    [
        *("", "8.8.8.8", "2001:4860:4860::8888", "0.0.0.0", "::", "example.com", "portal.io", "http://practice.lan"),  # noqa: S104
        *("practice.lan:80", "-x.lan", "x-.lan", "a..lan", ".lan", "x_y.lan", "x" * 64, "日本.lan", "1234", "1.2.3"),
    ],
)
def test_public_and_malformed_names(given: str) -> None:
    """Public names, global addresses and anything that is no plain name are refused."""
    with pytest.raises(MessageError):
        require_host(given)


@pytest.mark.parametrize("given", addresses.FAR + addresses.LINK_LOCAL)
def test_addresses_beyond_private_networks(given: str) -> None:
    """What the portal may not listen at is no name for it either."""
    with pytest.raises(MessageError):
        require_host(given)


@pytest.mark.parametrize("word", LOOK_ALIKES)
def test_look_alikes(word: str) -> None:
    """A name that resembles a broker or a bank is refused even if it is private, however it is hyphenated."""
    for name in (f"{word}.lan", f"my-{word}-login.test", f"{word[:2]}-{word[2:]}.local", f"{word.upper()}.LAN"):
        assert is_look_alike(name)
        with pytest.raises(MessageError, match="resembles"):
            require_host(name)
        assert not is_trusted(name, hosts=(name.lower(),))
