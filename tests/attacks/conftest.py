"""A town with a portal; alice, who has never activated; a phone."""

import pytest

from tests.support.device import TestPhone
from tests.support.people import Person, Town
from tests.support.stores import (  # noqa: F401 - fixtures are found by name
    postgres_server,
    postgres_store,
    postgres_url,
    sqlite_path,
    sqlite_store,
    sqlite_template,
)


@pytest.fixture
def town() -> Town:
    """A portal under the classic policy."""
    return Town()


@pytest.fixture
def alice(town: Town) -> Person:
    """A user without a device."""
    return town.adds("alice")


@pytest.fixture
def phone(town: Town) -> TestPhone:
    """A phone that is not enrolled."""
    return town.sells_phone()
