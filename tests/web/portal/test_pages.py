"""Home, activity, sessions, sign-out, help and the switches: what a person can do once the login is over."""

import pytest

from authsim.model import User
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.inbox import list_texts
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site


def facts(browser: Browser, title: str) -> str:
    """The text of the card with this title."""
    assert browser.page is not None
    for heading in browser.page.all(tag="h2"):
        if heading.text == title:
            assert heading.parent is not None
            return heading.parent.text
    raise AssertionError(f"no card {title}")


def test_home_of_a_first_login(browser: Browser, alice: User, phone: TestPhone) -> None:
    """The first login says that it is the first, and names the phone."""
    browser.logs_in("alice", phone)
    assert "this is the first one" in facts(browser, "Last login")
    assert "practice phone" in facts(browser, "Authentication device")
    assert "primary user" in facts(browser, "Account")


def test_home_tells_last_login_and_failures_since(site: Site, alice: User, phone: TestPhone) -> None:
    """Failures between two logins are counted, those before the first of them are not."""
    one = site.browser(User_Agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    one.types_password("alice", "wrong")
    one.logs_in("alice", phone)
    site.clock.advance(seconds=60)
    two = site.browser()
    for _ in range(3):
        two.types_password("alice", "wrong")
    site.clock.advance(seconds=60)
    two.logs_in("alice", phone)
    card = facts(two, "Last login")
    assert "3 attempts" in card
    assert "Firefox 140" in card


def test_home_after_the_phone_was_revoked(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """Who signed in with a phone that is revoked is signed out with it."""
    browser.logs_in("alice", phone)
    operators.revoke_device(site.verifier, alice)
    answer = browser.asks("GET", "/sso/Dispatcher")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sso/Login")


def test_home_without_a_session(browser: Browser) -> None:
    """Nobody signed in: 302 to the login page."""
    answer = browser.asks("GET", "/sso/Dispatcher")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sso/Login")


def test_activity_tells_the_story(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Newest first: logged in, phone activated, login refused with its cause."""
    browser.types_password("alice", "wrong")
    browser.logs_in("alice", phone)
    page = browser.opens("/portal/activity")
    rows = [row.text for row in page.one(cls="timeline").elements]
    assert ["Logged in" in rows[0], "Phone activated" in rows[1], "Login refused" in rows[2]] == [True] * 3
    assert "wrong password" in rows[2]


def test_replaced_phone_is_told(site: Site, browser: Browser, phone: TestPhone) -> None:
    """When a texted code brings another phone in, timeline and list of phones say so, and the old session is over."""
    site.adds("mia", phone="+12025550143")
    browser.logs_in("mia", phone)
    newer = site.sells_phone("newer phone")
    newer.add_user(
        site.verifier, "mia", Secret(PASSWORD), reads=lambda: list_texts(site.verifier, "+12025550143")[-1].text
    )
    assert browser.opens("/sso/Dispatcher").path == "/sso/Login"
    browser.logs_in("mia", newer)
    told = browser.opens("/portal/activity").text
    assert "Phone replaced by another one" in told
    assert "Phone activated with a texted code" in told
    phones = browser.opens("/portal/sessions").all(cls="timeline")[1].elements
    assert ["newer phone" in phones[0].text, "practice phone" in phones[1].text] == [True, True]
    assert [row.text.count(word) for row, word in zip(phones, ("active", "replaced"), strict=True)] == [1, 1]


def test_activity_of_others_is_not_shown(site: Site, alice: User) -> None:
    """A user reads the own rows only; an empty story is one sentence and one action."""
    site.adds("bob")
    site.browser().types_password("alice", "wrong")
    browser = site.browser()
    browser.types_password("bob")
    page = browser.opens("/portal/activity")
    assert not page.all(cls="timeline")
    assert page.one(cls="empty")


def test_sessions_are_listed_and_can_be_ended(site: Site, alice: User, phone: TestPhone) -> None:
    """This browser is marked and has no button; the other one is ended by its button."""
    one, two = site.browser(), site.browser()
    one.logs_in("alice", phone)
    two.logs_in("alice", phone)
    page = two.opens("/portal/sessions")
    assert len(page.one(cls="timeline").elements) == 2
    assert page.text.count("This browser") == 1
    page = two.presses("/end")
    assert "The session is ended." in page.text
    assert len(page.one(cls="timeline").elements) == 1
    assert one.opens("/portal/activity").status == 401
    assert one.opens("/sso/Dispatcher").path == "/sso/Login"


@pytest.mark.parametrize("wanted", ["0" * 32, "x", "A" * 32, "0" * 5_000])
def test_sessions_of_nobody(browser: Browser, alice: User, phone: TestPhone, wanted: str) -> None:
    """An id that is no session of this user does not exist, whatever it looks like."""
    token = browser.logs_in("alice", phone).one(name="csrf_token").attributes["value"]
    answer = browser.asks("POST", f"/portal/sessions/{wanted}/end", body={"csrf_token": token})
    assert answer.status_code == 404


def test_session_of_another_user_does_not_exist(site: Site, alice: User, phone: TestPhone) -> None:
    """The id of somebody else's session is answered as one that does not exist, and that session lives on."""
    bob = site.adds("bob")
    theirs, mine = site.browser(), site.browser()
    theirs.logs_in("bob", site.sells_phone())
    (session,) = site.verifier.store.sessions.list_open(bob.user_id, now_ms=site.clock.now_ms())
    token = mine.logs_in("alice", phone).one(name="csrf_token").attributes["value"]
    answer = mine.asks("POST", f"/portal/sessions/{session.session_id}/end", body={"csrf_token": token})
    assert answer.status_code == 404
    assert theirs.opens("/portal/activity").status == 200


def test_sign_out(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Signing out ends the session, takes the cookies, clears what the browser kept, and says so once."""
    page = browser.logs_in("alice", phone)
    token = browser.cookies()["s"]
    body = {"csrf_token": page.one(name="csrf_token").attributes["value"]}
    answer = browser.asks("POST", "/portal/sign-out", body=body)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.cookies().keys() <= {"c"}
    assert "You are signed out." in browser.opens("/sso/Login").text
    assert "You are signed out." not in browser.opens("/sso/Login").text
    thief = browser.site.browser()
    thief.client.set_cookie(next(iter(_names(browser, "s"))), token, domain="127.0.0.1")
    assert thief.opens("/portal/activity").status == 401


def test_sign_out_without_a_session(browser: Browser) -> None:
    """Signing out twice is no error."""
    assert browser.asks("POST", "/portal/sign-out", body={"csrf_token": browser.token()}).status_code == 303


def test_phishing_page_is_linked_from_the_login_page(browser: Browser) -> None:
    """The login page leads to how phishing is recognised."""
    links = [link.attributes["href"] for link in browser.opens("/").all(tag="a")]
    assert "/help/phishing" in links
    assert browser.opens("/help/phishing").status == 200


def test_language_switch(browser: Browser) -> None:
    """The language link sets a cookie that every page follows, and leads back to where it stood."""
    page = browser.opens("/look/language/ja?next=phishing")
    assert page.path == "/help/phishing"
    assert page.one(tag="html").attributes["lang"] == "ja"
    assert browser.opens("/").one(cls="xyz-button-login").text == "ログイン"
    assert browser.opens("/look/language/en").one(tag="html").attributes["lang"] == "en"


@pytest.mark.parametrize(
    "path",
    ["/mobile/android", "/app/store/ios", "/help/camera", "/inbox", "/lost-phone", "/app"],
)
def test_switches_lead_back_to_every_page(browser: Browser, path: str) -> None:
    """Whatever page the switches stand on, they lead back to it."""
    links = [link.attributes["href"] for link in browser.opens(path).all(tag="a")]
    language = next(link for link in links if link.startswith("/look/language/ja"))
    page = browser.opens(language)
    assert page.path == path
    assert page.one(tag="html").attributes["lang"] == "ja"


@pytest.mark.parametrize("view", ["notification", "qr", "challenge"])
def test_switches_keep_the_rung(site: Site, alice: User, phone: TestPhone, view: str) -> None:
    """On the second-factor page they lead back to the rung that was shown."""
    site.browser().logs_in("alice", phone)
    browser = site.browser(is_patient=True)
    browser.types_password("alice")
    page = browser.opens(f"/sso/SecondFactor?with={view}")
    links = [link.attributes["href"] for link in page.all(tag="a")]
    browser.opens(next(link for link in links if link.startswith("/look/theme/dark")))
    assert browser.page is not None
    assert [one.attributes["data-view"] for one in browser.page.all() if "data-view" in one.attributes] == [view]


def test_theme_switch_keeps_the_language(browser: Browser) -> None:
    """Theme and language are chosen apart from each other."""
    browser.opens("/look/language/ja")
    page = browser.opens("/look/theme/dark")
    assert page.one(tag="html").attributes["data-theme"] == "dark"
    assert page.one(tag="html").attributes["lang"] == "ja"


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [("ja", "ja"), ("ja-JP,en;q=0.5", "ja"), ("en,ja;q=0.5", "en"), ("de", "en"), ("", "en"), ("*", "en")],
)
def test_accept_language(site: Site, accepted: str, spoken: str) -> None:
    """Without a choice the browser's own wish decides; English is spoken to all others."""
    page = site.browser(Accept_Language=accepted).opens("/")
    assert page.one(tag="html").attributes["lang"] == spoken


def test_locale_of_the_user(site: Site) -> None:
    """A Japanese user is spoken to in Japanese once the password is passed, unless the browser chose."""
    site.adds("hanako", locale="ja")
    browser = site.browser(Accept_Language="en")
    assert browser.types_password("hanako").one(tag="html").attributes["lang"] == "ja"
    assert browser.opens("/look/language/en?next=activation").one(tag="html").attributes["lang"] == "en"


@pytest.mark.parametrize("path", ["/look/language/de", "/look/theme/pink", "/look/font/big", "/look/language/"])
def test_choices_that_do_not_exist(browser: Browser, path: str) -> None:
    """Only what is offered can be chosen."""
    assert browser.opens(path).status == 404


def test_forged_look_cookie_is_ignored(browser: Browser) -> None:
    """A cookie that we never set chooses nothing."""
    browser.client.set_cookie("authsim_look", "ja.<script>", domain="127.0.0.1")
    page = browser.opens("/")
    assert page.one(tag="html").attributes["lang"] == "en"
    assert page.one(tag="html").attributes["data-theme"] == "auto"


REDIRECTS = (
    *("//evil.test", "https://evil.test", "\\\\evil.test", "/\\evil.test", "javascript:alert(1)", "%2f%2fevil.test"),
    *("///evil.test", "/%09/evil.test", "evil.test", "http:evil.test", "@evil.test", "／／evil.test", "activity.show"),
)


@pytest.mark.parametrize("target", REDIRECTS)
def test_next_is_never_an_address(browser: Browser, target: str) -> None:
    """Whatever stands in `next`, the redirect stays on our own login page."""
    answer = browser.client.get("/look/theme/dark", query_string={"next": target}, base_url=browser.address)
    assert answer.headers["Location"] == "/sso/Login"


def test_next_given_twice_is_refused(browser: Browser) -> None:
    """A parameter stands there once."""
    assert browser.asks("GET", "/look/theme/dark?next=home&next=login").status_code == 400


@pytest.mark.parametrize(
    ("path", "text"), [("/healthz", "ok"), ("/readyz", "ready"), ("/robots.txt", "User-agent: *\nDisallow: /\n")]
)
def test_plain_answers(browser: Browser, path: str, text: str) -> None:
    """Probes and robots get plain text."""
    answer = browser.asks("GET", path)
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", text)


def test_not_ready_without_the_store(site: Site, browser: Browser) -> None:
    """When the database cannot be read, the portal lives but is not ready."""
    site.portal.store.close()
    site.database.write_bytes(b"this is no database, " * 500)
    for file in site.database.parent.glob("portal.sqlite3-*"):
        file.unlink()
    assert browser.asks("GET", "/healthz").status_code == 200
    assert browser.asks("GET", "/readyz").status_code == 503


def test_icon_is_our_own(browser: Browser) -> None:
    """The icon is an SVG with two brackets, and `favicon.ico` leads to it."""
    assert browser.asks("GET", "/favicon.ico").headers["Location"] == "/favicon.svg"
    answer = browser.asks("GET", "/favicon.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.startswith("<svg")


def test_policy_reports_are_taken_and_forgotten(site: Site, browser: Browser) -> None:
    """A browser's content policy report needs no token and leaves no row."""
    before = site.rows()
    answer = browser.asks("POST", "/csp", body='{"csp-report":{}}', content_type="application/csp-report")
    assert (answer.status_code, answer.text) == (204, "")
    assert site.rows() == before


def _names(browser: Browser, kind: str) -> set[str]:
    return {f"authsim_{kind}_{browser.site.verifier.instance.instance_id[:8]}"}
