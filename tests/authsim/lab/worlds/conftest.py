"""A town whose portal lives in a lab; alice, who has an active phone; her phone; and how a fault is switched on."""

import pytest

from authsim.lab.board import Board
from tests.support.device import TestPhone
from tests.support.lab import LabTown
from tests.support.people import Person


@pytest.fixture
def town() -> LabTown:
    """A portal under the classic policy, in a lab."""
    return LabTown()


@pytest.fixture
def board(town: LabTown) -> Board:
    """Its board of faults."""
    return town.lab.board


@pytest.fixture
def phone(town: LabTown, alice: Person) -> TestPhone:
    """The phone of alice, activated."""
    sold = town.sells_phone()
    alice.activates(sold)
    return sold


@pytest.fixture
def alice(town: LabTown) -> Person:
    """A user without a device, unless `phone` is asked for."""
    return town.adds("alice")


@pytest.fixture
def bob(town: LabTown) -> Person:
    """Another user, without a device."""
    return town.adds("bob", number="+12125550143")
