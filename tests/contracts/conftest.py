"""The contract suites run on every kind of store, and on one in memory that is read and changed through a lab."""

from dataclasses import replace
from typing import Any

import pytest

from authsim.adapters.memory import MemoryStore
from authsim.lab.worlds import surround
from authsim.ports import Store
from tests.support.lab import memory_lab
from tests.support.ports import make_verifier
from tests.support.stores import *  # noqa: F403 - fixtures are found by name
from tests.support.stores import KINDS


@pytest.fixture
def lab_store(memory_store: MemoryStore) -> Store:
    """An empty store in memory, with a lab's faults in front of it, all of them off."""
    portal = make_verifier()
    outside = replace(portal, store=memory_store)
    return surround(outside, memory_lab(outside)).store


@pytest.fixture(params=[*KINDS, "lab_store"])
def store(request: pytest.FixtureRequest) -> Any:
    """An empty store of each kind."""
    return request.getfixturevalue(request.param)
