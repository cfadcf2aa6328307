"""A served portal for the commands that need a whole one, and people who move in with a phone."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.authkey import Authkey
from tests.support.portal import LivePortal, served_portal
from tests.support.resident import Resident

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """One portal for all of these tests."""
    with served_portal(tmp_path_factory.mktemp("served")) as portal:
        yield portal


@pytest.fixture
def moves_in(served: LivePortal, tmp_path: Path) -> Callable[..., Resident]:
    """Add a user of a new name, with an active phone; the same phone for several of them."""
    phone = Authkey(tmp_path)

    def move_in(platform: str = "ios", *, portal: LivePortal = served, **more: object) -> Resident:
        name = f"resident-{next(_NUMBERS)}"
        added = portal.adds(name, activation=True, **more)
        if not phone.home.exists():
            phone.with_pin("init", "--platform", platform, check=0)
        phone.activates(added[name]["activation"])
        return Resident(portal, name, phone)

    return move_in


@pytest.fixture
def resident(moves_in: Callable[..., Resident]) -> Resident:
    """Somebody with an iPhone."""
    return moves_in()
