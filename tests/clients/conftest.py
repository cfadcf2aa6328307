"""One gateway for all real programs, and people with a phone who use it one after the other.

Its session is that of the server, not of a browser: each test brings a user, who is gone with the session at its end.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authsim.testing import Lab
from tests.clients.customers import Customer
from tests.clients.ibeam import require_ibeam
from tests.support.phone import make_phone
from tests.support.portal import LivePortal, make_portal, password_of


@pytest.fixture(scope="session")
def ibeam_is_here() -> None:
    """Skip, or fail, before anything is started for a program that is not there."""
    require_ibeam()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A gateway-compatible portal with a lab, served until all tests are over."""
    portal = make_portal(tmp_path_factory.mktemp("gateway"))
    portal.serve("--lab", "--gateway")
    yield portal
    portal.stop()


@pytest.fixture(scope="session")
def lab(gateway: LivePortal) -> Iterator[Lab]:
    """The lab of the gateway."""
    with Lab.open(gateway.address, gateway.data / "lab.token") as lab:
        yield lab


@pytest.fixture
def customer(gateway: LivePortal, lab: Lab, tmp_path: Path) -> Iterator[Callable[..., Customer]]:
    """`customer("anna", paper=True)` is a user with an active phone; both are gone at the end, and all faults."""
    made: list[str] = []

    def make(name: str, **more: object) -> Customer:
        entry = gateway.adds(name, activation=True, **more)[name]
        made.append(name)
        phone = make_phone(tmp_path / name)
        phone.activates(entry["activation"])
        app = str(entry.get("authenticator") or "")
        return Customer(name=name, password=password_of(name), phone=phone, portal=gateway, lab=lab, authenticator=app)

    yield make
    lab.disarm_faults()
    for name in made:
        gateway.operator("users", "remove", name, "--yes")
