"""`authkey serve` beside a served portal: responses for programs on this machine, and nothing for anybody else."""

import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.authkey import Authkey
from tests.support.child import LONGEST_S, wait_until
from tests.support.browser_plain import Page
from tests.support.phones import make_account, make_phone
from tests.support.portal import served_portal
from tests.support.resident import Resident
from tests.support.serving_phone import ServingPhone, serving

CHALLENGE = "123456"


def challenge_on(page: Page) -> str:
    """Return the challenge that the page shows."""
    (shown,) = page.all(cls="xyz-goldchallenge")
    return shown.text


@pytest.fixture
def phone(resident: Resident) -> Iterator[ServingPhone]:
    """The resident's phone, serving."""
    with serving(resident.phone) as phone:
        yield phone


def test_a_named_challenge_is_answered_without_the_portal(authkey: Authkey) -> None:
    """The body is what `authkey respond` prints, to the byte: plain text, no newline; nobody else is asked."""
    authkey.holds(make_phone(make_account()))
    with serving(authkey) as phone:
        given = phone.gives(f"user=alice&challenge={CHALLENGE}")
        assert given.status == 200
        assert given.text == authkey.responds(CHALLENGE)
        assert given.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert given.headers["Cache-Control"] == "no-store"
        assert "Server" not in given.headers
        assert phone.gives(f"challenge={CHALLENGE[:3]}%20{CHALLENGE[3:]}") == given  # one user need not be named
        assert phone.gives(f"challenge={CHALLENGE}", Host=f"localhost:{phone.port}") == given
        assert phone.notes() == "alice: a response was given.\n"
