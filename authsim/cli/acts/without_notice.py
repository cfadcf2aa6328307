"""Scenes in which no notification comes: what is in its way, who says so, and how the login works all the same."""

from collections.abc import Callable
from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import begin, collect, compute, log_in, respond
from authsim.cli.proofs import (
    expect,
    require_challenge,
    require_done,
    require_inside,
    require_json,
    require_notified,
    require_refused,
    require_said,
)
from authsim.cli.stage import Guest, Stage
from authsim.ends.children import PhoneChild
from authsim.terminal.outcome import REFUSED

_SETTING: Final = "/portal/settings/secure-login"


def qr_login(stage: Stage) -> None:
    """The login's QR code asks the phone that scans it; scanning alone opens nothing."""
    phone = stage.active_phone(stage.main, "vera", "android")
    browser, _ = begin(stage, stage.main, "vera")
    code = stage.read_code(browser.open("/sso/SecondFactor?with=qr"))
    stranger = stage.active_phone(stage.main, "wim")
    require_refused(stranger.run_with_pin("approve", str(code.picture)), REFUSED, "No request waits")
    expect(browser.read("/sso/SecondFactor/state") == {"state": "waiting"}, "another user's phone changed something")
    require_done(phone.run_with_pin("approve", str(code.picture)))
    require_inside(collect(browser))


def seamless_off(stage: Stage) -> None:
    """With Seamless Authentication off no notification comes; troubleshoot says so, and the QR code still works."""
    phone = stage.phone("vera")
    browser, _ = log_in(stage, stage.main, "vera", phone)
    require_said(browser.submit(browser.open(_SETTING).form_to(_SETTING), seamless="disabled"), "The setting is kept.")
    _require_cause(phone, "seamless_off")
    login, page = begin(stage, stage.main, "vera")
    expect(page.find(".xyzblock-notification") is None, "a notification was sent")
    require_challenge(page)
    require_refused(phone.run_with_pin("approve"), REFUSED, "No request waits")
    code = stage.read_code(login.open("/sso/SecondFactor?with=qr"))
    require_done(phone.run_with_pin("approve", str(code.picture)))
    require_inside(collect(login))
    browser.submit(browser.open(_SETTING).form_to(_SETTING), seamless="enabled")
    require_notified(begin(stage, stage.main, "vera")[1])


def airplane_mode(stage: Stage) -> None:
    """In airplane mode no notification arrives; the response to the challenge opens the portal all the same."""
    phone = stage.phone("vera")
    with_setting(phone, "airplane", "on", "off", lambda: _log_in_offline(stage, phone))


def _log_in_offline(stage: Stage, phone: PhoneChild) -> None:
    browser, page = begin(stage, stage.main, "vera")
    require_notified(page)
    require_refused(phone.run_with_pin("approve"), REFUSED, "airplane mode is on")
    _require_cause(phone, "airplane")
    page = browser.show_challenge(page)
    require_inside(browser.answer(page, respond(phone, page)))


def refused_permission(stage: Stage) -> None:
    """An app that may not notify shows nothing; troubleshoot says so, and the app itself still finds the request."""
    phone = stage.phone("wim")
    with_setting(phone, "allow-notifications", "off", "on", lambda: _find_in_app(stage, phone))


def _find_in_app(stage: Stage, phone: PhoneChild) -> None:
    seen = require_json(phone.run("settings", "--json"))["seen"]
    shown = [seen["banner"], seen["lock_screen"], seen["list"], seen["badge"]]
    expect(seen["arrives"] and not any(shown), f"the notification is seen: {seen}")
    _require_cause(phone, "not_allowed")
    browser, page = begin(stage, stage.main, "wim")
    require_notified(page)
    require_done(phone.run_with_pin("approve"))
    require_inside(collect(browser))


def nothing_wrong(stage: Stage) -> None:
    """On a phone that is well troubleshoot finds nothing, and proves it with a response that opens the portal."""
    phone = stage.phone("wim")
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "wim")
    told = require_json(phone.run_with_pin("troubleshoot", "--challenge", require_challenge(page), "--json"))
    expect(told["cause"] is None, f"troubleshoot names {told['cause']}")
    require_inside(browser.answer(page, told["response"]))


def face_id(stage: Stage) -> None:
    """Five looks without a match lock Face ID; the Passcode helps, and unlocks it."""
    phone = stage.phone("wim")
    require_done(phone.run_with_pin("settings", "biometrics", "face-id"))
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "wim")
    look = ("respond", require_challenge(page), "--biometric")
    require_done(phone.run(*look, "match"))
    for left in (4, 3, 2, 1):
        require_refused(phone.run(*look, "no-match"), REFUSED, f"No match. {left} look")
    require_refused(phone.run(*look, "no-match"), REFUSED)
    require_refused(phone.run(*look, "match"), REFUSED, "locked after five looks")
    require_inside(browser.answer(page, compute(phone, look[1])))
    require_done(phone.run(*look, "match"))


def with_setting(phone: PhoneChild, name: str, value: str, after: str, play: Callable[[], None]) -> None:
    """Play while a phone is set so, and set it back whatever happens."""
    require_done(phone.run("settings", name, value))
    try:
        play()
    finally:
        phone.run("settings", name, after)


def _require_cause(phone: PhoneChild, cause: str) -> None:
    """Go on if the checklist for a missing notification finds this cause."""
    found = require_json(phone.run_with_pin("troubleshoot", "--json"), REFUSED)["cause"]
    expect(found == cause, f"troubleshoot names {found}, and not {cause}")


WITHOUT_NOTICE: Final = Scene(
    title="Without a notification",
    main=(Guest(name="vera", is_active=True), Guest(name="wim", is_active=True)),
    acts=(
        Act(name="qr_login", title="the login's QR code asks the phone that scans it", play=qr_login),
        Act(name="seamless_off", title="Seamless off: no notification, the rest works", play=seamless_off),
        Act(name="airplane_mode", title="airplane mode: only the challenge works", play=airplane_mode),
        Act(name="refused_permission", title="permission refused: nothing seen, cause found", play=refused_permission),
        Act(name="nothing_wrong", title="troubleshoot finds nothing, and proves it", play=nothing_wrong),
        Act(name="face_id", title="Face ID no match five times: the Passcode helps", play=face_id),
    ),
)
