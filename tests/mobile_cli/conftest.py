"""`authkey` as a child process with a home, a PIN file and a tiny portal of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.authkey import Authkey
from tests.support.tiny_portal import TinyPortal


@pytest.fixture
def authkey(tmp_path: Path) -> Authkey:
    """A phone that nobody has made yet, in a folder of its own."""
    return Authkey(tmp_path)


@pytest.fixture
def portal() -> Iterator[TinyPortal]:
    """A device API on loopback that can be told to misbehave."""
    with TinyPortal().serving() as serving:
        yield serving


@pytest.fixture
def alice(authkey: Authkey, portal: TinyPortal) -> Authkey:
    """A phone that is active for alice."""
    authkey.activates(portal.uri())
    return authkey
