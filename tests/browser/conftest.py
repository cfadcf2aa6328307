"""A portal that is served to Chromium, and windows to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser_chromium import Screen, open_window
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, served_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of the classic profile, served; the tests of a module share it and bring users of their own.

    A browser that is faster than a person need not wait before it asks a phone again.
    """
    with served_portal(tmp_path_factory.mktemp("portal"), "--set", "push_resend_seconds=0") as served:
        yield served


@pytest.fixture
def window(browser: Browser, portal: LivePortal) -> Iterator[Callable[..., Screen]]:
    """`window(language="ja", script=False)` is a fresh window; no page in it may have given cause for complaint."""
    opened: list[Screen] = []

    def open_one(**options: object) -> Screen:
        opened.append(open_window(browser, portal.address, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for screen in opened:
        screen.page.context.close()
        assert screen.complaints == []


@pytest.fixture
def sells(tmp_path: Path) -> Callable[..., Phone]:
    """A shop: `sells("first", platform="android")` is a phone that is not set up."""

    def sell(name: str, **more: str) -> Phone:
        return make_phone(tmp_path / name, **more)

    return sell
