"""A user who needs help, and somebody of the help desk in front of the console."""

import pytest

from authsim.model import Role, User
from authsim.secret import Secret
from authsim.verifier import operators
from tests.support.site import PASSWORD, Browser, Site

NUMBER = "+12025550142"


@pytest.fixture
def alice(site: Site) -> User:
    """A user with a number, without a phone."""
    return site.adds("alice", phone=NUMBER)


@pytest.fixture
def mia(site: Site) -> User:
    """A user of the help desk."""
    return operators.add_user(site.verifier, name="mia", password=Secret(PASSWORD), role=Role.HELP_DESK)


@pytest.fixture
def desk(site: Site, mia: User) -> Browser:
    """Mia with both factors."""
    browser = site.browser()
    browser.logs_in("mia", site.sells_phone("the desk's phone"))
    return browser
