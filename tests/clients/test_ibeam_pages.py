"""Pages that IBeam has a way around by itself: the wrong mode, a page in between, and the markup of years ago."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.customers import Customer
from tests.clients.ibeam import LOGGED_IN, running_ibeam

pytestmark = [pytest.mark.xdist_group("clients"), pytest.mark.usefixtures("ibeam_is_here")]


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
