"""Fixtures of whoever plays the full-screen phone: one portal for a module, and a shop that sells phones."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.portal import LivePortal, served_portal
from tests.support.walking import Walker, make_walker


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of the classic profile, which sends a second text as soon as it is asked."""
    with served_portal(tmp_path_factory.mktemp("portal"), "--set", "sms_resend_seconds=0") as portal:
        yield portal


@pytest.fixture
def buys(tmp_path: Path, portal: LivePortal) -> Callable[..., Walker]:
    """A shop: `buys("old", platform="android", language="ja")` is a person with a phone of their own."""

    def buy(
        name: str, *, platform: str = "ios", language: str = "en", number: str = "", has_app: bool = True
    ) -> Walker:
        return make_walker(
            tmp_path / name, portal, platform=platform, language=language, number=number, has_app=has_app
        )

    return buy
