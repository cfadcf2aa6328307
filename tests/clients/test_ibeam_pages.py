"""Pages that IBeam has a way around by itself: the wrong mode, a page in between, and the markup of years ago."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.customers import Customer, PhoneOwner
from tests.clients.ibeam import LOGGED_IN, by_request, running_ibeam
from tests.support.phone import make_phone
from tests.support.portal import make_portal, password_of

pytestmark = pytest.mark.usefixtures("ibeam_is_here")

#: What the elements were called before March 2023, where IBeam does not know it by itself.
OLD_NAMES = {
    "IBEAM_SUBMIT_EL": "ID@@submitForm",
    "IBEAM_TWO_FA_EL_ID": "ID@@twofactbase",
    "IBEAM_TWO_FA_INPUT_EL_ID": "ID@@chlginput",
}


def test_a_paper_user_in_live_mode(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam reads the sentence, flips the switch, sends the form again, and the notification logs the paper user in."""
    ida = customer("ida", paper=True)

    with ida.approves_all(), running_ibeam(tmp_path, ida) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "Switching to paper mode and reattempting to submit the form" in ibeam.log
    assert ida.refusals() == ["wrong_mode"]
    assert ida.requests() == ["push:sent"]
    assert ida.conduct()["failed_logins"] == 0


def test_a_page_in_between(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam skips the page that stands between the login and its end."""
    jana = customer("jana")
    jana.lab.arm_fault("page_between", user="jana")

    with jana.approves_all(), running_ibeam(tmp_path, jana) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "Handling IB-Key promo display..." in ibeam.log
    assert jana.requests() == ["push:sent"]


def test_the_page_before_march_2023(tmp_path: Path) -> None:
    """IBeam finds the old page by itself, and with the old names in its settings its request answers the challenge."""
    portal, phone = make_portal(tmp_path / "portal"), make_phone(tmp_path / "kurt")
    portal.serve("--gateway", "--page", "2022")
    try:
        phone.activates(portal.adds("kurt", activation=True)["kurt"]["activation"])
        portal.operator("users", "seamless", "kurt", "off")
        kurt = PhoneOwner(name="kurt", password=password_of("kurt"), phone=phone, portal=portal)
        with kurt.serves_responses() as answering:
            settings = by_request(answering, user="kurt") | OLD_NAMES
            with running_ibeam(tmp_path / "ibeam", kurt, **settings) as ibeam:
                ibeam.says(LOGGED_IN)
                status = ibeam.is_stopped()
    finally:
        portal.stop()

    assert status == 0
    assert "Credentials correct, but Gateway requires two-factor authentication." in ibeam.log
    assert portal.shows("kurt")["sessions"] == 1
