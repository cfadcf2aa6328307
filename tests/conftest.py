"""What every test stands on: nothing speaks to the outside, and none meets the phones or settings of this machine."""

import os
import sys
from ipaddress import ip_address

import hypothesis

# Two cores serve everybody, so an example's duration says nothing about the code; a failure prints what repeats it.
hypothesis.settings.register_profile("authsim", deadline=None, print_blob=True)
hypothesis.settings.load_profile("authsim")

OURS = ("AUTHKEY_HOME", "AUTHKEY_LANG", "AUTHSIM_DEBUG", "FLASK_APP", "FLASK_DEBUG", "FLASK_ENV")


def _is_here(address: object) -> bool:
    """Say whether an address given to a socket stays on this machine: a path, or a loopback address."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0]).partition("%")[0]
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"} and not _is_here(arguments[1]):
        raise RuntimeError(f"a test must not speak to the outside: {arguments[1]}")


def pytest_configure() -> None:
    """Forget what the person at this machine set for their own use; from here on no socket reaches beyond loopback."""
    for name in OURS:
        os.environ.pop(name, None)
    sys.addaudithook(_stay_here)
