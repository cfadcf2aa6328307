"""Scenes of the other second factors: the chooser, codes by text and by app, cards, and sharing a card."""

import re
import time
from subprocess import CompletedProcess
from typing import Final

import pyotp

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import CHOOSER, begin, choose, is_option, log_in, other_digits, prove, respond
from authsim.cli.proofs import (
    expect,
    is_digits,
    require_challenge,
    require_done,
    require_inside,
    require_refusal,
    require_refused,
    require_said,
)
from authsim.cli.stage import HASTY_SECONDS, Guest, Place, Stage
from authsim.ends.browser import Browser, Page
from authsim.ends.children import PhoneChild
from authsim.terminal.outcome import REFUSED

_CODE: Final = "/sso/SecondFactor/code"
_RESEND: Final = "/sso/SecondFactor/resend-code"
_FACTORS: Final = "/portal/settings/factors"
_INCORRECT: Final = "Incorrect security code"
_INDEX: Final = re.compile(r"[0-9]{3}", re.ASCII)
_CARD_PIN: Final = "1357"


def text_code(stage: Stage) -> None:
    """A code by text opens the portal once; a wrong one does not, and another text waits for two minutes."""
    browser, page = begin(stage, stage.main, "rhea")
    code = _texted(stage.main, "rhea")
    expect(is_digits(code, 6), "the text has no code of 6 digits")
    require_refusal(browser.submit(page.form_to(_RESEND), channel="text"), "A text message was sent a moment ago.")
    require_refusal(_answer(browser, browser.open("/sso/SecondFactor"), "silver", other_digits(code)), _INCORRECT)
    page = browser.open("/sso/SecondFactor")
    with browser.twin() as twin:
        require_inside(_answer(browser, page, "silver", code))
        again = twin.submit(page.form_to(_CODE), **{"silver-response": code})
    expect(again.find("pre") is None, "the code opens the portal twice")


def late_code(stage: Stage) -> None:
    """A code by text that comes too late opens nothing."""
    browser, page = begin(stage, stage.hasty, "rhoda")
    code = _texted(stage.hasty, "rhoda")
    time.sleep(HASTY_SECONDS["login_code"] + 0.1)
    require_refusal(_answer(browser, page, "silver", code), "The time to answer is over.")


def app_code(stage: Stage) -> None:
    """Of two devices one is chosen; the app's code opens the portal, and no code counts twice."""
    stage.active_phone(stage.main, "sven")
    app = pyotp.parse_uri(stage.main.authenticator_of("sven"))
    browser, page = begin(stage, stage.main, "sven")
    offered = [option.text for option in page.require(CHOOSER).walk() if is_option(option)]
    expect(offered == ["Select Type", "IB Key", "Mobile Authenticator App"], f"the page offers {offered}")
    page = choose(browser, page, "Mobile Authenticator App")
    code = str(app.now()) if isinstance(app, pyotp.TOTP) else ""
    require_inside(_answer(browser, page, "silver", code))
    later, page = begin(stage, stage.main, "sven")
    page = choose(later, page, "Mobile Authenticator App")
    require_refusal(_answer(later, page, "silver", code), _INCORRECT)


def chosen_phone(stage: Stage) -> None:
    """The other one that is offered is the phone, whose response opens the portal too."""
    browser, page = begin(stage, stage.main, "sven")
    page = browser.show_challenge(choose(browser, page, "IB Key"))
    require_inside(browser.answer(page, respond(stage.phone("sven"), page)))


def phone_ends_texts(stage: Stage) -> None:
    """Codes by text are for the meantime: with an active phone no text is sent any more."""
    phone = stage.phone("rolf")
    browser, page = begin(stage, stage.main, "rolf")
    require_inside(_answer(browser, page, "silver", _texted(stage.main, "rolf")))
    require_done(phone.run_with_pin("activate", "-", text=stage.main.activation_of("rolf")))
    before = stage.main.last_text("rolf")
    log_in(stage, stage.main, "rolf", phone)
    expect(stage.main.last_text("rolf") == before, "a text was sent")


def code_card(stage: Stage) -> None:
    """Ugo proves who he is, prints a card of index numbers, and logs in with two of its values."""
    phone = stage.active_phone(stage.main, "ugo")
    browser, _ = log_in(stage, stage.main, "ugo", phone)
    page = _order(stage, browser, "ugo", "code-card")
    cells = [item.text.replace(" ", "") for item in page.require(".values").walk() if item.tag == "li"]
    values = {cell[:3]: cell[3:] for cell in cells}
    expect(len(values) == 224, f"the card has {len(values)} values")
    form = page.form_to(f"{_FACTORS}/code-card/confirm")
    page = browser.submit(form, **{"bronze-response": _look_up(page, values)})
    require_said(page, "The card is activated.")
    later, page = begin(stage, stage.main, "ugo")
    page = choose(later, page, "Security Code Card")
    require_refusal(_answer(later, page, "bronze", "ZZZZZZ"), "Login failed")
    later, page = begin(stage, stage.main, "ugo")
    page = choose(later, page, "Security Code Card")
    require_inside(_answer(later, page, "bronze", _look_up(page, values).lower()))
    stage.keep(ugo=browser)


def security_card(stage: Stage) -> None:
    """A Digital Security Card+ comes by letter, has a PIN of its own, and answers the challenge of a login."""
    phone = stage.active_phone(stage.main, "tilde")
    browser, _ = log_in(stage, stage.main, "tilde", phone)
    page = _order(stage, browser, "tilde", "security-card")
    letter = stage.main.newest_text("tilde")
    require_done(_use_card(stage, phone, "receive", "-", text=letter))
    form = page.form_to(f"{_FACTORS}/security-card/confirm")
    response = require_done(_use_card(stage, phone, "respond", require_challenge(page)))
    page = browser.submit(form, **{"gold-response": response})
    expect(not page.refusal, f"the page says: {page.refusal}")
    later, page = begin(stage, stage.main, "tilde")
    page = choose(later, page, "Digital Security Card+")
    wrong_pin = stage.pin_file("wrong-card", "9999")
    challenge = require_challenge(page)
    require_refused(phone.run("card", "respond", challenge, "--pin-file", str(wrong_pin)), REFUSED)
    response = require_done(_use_card(stage, phone, "respond", challenge))
    require_inside(_answer(later, page, "gold", response))
    stage.keep(tilde=browser)


def less_secure(stage: Stage) -> None:
    """Of two cards the stronger one is shared: the other way round it is 'Less secure device'."""
    browser: Browser = stage.kept("tilde")
    page = _share(stage, browser, "tilde", owner="ugo")
    require_refusal(page, "Less secure device")


def shared_card(stage: Stage) -> None:
    """Ugo shares tilde's card: he answers with it once, and from then on logs in with it."""
    browser: Browser = stage.kept("ugo")
    page = _share(stage, browser, "ugo", owner="tilde")
    card = stage.phone("tilde")
    response = require_done(_use_card(stage, card, "respond", require_challenge(page)))
    page = browser.submit(page.form_to(f"{_FACTORS}/share/answer"), **{"shared-response": response})
    expect(not page.refusal, f"the page says: {page.refusal}")
    later, page = begin(stage, stage.main, "ugo")
    page = choose(later, page, "Digital Security Card+")
    response = require_done(_use_card(stage, card, "respond", require_challenge(page)))
    require_inside(_answer(later, page, "gold", response))


def _answer(browser: Browser, page: Page, kind: str, typed: str) -> Page:
    """Type an answer into the field that the login shows for a factor of that kind."""
    return browser.submit(page.form_to(_CODE), **{f"{kind}-response": typed})


def _texted(place: Place, name: str) -> str:
    return place.newest_text(name).rpartition("#")[2]


def _look_up(page: Page, values: dict[str, str]) -> str:
    """Return the two values of a printed card that a page asks for, together."""
    asked = _INDEX.findall(page.require(".indices").text)[:2]
    expect(len(asked) == 2, "the page asks for no two index numbers")
    return "".join(values[index] for index in asked)


def _order(stage: Stage, browser: Browser, name: str, card: str) -> Page:
    """Order a card: its page asks first who sits there."""
    path = f"{_FACTORS}/{card}"
    page = browser.submit(browser.open(path).form_to(path))
    page = prove(stage.main, browser, page, name, stage.phone(name), "add-device")
    page = browser.submit(page.form_to(path))
    expect(not page.refusal, f"the page says: {page.refusal}")
    return page


def _share(stage: Stage, browser: Browser, name: str, *, owner: str) -> Page:
    """Ask to share the owner's card: who sits there, and the owner's credentials."""
    path = f"{_FACTORS}/share"
    credentials = {"username": owner, "password": stage.main.password_of(owner)}
    page = browser.open(path)
    if page.path == path:
        page = browser.submit(page.form_to(path), **credentials)
    page = prove(stage.main, browser, page, name, stage.phone(name), "add-device")
    return browser.submit(page.form_to(path), **credentials)


def _use_card(stage: Stage, phone: PhoneChild, *arguments: str, text: str = "") -> "CompletedProcess[str]":
    pin_file = stage.pin_file("card", _CARD_PIN)
    return phone.run("card", *arguments, "--pin-file", str(pin_file), text=text)


CODES: Final = Scene(
    title="Codes by text and by app",
    main=(
        Guest(name="rhea", has_texts=True),
        Guest(name="rolf", has_texts=True, is_active=True),
        Guest(name="sven", has_authenticator=True, is_active=True),
    ),
    hasty=(Guest(name="rhoda", has_texts=True),),
    acts=(
        Act(name="text_code", title="a code by text opens the portal once", play=text_code),
        Act(name="late_code", title="a code by text that comes too late is refused", play=late_code),
        Act(name="phone_ends_texts", title="an active phone ends codes by text", play=phone_ends_texts),
        Act(name="app_code", title="the authenticator app: chosen, and no code twice", play=app_code),
        Act(name="chosen_phone", title="the phone, chosen from the same list", play=chosen_phone),
    ),
)
CARDS: Final = Scene(
    title="Cards",
    main=(
        Guest(name="tilde", is_active=True),
        Guest(name="ugo", role="secondary", account="tilde", is_active=True),
    ),
    acts=(
        Act(name="code_card", title="a printed card: two index numbers, two values", play=code_card),
        Act(name="security_card", title="a card with a PIN answers the challenge", play=security_card),
        Act(name="less_secure", title="the weaker of two cards is not shared", play=less_secure),
        Act(name="shared_card", title="a shared card logs both of its users in", play=shared_card),
    ),
)
