"""The session of a gateway in Chromium: scripts of its own pages may ask for it, and no other page may touch it."""

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser_chromium import Screen
from tests.support.child import wait_until
from tests.support.device_line import wire_to
from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of, served_portal

API = "/v1/api"
#: What a script of a page sends, and says what came back.
FETCH = """async ([address, options]) => {
  const answer = await fetch(address, options);
  return [answer.type, answer.status, await answer.text()];
}"""
#: A page that does all that pages can do to others: pictures, frames, forms, and requests whose answers it cannot see.
HOSTILE = """<!doctype html><title>a page</title><img src="{logout}"><iframe src="{logout}"></iframe>
<iframe name="hole"></iframe><form method="post" action="{logout}" target="hole"></form>
<a href="{logout}">a link</a><script>
document.forms[0].submit();
for (const method of ["GET", "POST"]) fetch("{logout}", {{method, mode: "no-cors", credentials: "include"}});
</script>"""
#: A picture, a frame, a request and a link; a form and a request.
TRIED = ["GET 403"] * 4 + ["POST 403"] * 2


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A gateway."""
    with served_portal(tmp_path_factory.mktemp("portal"), serving=("--gateway", "--access-log")) as served:
        yield served


@pytest.fixture
def inside(portal: LivePortal, window: Callable[..., Screen], sells: Callable[..., Phone]) -> Screen:
    """A window in which somebody just logged in, on the page that says so."""
    name = f"bo-{uuid.uuid4().hex[:8]}"
    phone = sells(name)
    phone.activates(portal.adds(name, activation=True)[name]["activation"])
    screen = window()
    screen.opens()
    screen.types_password(name, password_of(name))
    screen.types_response(phone.responds(screen.challenge))
    screen.sees_success(name)
    return screen


def standing(portal: LivePortal) -> dict[str, Any]:
    """How the brokerage session stands, as a program is told."""
    answer = wire_to(portal.address)("GET", f"{API}/iserver/auth/status", None, {})
    assert answer.status == 200
    return dict(json.loads(answer.text))


def asked(portal: LivePortal) -> list[str]:
    """By which method each logout was sent so far, and how it was answered."""
    found = re.findall(rf"^(\w+) {API}/logout (\d+)", portal.log, re.MULTILINE)
    return [f"{method} {status}" for method, status in found]


@contextmanager
def elsewhere(page: str) -> Iterator[str]:
    """A site of somebody else, at another port of this machine: all that it shows is this page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_script_of_the_page_asks(portal: LivePortal, inside: Screen) -> None:
    """What programs ask from the page where they have logged in is answered there as it is to everybody."""
    wish = {
        "method": "POST",
        "headers": {"Content-Type": "application/json"},
        "body": '{"publish":true,"compete":true}',
    }

    for call, options in (("sso/validate", {}), ("iserver/auth/ssodh/init", wish), ("iserver/auth/status", {})):
        kind, status, body = inside.page.evaluate(FETCH, [f"{API}/{call}", options])
        assert (kind, status) == ("basic", 200), body
        assert (
            json.loads(body).items()
            >= ({"RESULT": True} if call == "sso/validate" else {"authenticated": True}).items()
        )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_page_does_nothing(portal: LivePortal, inside: Screen, browser: Browser, host: str) -> None:
    """Pictures, frames, forms, requests and links of another page all reach the gateway, and all are refused."""
    logout = f"{portal.at(host)}{API}/logout"
    before = len(asked(portal))
    with elsewhere(HOSTILE.format(logout=logout)) as address:
        page = browser.new_page()
        page.goto(address)
        wait_until(lambda: len(asked(portal)) - before == len(TRIED) - 1)  # a link that is followed stops what is left
        with page.expect_navigation():
            page.get_by_text("a link").click()
        assert "forbidden" in page.content()
        page.close()
    wait_until(lambda: len(asked(portal)) - before == len(TRIED))

    assert sorted(asked(portal)[before:]) == TRIED
    assert standing(portal)["connected"] is True
    assert inside.page.evaluate(FETCH, [f"{API}/tickle", {}])[1] == 200


def test_an_address_that_is_typed_only_looks(portal: LivePortal, inside: Screen, browser: Browser) -> None:
    """Who opens an address of the gateway sees how the session stands, and ends nothing; nor does a link of a page."""
    page = browser.new_page()
    page.goto(f"{portal.address}{API}/tickle")
    assert '"connected":true' in page.content()
    for call in ("logout", "iserver/auth/ssodh/init", "iserver/reauthenticate"):
        page.goto(f"{portal.address}{API}/{call}")
        assert "forbidden" in page.content()
    page.close()

    assert standing(portal)["connected"] is True
