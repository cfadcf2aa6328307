"""IBeam keeps a session alive: what its maintenance heals, it heals without asking the phone again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.customers import Customer
from tests.clients.ibeam import LOGGED_IN, running_ibeam

pytestmark = pytest.mark.usefixtures("ibeam_is_here")


def test_a_competing_session_is_healed_without_another_login(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """Somebody logs in elsewhere; IBeam logs out, reauthenticates and is healthy, with the login and push it had."""
    karl = customer("karl")

    with karl.approves_all(), running_ibeam(tmp_path, karl, IBEAM_MAINTENANCE_INTERVAL="1") as ibeam:
        ibeam.says(LOGGED_IN, times=2)
        karl.lab.arm_fault("competing_session", user="karl", nth=1)
        ibeam.says("Competing or disconnected Gateway session found, logging out and reauthenticating...")
        healthy = ibeam.log.count(LOGGED_IN)
        ibeam.says(LOGGED_IN, times=healthy + 2)
        status = ibeam.is_stopped()

    assert status == 0
    assert "COMPETING Status(" in ibeam.log
    assert ibeam.log.count("Gateway logout successful") == 1
    assert ibeam.log.count("Loading auth webpage") == 1
    assert karl.requests() == ["push:sent"]
    assert karl.happenings().count("login:completed") == 1
    assert karl.happenings().count("brokerage:ended") == 1
    assert karl.happenings().count("brokerage:begun") == 2


def test_a_rival_beside_an_authenticated_session_costs_a_second_factor(
    customer: Callable[..., Customer], tmp_path: Path
) -> None:
    """By its first strategy IBeam sees both at once after its login: it reauthenticates in vain, and logs in anew."""
    kira = customer("kira")
    kira.lab.arm_fault("competing_authenticated", user="kira", nth=1)
    settings = {
        "IBEAM_AUTHENTICATION_STRATEGY": "A",
        "IBEAM_RESTART_WAIT": "1",
        "IBEAM_MAINTENANCE_INTERVAL": "1",
    }

    with kira.approves_all(), running_ibeam(tmp_path, kira, **settings) as ibeam:
        ibeam.says("Logging in succeeded, session is authenticated but competing, reauthenticating...")
        ibeam.says("Competing Gateway session found, restarting and logging in...")
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert ibeam.log.count("Loading auth webpage") == 2
    assert kira.requests() == ["push:sent"] * 2
    assert kira.happenings().count("login:completed") == 2


def test_a_brokerage_session_that_is_not_up_after_the_login(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """The login succeeds and the session is down: IBeam heals that too, and asks for no second push."""
    lars = customer("lars")
    lars.lab.arm_fault("brokerage_down", user="lars", nth=1)

    with lars.approves_all(), running_ibeam(tmp_path, lars, IBEAM_MAX_STATUS_CHECK_RETRIES="2") as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "NOT CONNECTED Status(" in ibeam.log
    assert "Repeated reauthentication attempt number 2" in ibeam.log
    assert ibeam.log.count("Loading auth webpage") == 1
    assert lars.requests() == ["push:sent"]


def test_a_gateway_that_is_away_for_seconds_costs_a_second_factor(
    customer: Callable[..., Customer], tmp_path: Path
) -> None:
    """Two calls are answered with 503: IBeam logs in anew, and notifies again, although the session was there."""
    mona = customer("mona")

    with running_ibeam(tmp_path, mona, IBEAM_MAINTENANCE_INTERVAL="1") as ibeam:
        with mona.approves_all():
            ibeam.says(LOGGED_IN, times=2)
        mona.lab.arm_fault("http_503", step="session")
        ibeam.says("Loading auth webpage", times=2)
        mona.lab.disarm_faults()  # before the phone approves again: what comes behind a login is answered
        with mona.approves_all():
            ibeam.says("Logging in succeeded", times=2)
        status = ibeam.is_stopped()

    assert status == 0
    assert 'IBKR service unavailable: "HTTP Error 503: Service Unavailable"' in ibeam.log
    _, again = (number for number, what in enumerate(mona.happenings()) if what == "login:password_counted")
    assert not {"session:ended", "session:expired", "brokerage:ended"} & set(mona.happenings()[:again])
    assert mona.requests() == ["push:sent", "push:sent"]
