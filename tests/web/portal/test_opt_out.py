"""Opting out of the secure login system and coming back: the newer path, the classic one, and who may not."""

from dataclasses import replace

import pytest

from authsim.model import Role, SecureLogin, User
from authsim.policy import Policy
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import operators
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site

RADIO = "/portal/settings/secure-login"
AGREEMENT = "/portal/settings/opt-out"
CLASSIC = "/portal/settings/classic"


def form_of(page: Page, action: str) -> tuple[str, str]:
    """The address of the form that ends so, and its token."""
    form = next(one for one in page.all(tag="form") if one.attributes["action"].endswith(action))
    return form.attributes["action"], next(
        part for part in form.walk() if part.attributes.get("name") == "csrf_token"
    ).attributes["value"]


def sends(browser: Browser, page: Page, action: str, **fields: str) -> Page:
    """Send that form, and go where it leads."""
    address, token = form_of(page, action)
    answer = browser.asks("POST", address, body={"csrf_token": token, **fields})
    return browser.opens(answer.headers["Location"]) if answer.status_code == 303 else browser._arrives(address, answer)


def standing(site: Site, user: User) -> SecureLogin:
    """How a user stands, in the store."""
    kept = site.verifier.store.users.get(user.user_id)
    assert kept is not None
    return kept.secure_login


def opts_out(browser: Browser) -> Page:
    """Go the whole way out, with the agreement."""
    page = sends(browser, browser.opens(RADIO), "/trading", trading="trading-without")
    return sends(browser, page, "/opt-out", user=page.one(name="user").attributes["value"], agreed="yes")


def test_out_and_back(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """The radio leads to the consequences and the agreement; coming back is one radio and a confirmation with OK."""
    browser.logs_in("alice", phone)
    page = browser.opens(RADIO)
    assert "Secure login is required for trading" in page.text
    page = sends(browser, page, "/trading", trading="trading-without")
    assert page.path == AGREEMENT
    for consequence in ("Pink Sheet and OTCBB", "USD 50,000", "losses"):
        assert consequence in page.text
    page = sends(browser, page, "/opt-out", user="alice")
    assert page.error == "The agreement is not accepted yet."
    assert standing(site, alice) is SecureLogin.ENROLLED
    page = sends(browser, page, "/opt-out", user="alice", agreed="yes")
    assert "The trading device now opens with username and password alone." in page.text
    assert standing(site, alice) is SecureLogin.OPTED_OUT
    assert "opted out already" in browser.opens(AGREEMENT).text

    page = browser.opens(RADIO)
    assert "Secure login is not required for trading" in page.text
    page = sends(browser, page, "/trading", trading="always")
    assert "From now on every login asks for a secure login device" in page.text
    (done,) = [link for link in page.all(tag="a", cls="btn-primary") if link.text == "OK"]
    assert done.attributes["href"] == "/portal/settings/user"
    assert standing(site, alice) is SecureLogin.ENROLLED


def test_what_it_means(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """Opted out, trading opens with credentials and says what is restricted; the portal asks for the phone."""
    browser.logs_in("alice", phone)
    opts_out(browser)
    assert "USD 50,000 a day" in browser.opens("/sso/Dispatcher").text
    trader = site.browser()
    page = trader.opens("/mobile/ios")
    page = sends(trader, page, "/log-in", username="alice", password=PASSWORD)
    assert "You are logged in as alice." in page.text
    assert "OTCBB" in page.one(cls="restricted").text
    token = trader.cookies()["t"]
    other = site.browser(is_patient=True)
    assert other.types_password("alice").all(cls="xyzblock-notification")
    # the trading device's token opens no page of the portal
    thief = site.browser()
    name = next(cookie.key for cookie in trader.client._cookies.values() if "_t_" in cookie.key)
    thief.client.set_cookie(name.replace("_t_", "_s_"), token, domain="127.0.0.1")
    assert thief.opens("/portal/activity").status == 401


def test_classic_path(site: Site, browser: Browser, phone: TestPhone) -> None:
    """A list of users, a radio beside each: OPT OUT leads to the agreement, OPT BACK IN is done at once."""
    site.adds("alice")
    second = operators.add_user(
        site.verifier, name="bob", password=Secret(PASSWORD), role=Role.SECONDARY, account="alice"
    )
    other = site.browser()
    other.logs_in("bob", site.sells_phone())
    browser.logs_in("alice", phone)
    page = browser.opens(CLASSIC)
    assert page.one(cls="trail").elements[0].text == "Account Management"
    assert [label.text.partition("·")[0].strip() for label in page.one(cls="choices").elements[1:]] == ["alice", "bob"]
    page = sends(browser, page, "/classic", user="bob")
    assert page.path == AGREEMENT
    assert "For bob." in page.text
    page = sends(browser, page, "/opt-out", user="bob", agreed="yes")
    assert "The settings of bob are updated." in page.text
    assert standing(site, second) is SecureLogin.OPTED_OUT
    page = browser.opens(CLASSIC)
    assert "OPT BACK IN" in page.text
    page = sends(browser, page, "/classic", user="bob")
    assert "The settings of bob are updated." in page.text
    assert standing(site, second) is SecureLogin.ENROLLED


def test_without_the_right(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """A secondary user reads on each of the pages who may, and is refused when sending the forms all the same."""
    operators.add_user(site.verifier, name="bob", password=Secret(PASSWORD), role=Role.SECONDARY, account="alice")
    browser.logs_in("bob", phone)
    for path in (RADIO, AGREEMENT, CLASSIC):
        page = browser.opens(path)
        assert "You do not have the right to change this." in page.text
        assert "alice" in page.one(cls="notice").text
        assert not [form for form in page.all(tag="form") if "trading" in form.attributes["action"]]
    token = browser.token()
    for path, fields in (
        (f"{RADIO}/trading", {"trading": "always"}),
        (AGREEMENT, {"agreed": "yes"}),
        (CLASSIC, {"user": "bob"}),
    ):
        answer = browser.asks("POST", path, body={"csrf_token": token, **fields})
        page = browser.opens(answer.headers["Location"])
        assert "You do not have the right to change this." in page.text
    assert browser.asks("POST", CLASSIC, body={"csrf_token": token, "user": "alice"}).status_code == 404


def test_region_without(site: Site, browser: Browser, phone: TestPhone) -> None:
    """Where regulators do not allow it, nothing is offered, and the form is refused."""
    operators.add_user(site.verifier, name="hana", password=Secret(PASSWORD), region="HK")
    browser.logs_in("hana", phone)
    assert "not available in your region" in browser.opens(RADIO).text
    page = browser.opens(AGREEMENT)
    assert "not available in your region" in page.text
    answer = browser.asks("POST", AGREEMENT, body={"csrf_token": browser.token(), "agreed": "yes"})
    page = browser.opens(answer.headers["Location"])
    assert page.error == "Opting out is not available in your region."


def test_waiting_time(opens_site, phone: TestPhone) -> None:  # type: ignore[no-untyped-def]
    """Where the profile cools down, the pages say from when on it counts, and cancelling before is one radio."""
    site = opens_site(policy=replace(Policy(), opt_out_cooling_seconds=86_400))
    alice = site.adds("alice")
    browser = site.browser()
    browser.logs_in("alice", phone)
    page = opts_out(browser)
    assert "takes effect later" in page.text
    assert standing(site, alice) is SecureLogin.OPTING_OUT
    page = browser.opens(RADIO)
    assert "Your opt-out takes effect at:" in page.text
    sends(browser, page, "/trading", trading="always")
    assert standing(site, alice) is SecureLogin.ENROLLED


def test_an_answer_of_the_phone(opens_site, phone: TestPhone) -> None:  # type: ignore[no-untyped-def]
    """Where the profile wants one, the agreement appears after the proof, for the user who was chosen."""
    site = opens_site(policy=replace(Policy(), opt_out_by_device=1))
    site.adds("alice")
    operators.add_user(site.verifier, name="bob", password=Secret(PASSWORD), role=Role.SECONDARY, account="alice")
    other = site.browser()
    other.logs_in("bob", site.sells_phone())
    browser = site.browser()
    browser.logs_in("alice", phone)
    page = browser.opens(f"{AGREEMENT}?user=bob")
    assert not page.all(id="agreed")
    (link,) = [one for one in page.all(tag="a") if one.text == "Continue"]
    page = sends(
        browser,
        browser.opens(link.attributes["href"]),
        "/verify",
        username="alice",
        password=PASSWORD,
        **{"for": "opt-out", "about": "bob"},
    )
    page = browser.opens(f"{page.path}?with=challenge")
    page = browser.types_response(phone.respond(page.challenge, purpose=Purpose.SECURE_LOGIN))
    assert page.path == AGREEMENT
    assert "For bob." in page.text
    page = sends(browser, page, "/opt-out", user="bob", agreed="yes")
    assert "The settings of bob are updated." in page.text
    body = {"csrf_token": browser.token(), "user": "alice", "agreed": "yes"}
    answer = browser.asks("POST", AGREEMENT, body=body)
    assert answer.headers["Location"] == "/portal/verify?for=opt-out&about=alice", "a proof serves once"


@pytest.mark.parametrize("wish", ["", "never"])
def test_other_wishes_are_malformed(browser: Browser, alice: User, phone: TestPhone, wish: str) -> None:
    """What the radio does not offer is refused."""
    browser.logs_in("alice", phone)
    answer = browser.asks("POST", f"{RADIO}/trading", body={"csrf_token": browser.token(), "trading": wish})
    assert answer.status_code == 400


def test_cancelling_what_is_not(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Without an opt-out there is nothing to cancel, which is said on the page."""
    browser.logs_in("alice", phone)
    page = sends(browser, browser.opens(RADIO), "/trading", trading="always")
    assert (page.path, page.error) == (RADIO, "This user has not opted out.")


def test_users_of_other_accounts_do_not_exist(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """Neither page nor form knows them."""
    site.adds("carol")
    browser.logs_in("alice", phone)
    assert browser.opens(f"{AGREEMENT}?user=carol").status == 404
    body = {"csrf_token": browser.token(), "user": "carol", "agreed": "yes"}
    assert browser.asks("POST", AGREEMENT, body=body).status_code == 404
