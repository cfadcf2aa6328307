"""A lost reply (A6): the portal dies when it has enrolled a phone and not yet said so, or just before it enrols it.

The phone is the real `authkey`. It asks again with `--resume`, and portal and phone agree about one device.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.child import LONGEST_S, shell
from tests.support.invariants import Invariants
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, make_portal, password_of
from tests.support.tree import ROOT

UNREACHABLE = 69
REFUSED = 77
LOST_REPLIES = 10


def mortal(when: str) -> list[str]:
    """The command line of a portal that dies with its next activation."""
    return [sys.executable, "-P", str(ROOT / "tests" / "support" / "portal_mortal.py"), when]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[LivePortal]:
    """A portal that was served once, so that it knows its address; nothing serves it now."""
    portal = make_portal(tmp_path / "portal", PYTHONPATH=str(ROOT))
    portal.serve()
    portal.stop()
    yield portal
    portal.stop()


def activate_in_vain(phone: Phone, uri: str) -> None:
    """Activate at a portal that dies of it."""
    cut = phone.runs("activate", "-", "--pin-file", str(phone.pin_file), given=uri)
    assert cut.returncode == UNREACHABLE, cut.stderr


def resume(phone: Phone) -> str:
    """Ask again, and return the id that the phone then has."""
    reply = json.loads(phone.does("activate", "--resume", "--json", "--pin-file", str(phone.pin_file)))
    return str(reply["device_id"])


def test_a_reply_that_was_lost_after_the_commit_comes_again(portal: LivePortal, tmp_path: Path) -> None:
    """Ten times: killed between COMMIT and reply, the resumed activation yields the device that was enrolled, once."""
    names = [f"user-{number}" for number in range(LOST_REPLIES)]
    made = portal.adds(*names, activation=True)
    invariants = Invariants(portal)
    portal.serve(command=mortal("after-commit"))
    for name in names:
        phone = make_phone(tmp_path / name)
        activate_in_vain(phone, made[name]["activation"])
        assert portal.child is not None
        portal.child.wait(LONGEST_S)
        enrolled = portal.rows("SELECT device_id FROM devices JOIN users USING (user_id) WHERE name = ?", name)
        portal.serve(command=mortal("after-commit"))

        device_id = resume(phone)

        assert [row[0] for row in enrolled] == [device_id]
    invariants.require()
    assert portal.shows(name)["device"]["device_id"] == device_id
    again = phone.runs("activate", "--resume", "--pin-file", str(phone.pin_file))
    assert again.returncode == REFUSED, "there is nothing left to resume"
    browser = portal.visitor()
    browser.types_password(name, password_of(name))
    assert browser.page is not None
    assert browser.types_response(phone.responds(browser.page.challenge)).has_succeeded


def test_a_request_that_was_lost_before_the_commit_is_sent_again(portal: LivePortal, tmp_path: Path) -> None:
    """Killed before COMMIT, the portal knows no device, and the resumed activation enrols one."""
    uri = portal.adds("alice", activation=True)["alice"]["activation"]
    phone = make_phone(tmp_path / "alice")
    portal.serve(command=mortal("before-commit"))
    activate_in_vain(phone, uri)
    assert portal.child is not None
    portal.child.wait(LONGEST_S)
    assert portal.rows("SELECT device_id FROM devices") == []
    portal.serve(command=shell("web"))

    device_id = resume(phone)

    assert [row[0] for row in portal.rows("SELECT device_id FROM devices WHERE state = 'active'")] == [device_id]
    Invariants(portal).require()
