"""What holds for every answer and every page of the portal, found in the application's own map and templates."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import Browser, Site

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
NUMBER = "+12025550142"
PLACES = {
    "what": "theme",
    "value": "dark",
    "filename": "page.js",
    "platform": "ios",
    "number": NUMBER,
    "deed": "unlock",
}
#: What whoever proved one factor may open besides what is open to everybody.
OF_ONE_FACTOR = {"/portal/activation", "/portal/activation/state", "/portal/activity"}
#: Fields of a login, a proof or a code: none of them is a hint, or a question about somebody's life.
QUESTIONS = re.compile(r'name="[^"]*(question|hint|mother|maiden|birth|pet|school)[^"]*"', re.IGNORECASE)


def paths(site: Site, method: str) -> Iterator[str]:
    """Every path that takes a method, with something in each of its places."""
    for rule in site.app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: PLACES.get(found[1], "0" * 32), rule.rule)


@pytest.fixture(params=["nobody", "one factor", "both factors"])
def somebody(request: pytest.FixtureRequest, site: Site, browser: Browser, alice: User, phone: TestPhone) -> Browser:
    """A browser in each of the three standings, at a portal with an inbox to look into."""
    site.adds("someone-with-a-number", phone=NUMBER)
    if request.param == "one factor":
        browser.types_password("alice")
    elif request.param == "both factors":
        browser.logs_in("alice", phone)
    return browser


def test_no_answer_is_shared_with_another_origin(somebody: Browser) -> None:
    """Whatever origin asks, nothing names it as one that may read the answer."""
    for path in paths(somebody.site, "GET"):
        for origin in ("https://evil.test", "null", "http://127.0.0.1:8765"):
            answer = somebody.asks("GET", path, headers={"Origin": origin})
            assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")], path
            answer.close()


def test_every_answer_says_what_it_is(somebody: Browser) -> None:
    """A body has a type; text has its character set, and JSON is UTF-8 by definition."""
    for path in paths(somebody.site, "GET"):
        answer = somebody.asks("GET", path)
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/"):
            assert kind.endswith("; charset=utf-8"), path
        elif answer.status_code not in (204, 304):
            assert kind in {"application/json", "image/svg+xml; charset=utf-8"} or answer.status_code == 301, (
                path,
                kind,
            )
        answer.close()


def test_the_last_resort(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """What nobody foresaw is a general page, its kind stands in the log, and the portal goes on."""

    def breaks() -> str:
        raise ZeroDivisionError("secret words")

    site.app.add_url_rule("/broken", view_func=breaks)
    answer = site.browser().asks("GET", "/broken")
    assert answer.status_code == 500
    for word in ("secret words", "Traceback", "ZeroDivisionError"):
        assert word not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert site.browser().asks("GET", "/sso/Login").status_code == 200


def test_one_factor_opens_no_more(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """After the password alone, no page below /portal and /desk opens but those of the activation and the activity."""
    browser.types_password("alice")
    opened = {path for path in paths(site, "GET") if re.match("/(portal|desk)", path) and answers(browser, path)}
    assert opened == OF_ONE_FACTOR

    browser.logs_in("alice", phone)
    browser.presses("/portal/sign-out")
    pending = browser.types_password("alice")
    assert pending.challenge
    assert "s" not in browser.cookies()
    assert [path for path in paths(site, "GET") if re.match("/(portal|desk)", path) and answers(browser, path)] == []


def test_no_form_replaces_the_second_factor(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """With a login that waits, every form of the portal sent empty, in any order, opens no session."""
    browser.logs_in("alice", phone)
    browser.presses("/portal/sign-out")
    for path in sorted(paths(site, "POST")):
        browser.types_password("alice")
        body = {"csrf_token": browser.token(), "gold-response": "", "factor": "5.2a", "response": "", "agreed": "yes"}
        browser.asks("POST", path, body=body).close()
        assert "s" not in browser.cookies(), path
    assert not site.verifier.store.sessions.list_open(alice.user_id, now_ms=site.clock.now_ms())


def answers(browser: Browser, path: str) -> bool:
    """Whether a path answers this browser with a page or a message of its own."""
    answer = browser.asks("GET", path)
    answer.close()
    return answer.status_code == 200


def test_every_page_of_a_session_leads_out(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """Each page that a session opens has a button to sign out."""
    browser.logs_in("alice", phone)
    seen = 0
    for path in paths(site, "GET"):
        page = browser.opens(path) if path.startswith("/portal") and answers(browser, path) else None
        if page is not None and page.all(tag="form"):
            actions = {form.attributes["action"] for form in page.all(tag="form")}
            assert "/portal/sign-out" in actions, path
            seen += 1
    assert seen > 8


def test_password_fields(site: Site) -> None:
    """Passwords are masked; neither pasting nor a password manager is kept away; nobody is asked about their life."""
    fields = [
        field
        for path in sorted(TEMPLATES.rglob("*.html"))
        for field in re.findall(r"<input[^>]*>", path.read_text(encoding="utf-8"))
    ]
    passwords = [field for field in fields if "password" in field]
    assert len(passwords) > 4
    for field in passwords:
        assert 'type="password"' in field, field
        assert "readonly" not in field
        assert re.search(r'maxlength="1024"', field), "longer than any password that may be set"
    assert [field for field in fields if QUESTIONS.search(field)] == []
    for script in (TEMPLATES.parent / "static").glob("*.js"):
        assert "paste" not in script.read_text(encoding="utf-8"), script.name
    assert not site.app.debug
