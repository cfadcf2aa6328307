"""Alice's phone, active and with a session, on a line to the site."""

import pytest

from authsim.model import User
from tests.support.device_line import Line, OnlinePhone, enrols, line_to
from tests.support.site import Site

NUMBER = "+15555550123"


@pytest.fixture
def alice(site: Site) -> User:
    """A user with a number that texts reach."""
    return site.adds("alice", phone=NUMBER)


@pytest.fixture
def line(site: Site) -> Line:
    """A line to the site's application."""
    return line_to(site.app)


@pytest.fixture
def online(site: Site, alice: User, line: Line) -> OnlinePhone:
    """Alice's phone, which has just proved its key."""
    online = enrols(site.verifier, alice.user_id)
    online.opens_session(line)
    return online
