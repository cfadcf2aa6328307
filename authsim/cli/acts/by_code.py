"""Scenes in which a phone is activated by the QR code of the portal's page."""

import time
from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import AGAIN, log_in, respond, scan
from authsim.cli.proofs import expect, require_challenge, require_done, require_inside, require_refused
from authsim.cli.stage import HASTY_SECONDS, Guest, Stage
from authsim.terminal.outcome import REFUSED, UNREACHABLE, USAGE

_ACTIVATE: Final = b"POST /api/device/v1/activate"
_BANNER: Final = "SIMULATION · not a real financial service · never enter real credentials"


def activation_by_qr(stage: Stage) -> None:
    """Alice's first login shows a QR code; her phone reads its picture, and the page says so."""
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "alice")
    expect(_BANNER in page.root.text, "the page does not say that it is a simulation")
    code = scan(stage, page, stage.phone("alice"))
    page = browser.open("/portal/activation")
    expect("IB Key is active for alice." in page.root.text, "the page does not say that the phone is active")
    # She goes on in the same session, with her phone.
    page = browser.step_up(page)
    page = browser.answer(page, respond(stage.phone("alice"), page))
    require_inside(page)
    stage.keep(used_code=code, signed_in=(browser, page))


def qr_replayed(stage: Stage) -> None:
    """The picture of a used QR code activates no second phone."""
    code = stage.kept("used_code")
    require_refused(stage.phone("copier", "android").run_with_pin("activate", str(code.picture)), REFUSED, AGAIN)


def sign_out(stage: Stage) -> None:
    """Signing out ends the session: the portal asks for a login again."""
    browser, page = stage.kept("signed_in")
    expect(browser.sign_out(page).path == "/sso/Login", "signing out does not lead to the login page")
    expect(browser.open("/sso/Dispatcher").path == "/sso/Login", "the session is still open")


def activation_by_session_id(stage: Stage) -> None:
    """Bruno types the Session ID under the QR code; his phone asks the portal who it is."""
    browser = stage.browser(stage.main)
    code = stage.read_code(stage.main.log_in(browser, "bruno"))
    phone = stage.phone("bruno", "android")
    require_done(phone.run_with_pin("activate", code.session_id, "--portal", stage.main.address))
    expect("IB Key is active for bruno." in browser.open("/portal/activation").root.text, "bruno's phone is not active")


def two_users(stage: Stage) -> None:
    """Chiara's user joins alice's phone; the phone asks which user is meant, and answers for each."""
    phone = stage.phone("alice")
    scan(stage, stage.main.log_in(stage.browser(stage.main), "chiara"), phone)
    require_refused(phone.run_with_pin("respond", "123456"), USAGE)
    for name in ("alice", "chiara"):
        log_in(stage, stage.main, name, phone, "--user", name)


def store_first(stage: Stage) -> None:
    """Without the app the code leads to the store; installed and not opened, the same code activates the phone."""
    browser = stage.browser(stage.main)
    code = stage.read_code(stage.main.log_in(browser, "kenji"))
    phone = stage.phone("kenji", "ios", "--without-app")
    store = "the site leads to the store"
    require_refused(phone.run_with_pin("activate", str(code.picture)), REFUSED, store)
    said = require_done(phone.run("app", "install"))
    expect("Do not open it" in said, "the phone does not say to scan the code again first")
    require_done(phone.run_with_pin("activate", str(code.picture)))
    page = browser.step_up(browser.open("/portal/activation"))
    require_inside(browser.answer(page, respond(phone, page)))


def lost_reply(stage: Stage) -> None:
    """The portal's reply to dana's activation is lost; the phone resumes and gets the same account."""
    browser = stage.browser(stage.main)
    code = stage.read_code(stage.main.log_in(browser, "dana"))
    phone = stage.phone("dana")
    stage.relay.lose_reply_to(_ACTIVATE)
    lost = phone.run_with_pin("activate", str(code.picture), "--portal", stage.relay.address)
    require_refused(lost, UNREACHABLE)
    expect(stage.relay.lost == 1, "no reply was lost")
    require_done(phone.run_with_pin("activate", "--resume"))
    page = browser.step_up(browser.open("/portal/activation"))
    require_inside(browser.answer(page, respond(phone, page)))


def not_me(stage: Stage) -> None:
    """Somebody else was faster: 'This was not me' revokes that phone, and emiko's own takes a fresh code."""
    browser = stage.browser(stage.main)
    thief, own = stage.phone("thief", "android"), stage.phone("emiko")
    scan(stage, stage.main.log_in(browser, "emiko"), thief)
    page = browser.submit(browser.open("/portal/activation").form_to("/portal/activation/not-me"))
    scan(stage, page, own)
    page = browser.step_up(browser.open("/portal/activation"))
    stolen = thief.run_with_pin("respond", require_challenge(page))
    response = respond(own, page)
    expect(stolen.stdout.strip() != response, "the revoked phone answers as the own one does")
    require_inside(browser.answer(page, response))


def expired_qr(stage: Stage) -> None:
    """A QR code that has expired activates nothing."""
    code = stage.read_code(stage.hasty.log_in(stage.browser(stage.hasty), "greta"))
    time.sleep(HASTY_SECONDS["activation"] + 0.1)
    require_refused(stage.phone("greta").run_with_pin("activate", str(code.picture)), REFUSED, AGAIN)


BY_CODE: Final = Scene(
    title="Activation by QR code",
    main=(Guest(name="alice"), Guest(name="bruno"), Guest(name="chiara")),
    hasty=(Guest(name="greta"),),
    acts=(
        Act(name="activation_by_qr", title="a phone scans the QR code and signs in", play=activation_by_qr),
        Act(name="qr_replayed", title="the same QR code activates no second phone", play=qr_replayed),
        Act(name="sign_out", title="signing out ends the session", play=sign_out),
        Act(
            name="activation_by_session_id",
            title="a phone is activated by the Session ID",
            play=activation_by_session_id,
        ),
        Act(name="two_users", title="one phone answers for two users", play=two_users),
        Act(name="expired_qr", title="an expired QR code activates nothing", play=expired_qr),
    ),
)
MISHAPS: Final = Scene(
    title="Activation with mishaps",
    main=(Guest(name="dana"), Guest(name="emiko"), Guest(name="kenji")),
    acts=(
        Act(name="store_first", title="without the app: store, install, and scan again", play=store_first),
        Act(name="lost_reply", title="a lost reply is resumed, not repeated", play=lost_reply),
        Act(name="not_me", title="'This was not me' revokes a stranger's phone", play=not_me),
    ),
)
