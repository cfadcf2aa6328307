"""Portals for everything that goes wrong: one where texts may follow each other at once, a usual one, two in haste."""

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
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """The numbers of the classic profile: one text in two minutes."""
    with open_ward(tmp_path_factory.mktemp("calm"), batch=1) as ward:
        yield ward


@pytest.fixture(scope="session")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """What a login or a text asks for expires after a second; a code that activates a phone does not."""
    lives = ("challenge_seconds=1", "push_seconds=1", "sms_code_seconds=1")
    options = [part for life in lives for part in ("--set", life)]
    with open_ward(tmp_path_factory.mktemp("hasty"), *options, batch=2) as ward:
        yield ward


@pytest.fixture(scope="session")
def fleeting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """A code that activates a phone expires after a second."""
    with open_ward(tmp_path_factory.mktemp("fleeting"), "--set", "activation_seconds=1", batch=1) as ward:
        yield ward
