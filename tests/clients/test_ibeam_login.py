"""IBeam logs in by each way that its settings know, at the gateway and with a phone that is real."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clients.customers import Customer, adds_over_https
from tests.clients.ibeam import LOGGED_IN, by_handler, by_request, running_ibeam
from tests.support.portal import make_portal

pytestmark = pytest.mark.usefixtures("ibeam_is_here")


def test_a_notification_that_is_approved(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """With nothing set but credentials, a notification that the phone approves in time logs in."""
    anna = customer("anna")

    with anna.approves_all(), running_ibeam(tmp_path, anna) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert 'Webpage displayed "Client login succeeds"' in ibeam.log
    assert anna.requests() == ["push:sent"]
    assert anna.happenings()[-4:] == ["push:approved", "login:completed", "session:opened", "brokerage:begun"]
    assert anna.refusals() == []


@pytest.mark.parametrize("way", ["push", "challenge"])
def test_over_https(tmp_path: Path, way: str) -> None:
    """A certificate that the portal signed itself is no hindrance: a login over https succeeds as well."""
    portal = make_portal(tmp_path / "portal")
    portal.serve("--gateway", "--tls")
    with ExitStack() as ending:
        ending.callback(portal.stop)
        axel = adds_over_https(portal, "axel", tmp_path / "axel")
        settings: dict[str, str] = {}
        if way == "push":
            ending.enter_context(axel.approves_all())
        else:
            settings = by_handler(ending.enter_context(axel.serves_responses()))
        with running_ibeam(tmp_path / "ibeam", axel, **settings) as ibeam:
            ibeam.says(LOGGED_IN)
            status = ibeam.is_stopped()

    assert status == 0
    assert "Loading auth webpage at https://127.0.0.1:" in ibeam.log
    assert ("Submitting the 2FA form" in ibeam.log) is (way == "challenge")
    assert portal.shows("axel")["sessions"] == 1


def test_a_challenge_that_the_handler_answers(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """The example handler leaves the notification, and the phone's response to the challenge logs in, unattended."""
    bela = customer("bela")

    with bela.serves_responses() as phone, running_ibeam(tmp_path, bela, **by_handler(phone)) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "Attempting to acquire 2FA code from: CustomTwoFaHandler(authkey serve)" in ibeam.log
    assert "Submitting the 2FA form" in ibeam.log
    assert bela.refusals() == []
    assert bela.happenings()[-4:] == [
        "challenge:response_counted",
        "login:completed",
        "session:opened",
        "brokerage:begun",
    ]


def test_a_challenge_that_an_external_request_answers(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """A user who is sent no notifications logs in with what IBeam's own request gets from the phone, word for word."""
    cleo = customer("cleo")
    cleo.portal.operator("users", "seamless", "cleo", "off")

    with cleo.serves_responses() as phone, running_ibeam(tmp_path, cleo, **by_request(phone, user="cleo")) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "Attempting to acquire 2FA code from: ExternalRequestTwoFaHandler" in ibeam.log
    assert cleo.conduct()["notifications"] == 0
    assert cleo.refusals() == []


def test_one_of_two_devices(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """With the list of devices named in its settings, IBeam chooses IB Key and the notification logs in."""
    dora = customer("dora", authenticator=True)
    chosen = {"IBEAM_TWO_FA_SELECT_EL_ID": "CLASS_NAME@@xyz-multipleselect"}

    with dora.approves_all(), running_ibeam(tmp_path, dora, **chosen) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert '2FA method "IB Key" selected successfully.' in ibeam.log
    assert dora.requests() == ["push:sent"]
    assert dora.refusals() == []
