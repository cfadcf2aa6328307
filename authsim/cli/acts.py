"""What the tour plays, act by act: the title says what must hold, the function makes it happen and looks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from authsim.cli.browser import Page
from authsim.cli.children import PhoneChild
from authsim.cli.stage import (
    Code,
    Place,
    Stage,
    expect,
    require_challenge,
    require_done,
    require_inside,
    require_refusal,
    require_refused,
)
from authsim.terminal.outcome import REFUSED, UNREACHABLE, USAGE

_AGAIN: Final = "An error has occurred. Please try again."
_FAILED: Final = "Authentication failed"
_WRONG: Final = "Invalid username password combination"
_WAIT: Final = "Too many failed login attempts. Please wait"
_ACTIVATE: Final = b"POST /api/device/v1/activate"
_BANNER: Final = "SIMULATION · not a real financial service · never enter real credentials"
_LOCKING_FAILURES: Final = 10
_THROTTLING_FAILURES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One line of the tour."""

    name: str
    title: str
    play: Callable[[Stage], None]


def _scan(stage: Stage, page: Page, phone: PhoneChild) -> Code:
    """Let a phone scan the QR code of a page."""
    code = stage.read_code(page)
    require_done(phone.run_with_pin("activate", str(code.picture)))
    return code


def _activate(stage: Stage, place: Place, name: str, phone: PhoneChild) -> None:
    """Log a user in for the first time, and activate a phone for them."""
    browser = stage.browser(place)
    _scan(stage, place.log_in(browser, name), phone)


def _respond(phone: PhoneChild, page: Page, *options: str) -> str:
    """Return the response of a phone to the challenge of a page."""
    response = require_done(phone.run_with_pin("respond", require_challenge(page), *options))
    expect(response.isascii() and response.isdigit() and len(response) == 8, "the response is not 8 digits")
    return response


def _fail_password(stage: Stage, place: Place, name: str, times: int) -> Page:
    browser = stage.browser(place)
    for _ in range(times):
        page = browser.log_in(name, "not the password")
    return page


def activation_by_qr(stage: Stage) -> None:
    """Alice's first login shows a QR code; her phone reads its picture, and the page says so."""
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "alice")
    expect(_BANNER in page.root.text, "the page does not say that it is a simulation")
    code = _scan(stage, page, stage.phone("alice"))
    page = browser.open("/portal/activation")
    expect("IB Key is active for alice." in page.root.text, "the page does not say that the phone is active")
    # She goes on in the same session, with her phone.
    page = browser.step_up(page)
    page = browser.answer(page, _respond(stage.phone("alice"), page))
    require_inside(page)
    stage.remember(code, browser, page)


def qr_replayed(stage: Stage) -> None:
    """The picture of a used QR code activates no second phone."""
    thief = stage.phone("thief", "android")
    said = require_refused(thief.run_with_pin("activate", str(stage.used_code.picture)), REFUSED)
    expect(_AGAIN in said, "the phone does not say the documented sentence")


def sign_out(stage: Stage) -> None:
    """Signing out ends the session: the portal asks for a login again."""
    browser, page = stage.signed_in
    expect(browser.sign_out(page).path == "/sso/Login", "signing out does not lead to the login page")
    expect(browser.open("/sso/Dispatcher").path == "/sso/Login", "the session is still open")


def activation_by_session_id(stage: Stage) -> None:
    """Bruno types the Session ID under the QR code; his phone asks the portal who it is."""
    browser = stage.browser(stage.main)
    code = stage.read_code(stage.main.log_in(browser, "bruno"))
    phone = stage.phone("bruno", "android")
    require_done(phone.run_with_pin("activate", code.session_id, "--portal", stage.main.address))
    expect("IB Key is active for bruno." in browser.open("/portal/activation").root.text, "bruno's phone is not active")


def login(stage: Stage) -> None:
    """Password, challenge, response: both factors open the portal."""
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "bruno")
    require_inside(browser.answer(page, _respond(stage.phone("bruno"), page)))


def wrong_response(stage: Stage) -> None:
    """A wrong response is refused, ends the attempt, and counts as one failure."""
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "bruno")
    right = _respond(stage.phone("bruno"), page)
    wrong = f"{(int(right) + 1) % 10**8:08d}"
    require_refusal(browser.answer(page, wrong), _FAILED)
    expect(stage.main.show("bruno")["failures"] == 1, "the failure is not counted")


def replayed_response(stage: Stage) -> None:
    """A response that opened the portal opens it neither in a copied browser nor at the next challenge."""
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "bruno")
    response = _respond(stage.phone("bruno"), page)
    with browser.twin() as twin:
        require_inside(browser.answer(page, response))
        again = twin.answer(page, response)
    expect(again.refusal and again.find("pre") is None, "the copied browser is inside")
    later = stage.browser(stage.main)
    require_refusal(later.answer(stage.main.log_in(later, "bruno"), response), _FAILED)


def abandoned_challenge(stage: Stage) -> None:
    """A challenge that nobody answers is no failed login."""
    before = stage.main.show("bruno")["failures"]
    require_challenge(stage.main.log_in(stage.browser(stage.main), "bruno"))
    expect(stage.main.show("bruno")["failures"] == before, "the abandoned challenge is counted")


def two_users(stage: Stage) -> None:
    """Chiara's user joins alice's phone; the phone asks which user is meant, and answers for each."""
    phone = stage.phone("alice")
    _activate(stage, stage.main, "chiara", phone)
    require_refused(phone.run_with_pin("respond", "123456"), USAGE)
    for name in ("alice", "chiara"):
        browser = stage.browser(stage.main)
        page = stage.main.log_in(browser, name)
        require_inside(browser.answer(page, _respond(phone, page, "--user", name)))


def lost_reply(stage: Stage) -> None:
    """The portal's reply to dana's activation is lost; the phone resumes and gets the same account."""
    browser = stage.browser(stage.main)
    code = stage.read_code(stage.main.log_in(browser, "dana"))
    phone = stage.phone("dana")
    stage.relay.lose_reply_to(_ACTIVATE)
    require_refused(phone.run_with_pin("activate", str(code.picture)), UNREACHABLE)
    expect(stage.relay.lost == 1, "no reply was lost")
    require_done(phone.run_with_pin("activate", "--resume"))
    page = browser.step_up(browser.open("/portal/activation"))
    require_inside(browser.answer(page, _respond(phone, page)))


def not_me(stage: Stage) -> None:
    """Somebody else was faster: 'This was not me' revokes that phone, and emiko's own takes a fresh code."""
    browser = stage.browser(stage.main)
    thief, own = stage.phone("thief", "android"), stage.phone("emiko")
    _scan(stage, stage.main.log_in(browser, "emiko"), thief)
    page = browser.submit(browser.open("/portal/activation").form_to("/portal/activation/not-me"))
    _scan(stage, page, own)
    page = browser.step_up(browser.open("/portal/activation"))
    challenge = require_challenge(page)
    stolen = thief.run_with_pin("respond", challenge)
    response = _respond(own, page)
    expect(stolen.stdout.strip() != response, "the revoked phone answers as the own one does")
    require_inside(browser.answer(page, response))


def throttle(stage: Stage) -> None:
    """The fifth failure brings the documented wait."""
    page = _fail_password(stage, stage.main, "farid", _THROTTLING_FAILURES + 1)
    require_refusal(page, _WAIT)


def expired_qr(stage: Stage) -> None:
    """A QR code that has expired activates nothing."""
    code = stage.read_code(stage.hasty.log_in(stage.browser(stage.hasty), "greta"))
    time.sleep(1.1)
    said = require_refused(stage.phone("greta").run_with_pin("activate", str(code.picture)), REFUSED)
    expect(_AGAIN in said, "the phone does not say the documented sentence")


def lock_out(stage: Stage) -> None:
    """Ten failures lock a user; the right password does not help."""
    page = _fail_password(stage, stage.hasty, "hugo", _LOCKING_FAILURES)
    require_refusal(page, _WRONG)
    expect(stage.hasty.show("hugo")["state"] == "locked", "the operator does not see the lock")
    require_refusal(stage.hasty.log_in(stage.browser(stage.hasty), "hugo"), _WAIT)


def unlock(stage: Stage) -> None:
    """The operator lifts the lock, and the right password counts again."""
    stage.hasty.unlock("hugo")
    page = stage.hasty.log_in(stage.browser(stage.hasty), "hugo")
    expect(page.find(".qr-plate") is not None, f"the page says {page.refusal or 'nothing'!r}")


ACTS: Final = (
    Act(name="activation_by_qr", title="a phone scans the QR code and signs in", play=activation_by_qr),
    Act(name="qr_replayed", title="the same QR code activates no second phone", play=qr_replayed),
    Act(name="sign_out", title="signing out ends the session", play=sign_out),
    Act(name="activation_by_session_id", title="a phone is activated by the Session ID", play=activation_by_session_id),
    Act(name="login", title="password, challenge and response open the portal", play=login),
    Act(name="wrong_response", title="a wrong response ends the attempt and counts", play=wrong_response),
    Act(name="replayed_response", title="a response opens the portal once", play=replayed_response),
    Act(name="abandoned_challenge", title="an abandoned challenge does not count", play=abandoned_challenge),
    Act(name="two_users", title="one phone answers for two users", play=two_users),
    Act(name="lost_reply", title="a lost reply is resumed, not repeated", play=lost_reply),
    Act(name="not_me", title="'This was not me' revokes a stranger's phone", play=not_me),
    Act(name="throttle", title="repeated failures bring the documented wait", play=throttle),
    Act(name="expired_qr", title="an expired QR code activates nothing", play=expired_qr),
    Act(name="lock_out", title="ten failures lock, even for the right password", play=lock_out),
    Act(name="unlock", title="the operator unlocks, and the login works again", play=unlock),
)
