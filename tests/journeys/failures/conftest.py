"""Two portals for everything that goes wrong: one whose texts may follow each other at once, one that is in haste."""

from collections.abc import Iterator

import pytest

from tests.support.failing import Ward, open_ward


@pytest.fixture(scope="session")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Texts and notifications at any time, two texts for each activation."""
    options = ("--set", "sms_resend_seconds=0", "--set", "sms_sends=2", "--set", "push_resend_seconds=0")
    with open_ward(tmp_path_factory.mktemp("ward"), *options) as ward:
        yield ward


@pytest.fixture(scope="session")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Everything that can expire does so after a second, but for the codes that activate a phone."""
    lives = ("challenge_seconds=1", "push_seconds=1", "sms_code_seconds=1", "activation_seconds=8")
    options = [part for life in lives for part in ("--set", life)]
    with open_ward(tmp_path_factory.mktemp("hasty"), *options, batch=3) as ward:
        yield ward
