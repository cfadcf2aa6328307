"""What IBeam does when the second factor, or the first, is not what it ought to be, and what that costs the account."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.customers import Customer
from tests.clients.ibeam import LOGGED_IN, by_handler, running_ibeam

pytestmark = pytest.mark.usefixtures("ibeam_is_here")

TIMED_OUT = "Timeout reached when waiting for authentication."


def test_a_wrong_password_is_counted_until_ibeam_gives_up(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam ends itself at the failure that its settings say; the verdict counts as many, and no phone is bothered."""
    emil = customer("emil")
    emil.password = "not-the-password"
    twice = {"IBEAM_MAX_FAILED_AUTH": "2", "IBEAM_MAX_PRESUBMIT_BUFFER": "0"}

    with running_ibeam(tmp_path, emil, **twice) as ibeam:
        status = ibeam.ends_by_itself()

    assert status == 0
    assert ibeam.log.count("Error displayed by the login webpage: Invalid username password combination") == 2
    assert "(IBEAM_MAX_FAILED_AUTH=2) reached. IBeam will shut down to prevent an account lock-out." in ibeam.log
    assert ibeam.log.rstrip().endswith("Shutting IBeam down due to critical error.")
    assert emil.refusals() == ["wrong_password", "wrong_password"]
    assert emil.conduct()["failed_logins"] == 2
    assert emil.requests() == []


def test_a_wrong_response_is_not_counted(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam tries again at once, past the limit in its settings; the portal counts each, and notifies each time."""
    flora, gerd = customer("flora"), customer("gerd")
    settings = {"IBEAM_MAX_FAILED_AUTH": "1", "IBEAM_MAX_IMMEDIATE_ATTEMPTS": "2"}

    with (
        gerd.serves_responses() as phone_of_another,
        running_ibeam(tmp_path, flora, **by_handler(phone_of_another), **settings) as ibeam,
    ):
        ibeam.says("Logging in failed")
        status = ibeam.is_stopped()

    assert status == 0
    assert ibeam.log.count("Error displayed by the login webpage: Authentication failed") == 2
    assert "IBeam will shut down" not in ibeam.log
    assert flora.refusals() == ["wrong_response"] * 2
    assert flora.conduct()["failed_logins"] == 2
    assert flora.conduct()["notifications"] == 2


def test_a_notification_that_is_approved_too_late(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam has closed the page when the phone approves: the phone says that all is well, and nobody is logged in."""
    gina = customer("gina")

    with running_ibeam(tmp_path, gina, IBEAM_OAUTH_TIMEOUT="4") as ibeam:
        ibeam.says("Logging in failed")
        approved = gina.phone.does("approve", "--pin-file", str(gina.phone.pin_file))
        status = ibeam.is_stopped()

    assert status == 0
    assert TIMED_OUT in ibeam.log
    assert LOGGED_IN not in ibeam.log
    assert "Authentication succeeded" in approved
    assert gina.happenings()[-1] == "push:approved"
    assert gina.requests() == ["push:sent"]


def test_a_notification_that_is_lost(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam waits in vain, asks again at its next maintenance, and the second notification logs in."""
    hans = customer("hans")
    hans.lab.arm_fault("push_lost", user="hans", nth=1)
    soon = {"IBEAM_OAUTH_TIMEOUT": "20", "IBEAM_MAINTENANCE_INTERVAL": "1"}

    with hans.approves_all(), running_ibeam(tmp_path, hans, **soon) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert ibeam.log.count(TIMED_OUT) == 1
    assert hans.requests() == ["push:sent", "push:sent"]
    assert hans.conduct()["requested_again_while_open"] == 1
    assert hans.conduct()["failed_logins"] == 0
