"""A portal that is served to Chromium, and windows to it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser_chromium import Screen, open_window
from tests.support.device_line import wire_to
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, password_of, served_portal

#: `ask("POST", "/users", {...})`: what the lab answers.
Ask = Callable[..., Any]


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


@pytest.fixture
def ask(portal: LivePortal) -> Iterator[Ask]:
    """Somebody who holds the lab's token; at the end all faults are off."""
    line = wire_to(portal.address)
    token = (portal.data / "lab.token").read_text().strip()

    def ask_lab(method: str, path: str, members: object = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = line(method, f"/api/lab/v1{path}", None if members is None else json.dumps(members), headers)
        assert answer.status < 300, answer
        return json.loads(answer.text) if answer.text else None

    yield ask_lab
    ask_lab("DELETE", "/faults")


def enrols(ask: Ask, name: str, *, policy: str = "manual") -> str:
    """Make a user with an active virtual phone, and return the phone's id."""
    ask("POST", "/users", {"name": name, "password": password_of(name)})
    (phone,) = ask("POST", "/phones", {"policy": policy})["phones"]
    ask("POST", f"/phones/{phone['id']}/activate", {"user": name})
    return str(phone["id"])


def types_password(screen: Screen, name: str, password: str | None = None) -> None:
    """Log in as a person does: by what stands beside the fields and on the button."""
    screen.page.get_by_label(screen.label("username"), exact=True).fill(name)
    screen.page.get_by_label(screen.label("password"), exact=True).fill(password or password_of(name))
    with screen.page.expect_navigation():
        screen.button("login").click()
