"""`/mobile`: the article's steps on the trading device, on both platforms, in both languages, and how each can fail."""

import pytest

from authsim.model import User
from authsim.verifier import operators
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site

ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile"
#: The labels of the article, by platform and language: the button of the login, the choice, the code, field and button.
LABELS = {
    ("ios", "en"): ("Log In", "Two-Factor Authentication", "Challenge code", "Enter response code", "Send"),
    ("android", "en"): ("Log In", "Two-Factor Authentication", "Challenge code", "Enter response code", "Log In"),
    ("ios", "ja"): ("ログイン", "二段階ログイン認証", "チャレンジコード", "レスポンス・コード入力", "送信"),
    ("android", "ja"): ("ログイン", "二段階ログイン認証", "チャレンジコード", "レスポンス・コード入力", "ログイン"),
}


@pytest.fixture
def enrolled(site: Site, alice: User, phone: TestPhone) -> TestPhone:
    """A phone that is active for alice: her authentication device."""
    site.browser().logs_in("alice", phone)
    return phone


def logs_in(browser: Browser, platform: str = "ios", password: str = PASSWORD) -> Page:
    """Enter the credentials on the trading device."""
    page = browser.opens(f"/mobile/{platform}")
    (form,) = [form for form in page.one(cls="phone-screen").walk() if form.tag == "form"]
    return browser.sends(form, {"username": "alice", "password": password})


def responds(browser: Browser, response: str) -> Page:
    """Type the response on the page that shows the challenge."""
    assert browser.page is not None
    (form,) = [form for form in browser.page.one(cls="phone-screen").walk() if form.tag == "form"]
    return browser.sends(form, {"response": response})


def shows_challenge(browser: Browser, platform: str = "ios") -> str:
    """Tap *Two-Factor Authentication* and read the challenge."""
    return browser.opens(f"/mobile/{platform}?screen=challenge").one(cls="trading-challenge").text


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_the_article_step_by_step(site: Site, enrolled: TestPhone, platform: str, language: str) -> None:
    """Log In, Two-Factor Authentication, challenge, response, Send or Log In: labels and order are the article's."""
    log_in, choice, code, field, button = LABELS[platform, language]
    browser = site.browser(Accept_Language=language)
    page = browser.opens(f"/mobile/{platform}")
    assert page.one(cls="phone").classes == {"phone", platform}
    assert [one.text for one in page.one(cls="phone-screen").walk() if one.tag == "button"] == [log_in]
    page = logs_in(browser, platform)
    first, second = page.all(cls="setting")
    assert first.text.startswith(choice)
    assert "IB Key" in second.text
    page = browser.opens(first.attributes["href"])
    assert page.one(tag="h1").text == choice
    assert code in [heading.text for heading in page.all(tag="h2")]
    assert page.one(tag="label", **{"for": "trading-response"}).text == field
    assert [one.text for one in page.one(cls="phone-screen").walk() if one.tag == "button"][-1] == button
    page = responds(browser, enrolled.respond(page.one(cls="trading-challenge").text))
    assert page.all(cls="proof-panel")
    assert "alice" in page.one(cls="proof-panel").text


def test_nothing_is_announced(site: Site, browser: Browser, enrolled: TestPhone) -> None:
    """A login on the trading device sends no notification to the phone."""
    logs_in(browser)
    assert not site.verifier.store.pushes.list_open(enrolled.device_id, now_ms=site.clock.now_ms())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_who_has_opted_out_is_in(site: Site, alice: User, enrolled: TestPhone, language: str) -> None:
    """No choice and no challenge: the trading app, and what is restricted; the session opens no page of the portal."""
    operators.set_secure_login(site.verifier, alice, is_needed=False)
    browser = site.browser(Accept_Language=language)

    page = logs_in(browser)

    assert "alice" in page.one(cls="proof-panel").text
    assert [one.text for one in page.one(cls="restricted").walk() if one.tag == "li"]
    assert "OTCBB" in page.one(cls="restricted").text
    newest = site.verifier.store.sessions.list_open(alice.user_id, now_ms=site.clock.now_ms())[0]
    assert newest.reach.value == "trading"
    assert browser.opens("/portal/activity").status == 401


def test_opting_back_in_closes_the_trading_app(site: Site, browser: Browser, alice: User, enrolled: TestPhone) -> None:
    """At once: the next load asks for the credentials, and after them for the phone."""
    operators.set_secure_login(site.verifier, alice, is_needed=False)
    logs_in(browser)
    opted_out = site.verifier.store.users.get(alice.user_id)
    assert opted_out is not None
    operators.set_secure_login(site.verifier, opted_out, is_needed=True)

    assert browser.opens("/mobile/ios").all(name="password")
    assert logs_in(browser).all(cls="setting")


def test_platform_of_the_phone_that_asks(site: Site) -> None:
    """`/mobile` leads an Android phone to its own screens and everything else to the first platform."""
    assert site.browser().opens("/mobile").path == "/mobile/ios"
    assert site.browser(User_Agent=ANDROID).opens("/mobile").path == "/mobile/android"
    assert site.browser().opens("/mobile/windows").status == 404


def test_wrong_password(browser: Browser, enrolled: TestPhone) -> None:
    """A wrong password is said on the login screen, with nothing of what was typed."""
    page = logs_in(browser, password="wrong-password")
    assert page.error == "Invalid username password combination"
    assert "wrong-password" not in page.text
    assert page.all(name="password")


def test_no_phone_is_active(browser: Browser, alice: User) -> None:
    """Without an authentication device nobody gets in here."""
    assert logs_in(browser).error == "Authentication failed"


def test_wrong_response_ends_the_attempt(browser: Browser, enrolled: TestPhone) -> None:
    """One wrong response leads back to the credentials, with the known sentence."""
    logs_in(browser)
    right = enrolled.respond(shows_challenge(browser))
    page = responds(browser, f"{(int(right) + 1) % 10**8:08}")
    assert page.error == "Authentication failed"
    assert page.all(name="password")


def test_malformed_response_may_be_typed_again(browser: Browser, enrolled: TestPhone) -> None:
    """What is no response at all stays on the screen and costs nothing."""
    logs_in(browser)
    challenge = shows_challenge(browser)
    page = responds(browser, "1234")
    assert page.error == "A response code has 8 digits."
    assert page.one(cls="trading-challenge").text == challenge
    assert responds(browser, enrolled.respond(challenge)).all(cls="proof-panel")


def test_expired_challenge(site: Site, browser: Browser, enrolled: TestPhone) -> None:
    """After 180 s the screen says so and asks for the credentials again; so does a late response."""
    logs_in(browser)
    response = enrolled.respond(shows_challenge(browser))
    site.clock.advance(seconds=180)
    assert responds(browser, response).error == "The challenge code has expired."
    logs_in(browser)
    site.clock.advance(seconds=180)
    assert browser.opens("/mobile/ios").error == "The challenge code has expired."


def test_cancel_and_log_out(site: Site, browser: Browser, enrolled: TestPhone) -> None:
    """Cancel forgets the login; Log Out ends the session."""
    logs_in(browser)
    assert browser.presses("/log-out").all(name="password")
    logs_in(browser)
    responds(browser, enrolled.respond(shows_challenge(browser)))
    token = browser.cookies()["t"]
    assert browser.presses("/log-out").all(name="password")
    assert "t" not in browser.cookies()
    thief = site.browser()
    thief.client.set_cookie(f"authsim_t_{site.verifier.instance.instance_id[:8]}", token, domain="127.0.0.1")
    assert thief.opens("/mobile/ios").all(name="password")


def test_revoked_phone_ends_the_session(site: Site, browser: Browser, alice: User, enrolled: TestPhone) -> None:
    """What a phone signed in ends with the phone, on the trading device too."""
    logs_in(browser)
    responds(browser, enrolled.respond(shows_challenge(browser)))
    operators.revoke_device(site.verifier, alice)
    assert browser.opens("/mobile/ios").all(name="password")


def test_a_limited_session_of_the_portal_is_none_of_it(site: Site, browser: Browser, alice: User) -> None:
    """Who has the password alone carries the session that shows the QR code over, and is asked to log in."""
    browser.types_password("alice")
    token = browser.cookies()["s"]
    browser.client.set_cookie(f"authsim_t_{site.verifier.instance.instance_id[:8]}", token, domain="127.0.0.1")
    assert browser.opens("/portal/activation").path == "/portal/activation"
    assert browser.opens("/mobile/ios").all(name="password")


def test_beside_the_portal(browser: Browser, enrolled: TestPhone) -> None:
    """The trading device is another device: in one browser it neither signs the portal in nor out."""
    logs_in(browser)
    responds(browser, enrolled.respond(shows_challenge(browser)))
    assert browser.opens("/sso/Dispatcher").path == "/sso/Login"
    browser.logs_in("alice", enrolled)
    assert browser.opens("/mobile/ios").all(cls="proof-panel")
    browser.opens("/sso/Dispatcher")
    browser.presses("/portal/sign-out")
    assert browser.opens("/mobile/ios").all(cls="proof-panel")


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_migrate(browser: Browser, enrolled: TestPhone, platform: str) -> None:
    """Migrate IB Key: the consequence, the same button once more, then what to do on the new phone and why not here."""
    page = logs_in(browser, platform)
    page = browser.opens(page.all(cls="setting")[1].attributes["href"])
    assert page.one(tag="h1").text == "Migrate IB Key"
    assert "the old phone stops answering" in page.text
    confirm = page.one(cls="btn-primary")
    assert confirm.text == "Migrate IB Key"
    page = browser.opens(confirm.attributes["href"])
    assert "a page cannot hold keys" in page.text
    commands = [one.text for one in page.one(cls="phone-screen").walk() if one.tag == "code"]
    assert any("migrate alice" in command for command in commands)
    assert any(f"--platform {platform}" in command for command in commands)


def test_migrate_explains_without_a_login(browser: Browser, enrolled: TestPhone) -> None:
    """Whoever has lost the phone reads the same without logging in, with a name to be filled in."""
    assert "the old phone stops answering" in browser.opens("/mobile/ios?screen=migrate").text
    assert "migrate NAME" in browser.opens("/mobile/ios?screen=migrate-how").text
    for wish in ("challenge", "choice", "home", "nonsense"):
        assert browser.opens(f"/mobile/ios?screen={wish}").all(name="password")


def test_response_without_a_login(browser: Browser) -> None:
    """A response out of the blue leads to the login screen."""
    answer = browser.asks("POST", "/mobile/ios/response", body={"csrf_token": browser.token(), "response": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mobile/ios")


def test_policy_may_allow_a_second_try(opens_site, phone: TestPhone) -> None:  # type: ignore[no-untyped-def]
    """Where more responses are allowed, a wrong one stays on the challenge screen."""
    from authsim.policy import Policy

    site = opens_site(policy=Policy(responses_per_challenge=2))
    site.adds("alice")
    site.browser().logs_in("alice", phone)
    browser = site.browser()
    logs_in(browser)
    right = phone.respond(shows_challenge(browser))
    page = responds(browser, f"{(int(right) + 1) % 10**8:08}")
    assert page.error == "Authentication failed"
    assert page.all(cls="trading-challenge")
    assert responds(browser, right).all(cls="proof-panel")


@pytest.mark.parametrize("action", ["log-in", "response", "log-out"])
def test_forms_of_no_platform(browser: Browser, action: str) -> None:
    """There is no third platform to post to."""
    answer = browser.asks("POST", f"/mobile/windows/{action}", body={"csrf_token": browser.token()})
    assert answer.status_code == 404
