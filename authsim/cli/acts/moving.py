"""Scenes in which a phone is exchanged, set up again, or gone."""

from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import begin, enrol, log_in, respond
from authsim.cli.proofs import expect, require_done, require_inside, require_refused, require_said
from authsim.cli.stage import Guest, Stage
from authsim.terminal.outcome import REFUSED

_REPLACED: Final = "Another phone has taken this one's place"
_RECOVER: Final = "IB Key must be recovered on this phone first"


def migration(stage: Stage) -> None:
    """Xenia's IB Key moves to a new phone; the old one says so, answers nothing, and what it opened is closed."""
    old = stage.active_phone(stage.main, "xenia")
    inside, _ = log_in(stage, stage.main, "xenia", old)
    new = stage.phone("xenia-new", "android")
    said = require_done(enrol(stage.main, new, "xenia", "migrate", "xenia"))
    expect("The old phone of xenia is replaced" in said, "the new phone does not say what became of the old one")
    require_refused(old.run_with_pin("approve"), REFUSED, _REPLACED)
    expect(inside.open("/sso/Dispatcher").path == "/sso/Login", "what the old phone opened is still open")
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "xenia")
    stale = old.run_with_pin("respond", page.require(".xyz-goldchallenge").text)
    response = respond(new, page)
    expect(stale.stdout.strip() != response, "the old phone answers as the new one does")
    require_inside(browser.answer(page, response))


def recovery_ios(stage: Stage) -> None:
    """After the app was installed again iOS restores IB Key with Yes and the security element."""
    phone = stage.active_phone(stage.main, "yuri")
    require_done(phone.run("app", "remove", "--yes"))
    require_done(phone.run("app", "install"))
    require_refused(phone.run_with_pin("respond", "123456"), REFUSED, _RECOVER)
    require_done(phone.run_with_pin("recover", "--yes"))
    log_in(stage, stage.main, "yuri", phone)


def recovery_android(stage: Stage) -> None:
    """After a system update Android asks credentials, a text and the PIN of before."""
    phone = stage.active_phone(stage.main, "zoe", "android")
    require_done(phone.run("app", "update-os"))
    require_refused(phone.run_with_pin("respond", "123456"), REFUSED, _RECOVER)
    require_done(enrol(stage.main, phone, "zoe", "recover", "zoe"))
    log_in(stage, stage.main, "zoe", phone)


def change_pin(stage: Stage) -> None:
    """Android changes the PIN after the portal has judged the credentials; the old one opens nothing more."""
    phone, new = stage.phone("zoe"), stage.pin_file("zoe-new", "13579")
    command = ("change-pin", "zoe", "--new-pin-file", str(new), "--password-file")
    wrong = stage.pin_file("wrong-password", "not the password")
    require_refused(phone.run_with_pin(*command, str(wrong)), REFUSED)
    require_done(phone.run_with_pin(*command, str(stage.main.password_file("zoe"))))
    require_refused(phone.run_with_pin("respond", "123456"), REFUSED, "Wrong PIN")
    phone.pin_file.write_text(new.read_text(encoding="ascii"), encoding="ascii")
    log_in(stage, stage.main, "zoe", phone)


def forgotten_pin(stage: Stage) -> None:
    """With the PIN forgotten: clear the app's data, migrate onto the same phone, and it has a new PIN."""
    phone = stage.active_phone(stage.main, "amir", "android")
    guess = stage.pin_file("guess", "000000")
    require_refused(phone.run("respond", "123456", "--pin-file", str(guess)), REFUSED, "tries left")
    require_done(phone.run("app", "clear-data", "--yes"))
    phone.pin_file.write_text("97531\n", encoding="ascii")
    require_done(enrol(stage.main, phone, "amir", "migrate", "amir"))
    log_in(stage, stage.main, "amir", phone)


def lost_phone(stage: Stage) -> None:
    """The password alone suspends a lost phone, and brings no QR code; the help desk resumes it."""
    phone = stage.active_phone(stage.main, "berta")
    inside, _ = log_in(stage, stage.main, "berta", phone)
    browser = stage.browser(stage.main)
    form = browser.open("/lost-phone").form_to("/lost-phone")
    page = browser.submit(form, username="berta", password=stage.main.password_of("berta"))
    require_said(page, "Your phone is suspended.")
    expect(inside.open("/sso/Dispatcher").path == "/sso/Login", "what the phone opened is still open")
    require_refused(phone.run_with_pin("approve"), REFUSED, "This phone is suspended")
    _, page = begin(stage, stage.main, "berta")
    require_said(page, "Your phone is suspended", "no QR code is shown")
    expect(page.find(".qr-plate") is None, "a QR code is shown")
    stage.main.resume("berta")
    log_in(stage, stage.main, "berta", phone)


MOVING: Final = Scene(
    title="A new phone, a recovered phone",
    main=(Guest(name="xenia", is_active=True), Guest(name="yuri", is_active=True), Guest(name="zoe", is_active=True)),
    acts=(
        Act(name="migration", title="migrated; the old phone says it was replaced", play=migration),
        Act(name="recovery_ios", title="recovered on iOS: Yes, and the security element", play=recovery_ios),
        Act(name="recovery_android", title="recovered on Android: credentials, text, PIN", play=recovery_android),
        Act(name="change_pin", title="the PIN is changed, the old one opens nothing", play=change_pin),
    ),
)
LOSING: Final = Scene(
    title="A forgotten PIN, a lost phone",
    main=(Guest(name="amir", is_active=True), Guest(name="berta", is_active=True)),
    acts=(
        Act(name="forgotten_pin", title="forgotten: data cleared, migrated, a new PIN", play=forgotten_pin),
        Act(name="lost_phone", title="lost: suspended by password, resumed by the help desk", play=lost_phone),
    ),
)
