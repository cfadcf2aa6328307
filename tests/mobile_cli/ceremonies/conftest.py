"""An unlocked phone in a folder, and a portal that can be told to misbehave."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.device import Account
from mobile_cli.ceremonies.session import Line
from mobile_cli.home import PhoneHome
from tests.support.notice_portal import NoticePortal
from tests.support.phones import PIN, CountedStretch, make_phone


@pytest.fixture
def notices() -> Iterator[NoticePortal]:
    """A portal of requests."""
    with NoticePortal().serving() as serving:
        yield serving


@pytest.fixture
def opens(tmp_path: Path) -> Callable[..., list[Line]]:
    """Make a phone with these accounts, open it, and return its lines."""

    def open_lines(*accounts: Account) -> list[Line]:
        home = PhoneHome(str(tmp_path / "phone"), stretch=CountedStretch())
        home.create(make_phone(*accounts), pin=PIN, entropy=SystemEntropy())
        dek = home.unlock(PIN).dek
        return [Line(home, dek, account, entropy=SystemEntropy()) for account in accounts]

    return open_lines


@pytest.fixture
def line(notices: NoticePortal, opens: Callable[..., list[Line]]) -> Line:
    """The line of alice's phone to that portal."""
    return opens(notices.account)[0]
