"""A portal served by a child process, and phones that are directories with the real `authkey`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, served_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of the classic profile; the tests of a module share it and bring users of their own."""
    with served_portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture
def sells(tmp_path: Path) -> Callable[..., Phone]:
    """A shop: `sells("first", platform="android")` is a phone that is not set up."""

    def sell(name: str, **more: str) -> Phone:
        return make_phone(tmp_path / name, **more)

    return sell
