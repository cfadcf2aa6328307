"""Adding, activating, sharing and removing devices on the pages, and the number; each after a proof of identity."""

import re

import pyotp
import pytest

from authsim.model import FactorKind, User
from authsim.policy import Policy
from authsim.protocol.card_uri import parse_card_uri
from authsim.protocol.codes import Purpose, compute_card_response
from authsim.verifier import inbox
from authsim.verifier.activation import operator_activation
from tests.support.adding import code_in
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.holding import STEP_MS, Held, give
from tests.support.proving import form_of, proves, sends
from tests.support.site import PASSWORD, Browser, Site

SYSTEM = "/portal/settings/secure-login-system"
FACTORS = "/portal/settings/factors"
NUMBER = "+12025550142"


@pytest.fixture
def bob(site: Site) -> User:
    """A user with a number."""
    return site.adds("bob", phone=NUMBER)


@pytest.fixture
def inside(browser: Browser, bob: User, phone: TestPhone) -> Browser:
    """Bob's browser, signed in with his phone."""
    browser.logs_in("bob", phone)
    return browser


def texts_of(site: Site, number: str = NUMBER) -> list[str]:
    """What the number received, oldest first."""
    return [received.text for received in inbox.list_texts(site.verifier, number)]


def devices_on(page: Page) -> dict[str, str]:
    """The devices in the list, each with its whole text."""
    found = page.all(cls="devices")
    rows = found[0].elements if found else []
    return {next(part.text for part in row.walk() if "what" in part.classes): row.text for row in rows}


def test_adding_an_authenticator_app(site: Site, inside: Browser, phone: TestPhone) -> None:
    """The proof is asked for first; key and QR code stay at a reload; the first code activates, and counts no more."""
    inside.opens(f"{FACTORS}/authenticator-app")
    sends(inside, "/authenticator-app")
    page = proves(inside, phone, "app")
    assert page.path == f"{FACTORS}/authenticator-app"
    page = sends(inside, "/authenticator-app")
    typed = page.one(cls="typed-key").text
    assert page.all(cls="qr-plate")
    assert inside.opens(page.path).one(cls="typed-key").text == typed
    app = pyotp.TOTP(typed.replace(" ", ""))
    assert sends(inside, "/confirm", silver_response="12").error == "A security code has 6 digits."
    wrong = sends(inside, "/confirm", silver_response="000000")
    assert wrong.error == "Incorrect security code"
    code = app.at(site.clock.now_ms() // 1000)
    page = sends(inside, "/confirm", silver_response=code)
    assert page.path == SYSTEM
    assert "The device is active." in page.text
    assert "active" in devices_on(page)["Mobile Authenticator App"]
    assert not inside.opens(f"{FACTORS}/authenticator-app").all(cls="typed-key"), "it is shown until it is activated"

    other = site.browser()
    page = other.types_password("bob")
    page = other.sends(form_of(page, "/choose"), {"factor": "4"})
    assert other.sends(form_of(page, "/code"), {"silver-response": code}).error == "Incorrect security code"
    site.clock.advance(seconds=STEP_MS // 1000)
    form = form_of(other.opens("/sso/SecondFactor"), "/code")
    assert other.sends(form, {"silver-response": app.at(site.clock.now_ms() // 1000)}).has_succeeded
    assert "Last used" in devices_on(other.opens(SYSTEM))["Mobile Authenticator App"]


def test_three_wrong_first_codes(inside: Browser, phone: TestPhone) -> None:
    """After a few wrong answers the activation begins anew; nobody is locked out by it."""
    inside.opens(f"{FACTORS}/authenticator-app")
    sends(inside, "/authenticator-app")
    proves(inside, phone, "app")
    page = sends(inside, "/authenticator-app")
    for _ in range(4):
        if not page.all(cls="typed-key"):
            break
        page = sends(inside, "/confirm", silver_response="000000")
    assert page.error in ("There were too many wrong answers.", "There is no such device.", "Incorrect security code")
    assert not page.all(cls="typed-key")


@pytest.mark.parametrize(
    ("room", "name"), [("code-card", "Security Code Card"), ("online-card", "Online Security Code Card")]
)
def test_a_printed_card(site: Site, inside: Browser, phone: TestPhone, room: str, name: str) -> None:
    """Requested, printed with its 224 values, activated by two of them; afterwards the values are shown no more."""
    inside.opens(f"{FACTORS}/{room}")
    page = sends(inside, f"/{room}")
    if page.path == "/portal/verify":
        proves(inside, phone, room)
        page = sends(inside, f"/{room}")
    values = {row.elements[0].text: row.elements[1].text for row in page.one(cls="values").elements}
    assert len(values) == 224
    assert next(iter(values)) == "001"
    assert name in devices_on(inside.opens(SYSTEM))
    page = inside.opens(f"{FACTORS}/{room}")
    first, second = (part.text for part in page.one(cls="indices").walk() if "code-digits" in part.classes)
    assert sends(inside, "/confirm", bronze_response="!").error == "Two card values together have 6 letters and digits."
    right = values[first] + values[second]
    wrong = "".join("A" if sign != "A" else "B" for sign in right)
    assert sends(inside, "/confirm", bronze_response=wrong).error == "The answer does not fit."
    page = inside.opens(f"{FACTORS}/{room}")
    first, second = (part.text for part in page.one(cls="indices").walk() if "code-digits" in part.classes)
    page = sends(inside, "/confirm", bronze_response=values[first] + values[second])
    assert "The card is activated." in page.text
    page = inside.opens(f"{FACTORS}/{room}")
    assert not page.all(cls="values")
    assert "active" in devices_on(inside.opens(SYSTEM))[name]


def test_a_security_card(site: Site, inside: Browser, phone: TestPhone) -> None:
    """The letter is a text; the card answers the challenge on the page, and is the strongest device."""
    inside.opens(f"{FACTORS}/security-card")
    sends(inside, "/security-card")
    proves(inside, phone, "security-card")
    page = sends(inside, "/security-card")
    found = re.search(r"authsim://card\S+", texts_of(site)[-1])
    assert found is not None
    card = parse_card_uri(found[0])
    assert card.serial in page.text
    assert "Activate by" in devices_on(inside.opens(SYSTEM))["Digital Security Card+"]
    page = inside.opens(f"{FACTORS}/security-card")
    assert sends(inside, "/confirm", gold_response="1").error == "A response code has 8 digits."
    page = inside.opens(f"{FACTORS}/security-card")
    page = sends(inside, "/confirm", gold_response=compute_card_response(card.seed, page.challenge))
    assert page.path == SYSTEM
    assert "no limit" in devices_on(page)["Digital Security Card+"]


def test_removing(site: Site, inside: Browser, bob: User, phone: TestPhone) -> None:
    """The proof, a question back, and the device is gone; unknown ones and the phone cannot be removed here."""
    held = give(site.verifier, bob, FactorKind.AUTHENTICATOR_APP)
    page = inside.opens(SYSTEM)
    (link,) = [one for one in page.all(tag="a") if one.text == "Remove"]
    inside.opens(link.attributes["href"])
    page = inside.page
    assert page is not None
    page = sends(inside, "/portal/verify", username="bob", password=PASSWORD)
    page = inside.sends(form_of(page, "/choose"), {"factor": "5.2a"})
    page = inside.types_response(phone.respond(page.challenge, purpose=Purpose.ADD_DEVICE))
    assert page.path == link.attributes["href"]
    page = sends(inside, "/remove")
    assert page.path == SYSTEM
    assert "The device is removed." in page.text
    assert "Mobile Authenticator App" not in devices_on(page)
    for factor_id in (held.factor.factor_id, "0" * 32):
        assert inside.opens(f"{FACTORS}/{factor_id}/remove").status == 404


def test_verifying_the_number(site: Site, inside: Browser) -> None:
    """VERIFY, a text, the Confirmation Number, CONTINUE, and the green tick."""
    page = inside.opens("/portal/settings/number")
    assert form_of(page, "/verify").elements[-1].text == "VERIFY"
    page = sends(inside, "/number/verify")
    assert page.one(tag="label").text == "Confirmation Number"
    assert form_of(page, "/confirm").elements[-1].text == "CONTINUE"
    assert sends(inside, "/confirm", code="12").error == "A security code has 6 digits."
    assert sends(inside, "/number/verify").error == "A text message was sent a moment ago."
    page = sends(inside, "/confirm", code=code_in(texts_of(site)[-1]))
    assert "The number is verified." in page.text
    assert page.one(cls="verified").text == "verified"
    assert "verified" in inside.opens("/portal/settings/user").text


def test_changing_the_number(site: Site, inside: Browser, bob: User, phone: TestPhone) -> None:
    """The form appears after the proof; the new number counts as not verified; a real one is malformed."""
    page = inside.opens("/portal/settings/number")
    assert not page.all(id="new-number")
    (link,) = [one for one in page.all(tag="a") if one.text == "Change the number"]
    inside.opens(link.attributes["href"])
    page = proves(inside, phone, "number")
    assert page.path == "/portal/settings/number"
    page = sends(inside, "/change", number="+1 212 555 0143")
    assert "The new number is kept." in page.text
    assert "+12125550143" in page.text
    assert "not verified" in page.text
    kept = site.verifier.store.users.get(bob.user_id)
    assert kept is not None
    assert (kept.phone, kept.phone_verified_ms) == ("+12125550143", None)
    answer = inside.asks(
        "POST", "/portal/settings/number/change", body={"csrf_token": inside.token(), "number": "+12125550144"}
    )
    assert answer.headers["Location"].startswith("/portal/verify"), "a proof serves once"


@pytest.fixture
def pair(site: Site, bob: User) -> tuple[User, Held]:
    """A second user of bob's account, and bob's own card."""
    from authsim.model import Role
    from authsim.secret import Secret
    from authsim.verifier import operators

    carol = operators.add_user(
        site.verifier, name="carol", password=Secret(PASSWORD), role=Role.SECONDARY, account="bob"
    )
    return carol, give(site.verifier, bob, FactorKind.CODE_CARD)


def test_sharing(site: Site, browser: Browser, pair: tuple[User, Held], phone: TestPhone) -> None:
    """Proof, the owner's credentials, an answer of the card; then the user logs in with it alone."""
    _, held = pair
    browser.logs_in("carol", phone)
    browser.opens(f"{FACTORS}/share")
    proves(browser, phone, "share", name="carol")
    page = sends(browser, "/share", username="bob", password=PASSWORD)
    question = " ".join(part.text for part in page.one(cls="indices").walk() if "code-digits" in part.classes)
    page = sends(browser, "/answer", shared_response=held.answer(question))
    assert page.path == SYSTEM
    assert "The device is shared with you." in page.text
    other = site.browser()
    page = other.types_password("carol")
    page = other.sends(form_of(page, "/choose"), {"factor": "3"})
    question = " ".join(part.text for part in page.all(cls="code-digits"))
    assert other.sends(form_of(page, "/code"), {"bronze-response": held.answer(question)}).has_succeeded


def test_sharing_the_weaker_card(site: Site, browser: Browser, pair: tuple[User, Held], phone: TestPhone) -> None:
    """Who holds the stronger card is told to share that one."""
    carol, _ = pair
    browser.logs_in("carol", phone)
    give(site.verifier, carol, FactorKind.SECURITY_CARD)
    browser.opens(f"{FACTORS}/share")
    page = sends(browser, "/portal/verify", username="carol", password=PASSWORD)
    page = browser.sends(form_of(page, "/choose"), {"factor": "5.2a"})
    browser.types_response(phone.respond(page.challenge, purpose=Purpose.ADD_DEVICE))
    page = sends(browser, "/share", username="bob", password=PASSWORD)
    assert (page.path, page.error) == (SYSTEM, "Less secure device")


def test_a_passcode_of_ones_own(site: Site, inside: Browser, phone: TestPhone) -> None:
    """It is texted, never shown; a second one is refused while it is valid."""
    inside.opens(f"{FACTORS}/passcode")
    sends(inside, "/passcode")
    proves(inside, phone, "passcode")
    page = sends(inside, "/passcode")
    assert "The passcode is on its way to your number." in page.text
    passcode = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", texts_of(site)[-1])
    assert passcode is not None
    assert passcode[0] not in page.text


def test_only_what_a_login_takes_is_offered(opens_site, phone: TestPhone) -> None:  # type: ignore[no-untyped-def]
    """Where every second page looks the same, no device can be added that a login would never ask."""
    site = opens_site(policy=Policy(uniform_login=1))
    bob = site.adds("bob", phone=NUMBER)
    phone.activate(site.verifier, operator_activation(site.verifier, bob.user_id, replace=False).uri)
    browser = site.browser()
    page = browser.types_password("bob")
    browser.types_response(phone.respond(page.challenge))
    give(site.verifier, bob, FactorKind.CODE_CARD)
    page = browser.opens(SYSTEM)
    added = [row.attributes["href"] for row in page.all(cls="setting") if "/factors/" in row.attributes["href"]]
    assert added == [f"{FACTORS}/passcode"]
