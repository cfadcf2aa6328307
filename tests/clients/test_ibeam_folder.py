"""IBeam starts the gateway that lies in its folder, and ends it: the portal, in place of the one it is made for."""

import socket
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.clients.customers import PhoneOwner
from tests.clients.ibeam import LOGGED_IN, running_ibeam
from tests.support.child import wait_until
from tests.support.kept_port import kept_port
from tests.support.phone import make_phone
from tests.support.portal import make_portal, password_of

pytestmark = pytest.mark.usefixtures("ibeam_is_here")


def is_served(port: int) -> bool:
    """Say whether anybody listens there."""
    with closing(socket.socket()) as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def test_a_folder_from_which_ibeam_starts_the_portal(tmp_path: Path) -> None:
    """With the settings that `--make-folder` prints, IBeam starts the portal, logs in there, and ends it when told."""
    portal, phone = make_portal(tmp_path / "portal"), make_phone(tmp_path / "lena")
    portal.serve("--gateway")
    phone.activates(portal.adds("lena", activation=True)["lena"]["activation"])
    portal.stop()
    made = portal.operator("gateway", "--port", str(portal.port), "--make-folder", str(tmp_path / "folder"))
    settings = dict(line.strip().split("=", 1) for line in made.stdout.splitlines() if "=" in line)
    lena = PhoneOwner(name="lena", password=password_of("lena"), phone=phone, portal=portal)
    # IBeam takes a refused connection for a gateway that runs: a browser that is faster than the portal tries again.
    settings |= {"IBEAM_MAINTENANCE_INTERVAL": "15"}

    def asks(health: int, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{health}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    with (
        kept_port() as health,
        lena.approves_all(),
        running_ibeam(tmp_path / "ibeam", lena, **settings, IBEAM_HEALTH_SERVER_PORT=str(health)) as ibeam,
    ):
        ibeam.says(LOGGED_IN)
        is_ready, is_up = asks(health, "/readyz"), is_served(portal.port)
        is_put_down = asks(health, "/deactivate")
        wait_until(lambda: not is_served(portal.port))
        status = ibeam.is_stopped()

    assert status == 0
    assert settings["IBEAM_GATEWAY_BASE_URL"] == portal.address
    assert "Gateway not found, starting new one..." in ibeam.log
    assert (is_ready, is_up, is_put_down) == ("OK", True, "OK")
    assert f"AuthSim is ready at {portal.address}" in ibeam.log
    assert portal.shows("lena")["sessions"] == 1
