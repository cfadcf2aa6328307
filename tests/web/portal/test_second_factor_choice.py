"""Choosing between devices at the login, and what each of them is asked: right, wrong, malformed, replayed, expired."""

from collections.abc import Callable

import pytest

from authsim.model import FactorKind, User
from authsim.policy import Policy
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.holding import Held, give
from tests.support.site import Browser, Site

SHOW = "/sso/SecondFactor"
NUMBER = "+12025550142"
CARDS = (FactorKind.CODE_CARD, FactorKind.ONLINE_CARD)
OTHERS = [kind for kind in FactorKind if kind is not FactorKind.IB_KEY]
NAMES = {
    FactorKind.IB_KEY: "IB Key",
    FactorKind.AUTHENTICATOR_APP: "Mobile Authenticator App",
    FactorKind.TEXT: "SMS",
    FactorKind.SECURITY_CARD: "Digital Security Card+",
    FactorKind.CODE_CARD: "Security Code Card",
    FactorKind.ONLINE_CARD: "Online Security Code Card",
    FactorKind.TEMPORARY_PASSCODE: "Temporary Passcode",
}
FIELDS = {
    FactorKind.AUTHENTICATOR_APP: "silver-response",
    FactorKind.TEXT: "silver-response",
    FactorKind.SECURITY_CARD: "gold-response",
    FactorKind.CODE_CARD: "bronze-response",
    FactorKind.ONLINE_CARD: "bronze-response",
    FactorKind.TEMPORARY_PASSCODE: "temp-response",
}
#: A wrong answer of the right form, and the sentence that programs know.
WRONG = {
    FactorKind.AUTHENTICATOR_APP: ("000000", "Incorrect security code"),
    FactorKind.TEXT: ("000000", "Incorrect security code"),
    FactorKind.SECURITY_CARD: ("00000000", "Authentication failed"),
    FactorKind.CODE_CARD: ("AAAAAA", "Login failed"),
    FactorKind.ONLINE_CARD: ("AAAAAA", "Login failed"),
    FactorKind.TEMPORARY_PASSCODE: ("0000000000000000", "Login failed"),
}


@pytest.fixture
def bob(site: Site) -> User:
    """A user with a number and without a phone."""
    return site.adds("bob", phone=NUMBER)


def read(page: Page, kind: FactorKind) -> str:
    """What the page asks of a device of this kind, as a person reads it there."""
    if kind is FactorKind.SECURITY_CARD:
        return page.challenge
    return " ".join(part.text for part in page.all(cls="code-digits")) if kind in CARDS else ""


def types(browser: Browser, kind: FactorKind, answer: str) -> Page:
    """Type into the one field that the page has for this kind, and send it."""
    assert browser.page is not None
    field = browser.page.one(tag="input", id=f"xyz-field-{FIELDS[kind]}")
    assert field.attributes["name"] == FIELDS[kind]
    form = field.parent
    while form is not None and form.tag != "form":
        form = form.parent
    assert form is not None
    return browser.sends(form, {FIELDS[kind]: answer})


def chooses(browser: Browser, value: str) -> Page:
    """Choose from the list, with its button."""
    assert browser.page is not None
    form = next(one for one in browser.page.all(tag="form") if one.attributes["action"].endswith("/choose"))
    return browser.sends(form, {"factor": value})


@pytest.mark.parametrize("kind", OTHERS)
def test_the_only_device_is_asked_at_once(site: Site, browser: Browser, bob: User, kind: FactorKind) -> None:
    """Without a choice there is no list; a right answer signs in, and the home page names the device and its limit."""
    held = give(site.verifier, bob, kind)
    page = browser.types_password("bob")
    assert page.path == SHOW
    assert not page.all(cls="xyzblock-multiplesf")
    assert not page.all(cls="xyz-showdevices")
    page = types(browser, kind, held.answer(read(page, kind)))
    assert (page.path, page.has_succeeded) == ("/sso/Dispatcher", True)
    assert NAMES[kind] in page.text
    limit = "no limit" if kind is FactorKind.SECURITY_CARD else "USD "
    assert limit in page.text


@pytest.mark.parametrize("kind", OTHERS)
def test_a_wrong_answer(site: Site, browser: Browser, bob: User, kind: FactorKind) -> None:
    """It is told in the words that programs know, and counted; codes may be tried three times, the rest once."""
    give(site.verifier, bob, kind)
    browser.types_password("bob")
    answer, words = WRONG[kind]
    page = types(browser, kind, answer)
    tries = 3 if kind in (FactorKind.TEXT, FactorKind.AUTHENTICATOR_APP) else 1
    for _ in range(tries - 1):
        assert (page.path, page.error) == (SHOW, words)
        page = types(browser, kind, answer)
    assert (page.path, page.error) == ("/sso/Login", words)
    user = site.verifier.store.users.get(bob.user_id)
    assert user is not None
    assert len(user.lockout.failures_ms) == tries


@pytest.mark.parametrize("kind", OTHERS)
def test_a_malformed_answer_costs_nothing(site: Site, browser: Browser, bob: User, kind: FactorKind) -> None:
    """The page stays, says what the form of an answer is, and the right one still signs in."""
    held = give(site.verifier, bob, kind)
    question = read(browser.types_password("bob"), kind)
    page = types(browser, kind, "12")
    assert page.path == SHOW
    assert "6" in page.error or "8 digits" in page.error
    assert read(page, kind) == question
    user = site.verifier.store.users.get(bob.user_id)
    assert user is not None
    assert not user.lockout.failures_ms
    assert types(browser, kind, held.answer(question)).has_succeeded


@pytest.mark.parametrize("kind", OTHERS)
def test_too_late(site: Site, browser: Browser, bob: User, kind: FactorKind) -> None:
    """After 180 seconds the answer comes too late, which counts nothing."""
    held = give(site.verifier, bob, kind)
    answer = held.answer(read(browser.types_password("bob"), kind))
    site.clock.advance(seconds=180)
    page = types(browser, kind, answer)
    assert (page.path, page.error) == ("/sso/Login", "The time to answer is over.")


def test_more_time(site: Site, browser: Browser, bob: User) -> None:
    """The time can be extended: the card is asked anew, and the new answer counts."""
    held = give(site.verifier, bob, FactorKind.CODE_CARD)
    browser.types_password("bob")
    site.clock.advance(seconds=170)
    page = browser.presses("/choose")
    assert page.path == SHOW
    site.clock.advance(seconds=60)
    assert types(browser, FactorKind.CODE_CARD, held.answer(read(page, FactorKind.CODE_CARD))).has_succeeded


def test_a_code_of_the_app_counts_once(site: Site, browser: Browser, bob: User) -> None:
    """The same code signs nobody in again."""
    held = give(site.verifier, bob, FactorKind.AUTHENTICATOR_APP)
    browser.types_password("bob")
    code = held.answer()
    assert types(browser, FactorKind.AUTHENTICATOR_APP, code).has_succeeded
    other = site.browser()
    other.types_password("bob")
    page = types(other, FactorKind.AUTHENTICATOR_APP, code)
    assert page.error == "Incorrect security code"
    assert "used already" in page.text


def test_answers_of_another_user(site: Site, browser: Browser, bob: User) -> None:
    """What somebody else's card answers to the same question is wrong."""
    carol = site.adds("carol", phone="+12025550143")
    give(site.verifier, bob, FactorKind.CODE_CARD)
    hers = give(site.verifier, carol, FactorKind.CODE_CARD)
    page = browser.types_password("bob")
    page = types(browser, FactorKind.CODE_CARD, hers.answer(read(page, FactorKind.CODE_CARD)))
    assert (page.path, page.error) == ("/sso/Login", "Login failed")


@pytest.fixture
def several(site: Site, bob: User, phone: TestPhone) -> dict[FactorKind, Held]:
    """Bob with a phone and three more devices."""
    site.browser().logs_in("bob", phone)
    kinds = (FactorKind.AUTHENTICATOR_APP, FactorKind.CODE_CARD, FactorKind.TEMPORARY_PASSCODE)
    return {kind: give(site.verifier, bob, kind) for kind in kinds}


def test_the_list(browser: Browser, several: dict[FactorKind, Held]) -> None:
    """Class names, first entry, words and values are those that programs look for; IB Key stands before the app."""
    page = browser.types_password("bob")
    block = page.one(cls="xyzblock-multiplesf")
    assert "xyzblock" in block.classes
    assert block.elements[0].text == "Select Second Factor Device"
    (select,) = page.all(tag="select")
    assert {"form-control", "xyz-multipleselect"} <= select.classes
    options = [(option.attributes["value"], option.text) for option in select.elements]
    assert options == [
        ("", "Select Type"),
        ("5.2a", "IB Key"),
        ("4", "Mobile Authenticator App"),
        ("3", "Security Code Card"),
        ("0", "Temporary Passcode"),
    ]
    assert not page.all(cls="xyz-goldchallenge")


def test_each_from_the_list_and_back(browser: Browser, several: dict[FactorKind, Held], phone: TestPhone) -> None:
    """By its code each device is asked; *Use another device* leads back; the last one chosen signs in."""
    browser.is_patient = True
    browser.types_password("bob")
    for value, cls in (("4", "xyzform-silver"), ("3", "xyzform-bronze"), ("0", "xyzform-temp")):
        assert chooses(browser, value).all(cls=cls)
        page = browser.opens(browser.page.one(cls="xyz-showdevices").attributes["href"])  # type: ignore[union-attr]
        assert page.all(cls="xyzblock-multiplesf")
    page = chooses(browser, "5.2a")
    assert page.all(cls="xyzblock-notification")
    page = browser.opens(f"{SHOW}?with=challenge")
    assert page.all(cls="xyz-showdevices")
    assert browser.types_response(phone.respond(page.challenge)).has_succeeded


def test_choosing_by_id_and_choosing_nothing(browser: Browser, several: dict[FactorKind, Held]) -> None:
    """The id of a device does as well as its code; nothing, or what is not offered, shows the list again."""
    browser.types_password("bob")
    for sent in ("", "5.1", "nonsense"):
        assert chooses(browser, sent).all(cls="xyzblock-multiplesf")
    held = several[FactorKind.CODE_CARD]
    page = chooses(browser, held.factor.factor_id)
    assert page.all(id="twofactbase")
    answer = held.answer(read(page, FactorKind.CODE_CARD))
    assert types(browser, FactorKind.CODE_CARD, answer.lower()).has_succeeded


def test_a_question_that_expired_leads_back_to_the_list(
    site: Site, browser: Browser, several: dict[FactorKind, Held]
) -> None:
    """The login is still good: another device, or the same once more."""
    browser.types_password("bob")
    chooses(browser, "3")
    site.clock.advance(seconds=180)
    assert browser.opens(SHOW).all(cls="xyzblock-multiplesf")


def test_resending_a_text(site: Site, browser: Browser, bob: User) -> None:
    """Not before two minutes; then a new code takes the old one's place, by text or by voice."""
    held = give(site.verifier, bob, FactorKind.TEXT)
    page = browser.types_password("bob")
    assert "••• 42" in page.text
    assert NUMBER not in page.text
    old = held.answer()
    buttons = {"xyz-otp-select-text": "text", "xyz-otp-select-voice": "voice"}
    assert {cls: page.one(cls=cls).attributes["value"] for cls in buttons} == buttons
    assert "xyz-resend-sms-button" in page.one(cls="xyz-otp-select-text").classes
    form = next(one for one in page.all(tag="form") if one.attributes["action"].endswith("/resend-code"))
    token = form.elements[0].attributes["value"]

    def resend(channel: str) -> Page:
        browser.asks("POST", f"{SHOW}/resend-code", body={"csrf_token": token, "channel": channel})
        return browser.opens(SHOW)

    assert resend("text").error == "A text message was sent a moment ago."
    site.clock.advance(seconds=120)
    page = resend("voice")
    assert "automated call" in page.text
    new = held.answer()
    if old != new:
        assert types(browser, FactorKind.TEXT, old).error == "Incorrect security code"
    assert types(browser, FactorKind.TEXT, new).has_succeeded


def test_an_unknown_channel_is_malformed(site: Site, browser: Browser, bob: User) -> None:
    """A channel is text or voice."""
    give(site.verifier, bob, FactorKind.TEXT)
    token = browser.types_password("bob").one(name="csrf_token").attributes["value"]
    body = {"csrf_token": token, "channel": "email"}
    assert browser.asks("POST", f"{SHOW}/resend-code", body=body).status_code == 400


@pytest.mark.parametrize("action", ["choose", "code", "resend-code"])
def test_without_a_login(browser: Browser, action: str) -> None:
    """Out of the blue each of the forms is an expired login."""
    body = {"csrf_token": browser.token(), "channel": "text"}
    assert browser.asks("POST", f"{SHOW}/{action}", body=body).headers["Location"] == "/sso/Login"
    assert browser.opens("/sso/Login").error == "The login attempt has expired."


def test_an_answer_before_a_choice(browser: Browser, several: dict[FactorKind, Held]) -> None:
    """Nothing was asked, so nothing is judged: the list is shown."""
    token = browser.types_password("bob").one(name="csrf_token").attributes["value"]
    answer = browser.asks("POST", f"{SHOW}/code", body={"csrf_token": token, "bronze-response": "AAAAAA"})
    assert answer.headers["Location"] == SHOW
    assert browser.opens(SHOW).all(cls="xyzblock-multiplesf")


def test_japanese(site: Site, opens_site: Callable[..., Site], phone: TestPhone) -> None:
    """The list and the questions are in the reader's language; class names and values stay."""
    site = opens_site(policy=Policy(sms_resend_seconds=0))
    dora = site.adds("dora", locale="ja", phone=NUMBER)
    give(site.verifier, dora, FactorKind.CODE_CARD)
    give(site.verifier, dora, FactorKind.AUTHENTICATOR_APP)
    browser = site.browser()
    page = browser.types_password("dora")
    assert page.one(cls="xyzblock-multiplesf").elements[0].text == "第二要素のデバイスを選択"
    assert [option.text for option in page.one(tag="select").elements] == [
        "タイプを選択",
        "モバイル認証アプリ",
        "セキュリティ・コード・カード",
    ]
    assert chooses(browser, "3").one(tag="label").text == "カードの値"
