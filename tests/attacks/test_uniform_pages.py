"""A11 and A12: the pages of a login tell nobody which name exists, which password is right, or what failed.

Compared are the bytes of every answer and the work that was done for it, never the time: `benchmarks/uniform_login.py`
measures that.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from authsim.model import Device
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.verifier import activation, confirmation, operators
from tests.support.browser_plain import Page, fill
from tests.support.people import BROWSER
from tests.support.ports import CheapPasswords
from tests.support.site import ORIGIN, PASSWORD, Browser, Site, make_empty_database, open_site

#: Every kind of person who comes to the login page. Only the last one has a phone that could go on.
KINDS = ("unknown", "wrong password", "locked", "no device", "ok")

_MASKS = (
    (r"<svg.*?</svg>", "‹picture›"),
    (r'(name="csrf_token" value=")[^"]+', r"\1‹token›"),
    (r'(nonce=")[^"]+', r"\1‹nonce›"),
    (r"\b\d{10}\b|\b(?:\d ){9}\d\b", "‹challenge›"),
    (r"\b\d{6}\b|\b(?:\d ){5}\d\b", "‹number›"),
    (r"(<code class=\"reference\"[^>]*>)[^<]+|\b[0-9a-f]{8,32}\b", "‹reference›"),
)


@dataclass(slots=True, kw_only=True)
class Work:
    """What was done for one answer: slow hashes, committed changes, and SQL statements."""

    hashes: int = 0
    changes: int = 0
    statements: int = 0


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema, to be copied."""
    return make_empty_database(tmp_path_factory.mktemp("uniform") / "empty.sqlite3")


@pytest.fixture
def sites(tmp_path: Path, empty: Path) -> Iterator[Callable[[], Site]]:
    """A way to open portals of the hardened profile at the same instant, each with everybody who is needed."""
    opened: list[Site] = []

    def opens() -> Site:
        folder = tmp_path / f"site-{len(opened)}"
        folder.mkdir()
        site = open_site(folder, empty, policy=PROFILES[HARDENED], suite=STRICT10)
        opened.append(site)
        for name in ("alice", "locked", "nodevice"):
            site.adds(name)
        for name in ("alice", "locked"):
            _activate(site, name)
        locked = site.verifier.store.users.find("locked")
        assert locked is not None
        operators.lock(site.verifier, locked)
        site.clock.advance(seconds=1)
        return site

    yield opens
    for site in opened:
        site.portal.close()


@pytest.fixture
def site(sites: Callable[[], Site]) -> Site:
    """One of them."""
    return sites()


def _activate(site: Site, name: str) -> Device:
    """Bring in a phone by the operator's code."""
    user = site.verifier.store.users.find(name)
    assert user is not None
    phone = site.sells_phone()
    phone.activate(site.verifier, activation.operator_activation(site.verifier, user.user_id, replace=False).uri)
    waiting = confirmation.find_unconfirmed(site.verifier, user, now_ms=site.clock.now_ms())
    assert waiting is not None
    return confirmation.judge_confirmation(
        site.verifier, waiting, code=phone.confirmation, client=BROWSER, now_ms=site.clock.now_ms()
    )


def credentials(kind: str) -> dict[str, str]:
    """What that person types."""
    names = {"unknown": "nobody", "locked": "locked", "no device": "nodevice"}
    return {
        "username": names.get(kind, "alice"),
        "password": "wrong horse battery" if kind == "wrong password" else PASSWORD,
    }


def mask(text: str) -> str:
    """Return a page without what differs by nature: tokens, nonces, challenge, number, QR code, reference."""
    for pattern, word in _MASKS:
        text = re.sub(pattern, word, text, flags=re.DOTALL)
    return text


def tell(answer: TestResponse) -> tuple[int, dict[str, str], str]:
    """Return all that an answer tells: status, headers, body, each masked."""
    headers = {
        name: re.sub(r"=[^;]+", "=‹value›", value, count=1) if name == "Set-Cookie" else mask(value)
        for name, value in answer.headers.items()
        if name not in {"Content-Length", "Date"}
    }
    return answer.status_code, headers, mask(answer.text)


def begins(site: Site, kind: str) -> tuple[Browser, TestResponse]:
    """Send the login form."""
    browser = site.browser()
    form = browser.opens("/sso/Login").one(cls="xyzform-username")
    action, fields = fill(form, credentials(kind))
    return browser, browser.asks("POST", action, body=fields)


def posts(browser: Browser, cls: str, typed: dict[str, str] | None = None, *, action: str = "") -> TestResponse:
    """Send a form of the second page, which the browser shows."""
    page = browser.opens("/sso/TwoStep")
    forms = page.all(tag="form", cls=cls) if cls else page.all(tag="form")
    form = next(form for form in forms if form.attributes["action"].endswith(action))
    address, fields = fill(form, typed or {})
    return browser.asks("POST", address, body=fields)


def walk(site: Site, kind: str) -> list[tuple[int, dict[str, str], str]]:
    """Go through both pages as somebody who does not have the phone, and return all that was told."""
    browser, answer = begins(site, kind)
    told = [tell(answer), tell(browser.asks("GET", "/sso/TwoStep"))]
    told.append(tell(browser.asks("GET", "/sso/TwoStep/state")))
    told.append(tell(posts(browser, "xyzform-gold", {"gold-response": "123"})))
    told.append(tell(browser.asks("GET", "/sso/TwoStep")))
    told.append(tell(posts(browser, "", action="/continue")))
    told.append(tell(browser.asks("GET", "/sso/TwoStep")))
    told.append(tell(posts(browser, "", action="/resend")))
    site.clock.advance(seconds=10)
    told.append(tell(posts(browser, "", action="/resend")))
    told.append(tell(browser.asks("GET", "/sso/TwoStep")))
    for _ in range(3):
        told.append(tell(posts(browser, "xyzform-gold", {"gold-response": "00000000"})))
        told.append(tell(browser.asks("GET", "/sso/TwoStep" if len(told) < 16 else "/sso/Login")))
    told.append(tell(browser.asks("GET", "/sso/TwoStep/state")))
    told.append(tell(browser.asks("GET", "/sso/TwoStep")))
    return told


def test_uniform_pages(sites: Callable[[], Site]) -> None:
    """Both pages, every refusal and every redirect are byte-equal for everybody who does not have the phone."""
    told = {kind: walk(sites(), kind) for kind in KINDS}
    shown = told["ok"]
    assert shown[0][0] == 303
    assert shown[0][1]["Location"] == "/sso/TwoStep"
    assert "‹challenge›" in shown[1][2]
    for kind in KINDS:
        for step, (one, other) in enumerate(zip(told[kind], shown, strict=True)):
            assert one == other, (kind, step)


def test_a_wrong_passcode_tells_nobody_anything(site: Site) -> None:
    """It leaves the page with the one sentence, for everybody."""
    told = set()
    for kind in KINDS:
        browser, _ = begins(site, kind)
        answer = posts(browser, "xyzform-temp", {"temp-response": "ABCD-EFGH-JKMN-PQRS"})
        page = browser.opens(answer.headers["Location"])
        told.add((answer.status_code, answer.headers["Location"], page.error))
        site.clock.advance(seconds=3_600)
    assert len(told) == 1
    [(status, location, error)] = told
    assert (status, location) == (303, "/sso/Login")
    assert error is not None
    assert "Login failed." in error


def test_too_many_attempts_are_told_alike(site: Site) -> None:
    """The eleventh attempt within five minutes is told to wait, on a name that exists and on one that does not."""
    told = []
    for kind in ("wrong password", "unknown"):
        for _ in range(10):
            begins(site, kind)
        browser, answer = begins(site, kind)
        page = browser.opens("/sso/Login")
        told.append((tell(answer), mask(page.text)))
        assert page.error is not None
        assert "too many attempts" in page.error
        site.clock.advance(seconds=3_600)
    assert told[0] == told[1]


def test_no_other_page_tells_more(sites: Callable[[], Site]) -> None:
    """The pages of classic logins and of the trading device, asked with the same cookie, say the same to everybody."""
    told = {}
    for kind in KINDS:
        site = sites()
        browser, _ = begins(site, kind)
        kept = browser.cookies()["l"]
        asked = [tell(browser.asks("GET", path)) for path in ("/sso/SecondFactor", "/sso/SecondFactor/state")]
        asked.append(tell(browser.asks("GET", "/sso/Login")))
        told[kind] = [*asked, *_trade(site, kind, kept)]
    for kind in KINDS:
        assert told[kind] == told["ok"], kind


def _trade(site: Site, kind: str, kept: str) -> list[tuple[int, dict[str, str], str]]:
    """Log in as a trading device, answer wrongly, and answer with the token of the portal's page."""
    client = site.app.test_client()

    def send(path: str, **members: object) -> TestResponse:
        body = json.dumps({"v": 1} | members)
        return client.post(f"/api/trading/v1/{path}", data=body, content_type="application/json", base_url=ORIGIN)

    typed = credentials(kind)
    begun = send("login", username=typed["username"], password=typed["password"])
    token = begun.json["token"] if begun.json is not None else ""
    answers = [send("respond", token=one, response="00000000") for one in (token, kept)]
    return [
        (answer.status_code, {}, re.sub(r'"(?:token|challenge|ref)":"[^"]+"', "‹›", answer.text))
        for answer in (begun, *answers)
    ]


def test_a_lost_phone_tells_nobody_either(sites: Callable[[], Site]) -> None:
    """*Lost your phone?* answers the same, whatever was typed; only the right password does something."""
    told = {}
    for kind in KINDS:
        site = sites()
        browser = site.browser()
        form = browser.opens("/lost-phone").one(tag="form", action="/lost-phone")
        action, fields = fill(form, credentials(kind))
        told[kind] = [tell(browser.asks("POST", action, body=fields)), tell(browser.asks("GET", "/lost-phone"))]
        user = site.verifier.store.users.find("alice")
        assert user is not None
        assert (site.verifier.store.devices.active_of(user.user_id) is None) is (kind == "ok")
    for kind in KINDS:
        assert told[kind] == told["ok"], kind


def test_no_device_is_named(site: Site) -> None:
    """Neither the phone's name nor the user's stands on any page before somebody is in."""
    browser, _ = begins(site, "ok")
    page = browser.opens("/sso/TwoStep")

    assert "practice phone" not in page.text
    assert "alice" not in page.text


def test_the_language_is_the_browsers(site: Site) -> None:
    """A Japanese user's page is in the language that the browser asks for, like everybody's."""
    site.adds("hanako", locale="ja")
    _activate(site, "hanako")
    browser = site.browser()
    form = browser.opens("/sso/Login").one(cls="xyzform-username")
    action, fields = fill(form, {"username": "hanako", "password": PASSWORD})
    browser.asks("POST", action, body=fields)

    assert 'lang="en"' in browser.opens("/sso/TwoStep").text


@contextmanager
def counted(site: Site, engine: Engine) -> Iterator[Work]:
    """Count the work that is done inside."""
    work = Work()

    def executed(*_: object) -> None:
        work.statements += 1

    def committed(*_: object) -> None:
        work.changes += 1

    passwords = site.verifier.passwords
    assert isinstance(passwords, CheapPasswords)
    before = len(passwords.compared)
    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield work
    finally:
        event.remove(engine, "after_cursor_execute", executed)
        event.remove(engine, "commit", committed)
        work.hashes = len(passwords.compared) - before


def test_the_same_work_is_done(site: Site) -> None:
    """Each page costs everybody the same number of slow hashes, of durable changes and of statements."""
    engine = site.portal.store.database.engine
    done: dict[str, list[Work]] = {}
    for kind in KINDS:
        browser = site.browser()
        form = browser.opens("/sso/Login").one(cls="xyzform-username")
        action, fields = fill(form, credentials(kind))
        steps = []
        with counted(site, engine) as work:
            browser.asks("POST", action, body=fields)
        steps.append(work)
        page = browser.opens("/sso/TwoStep")
        with counted(site, engine) as work:
            browser.asks("GET", "/sso/TwoStep")
        steps.append(work)
        with counted(site, engine) as work:
            _send(browser, page, "xyzform-gold", {"gold-response": "00000000"})
        steps.append(work)
        site.clock.advance(seconds=10)
        with counted(site, engine) as work:
            _send(browser, page, "", {}, action="/resend")
        steps.append(work)
        with counted(site, engine) as work:
            _send(browser, page, "xyzform-temp", {"temp-response": "ABCD-EFGH-JKMN-PQRS"})
        steps.append(work)
        done[kind] = steps
        site.clock.advance(seconds=3_600)
    for kind in KINDS:
        assert done[kind] == done["ok"], kind


def _send(browser: Browser, page: Page, cls: str, typed: dict[str, str], *, action: str = "") -> TestResponse:
    forms = page.all(tag="form", cls=cls) if cls else page.all(tag="form")
    form = next(form for form in forms if form.attributes["action"].endswith(action))
    address, fields = fill(form, typed)
    return browser.asks("POST", address, body=fields)
