"""Scenes of the notification: approved, denied, reported, sent again, overtaken, and too late."""

import json
import time
from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import OVER, begin, collect, enrol
from authsim.cli.proofs import (
    expect,
    require_done,
    require_inside,
    require_json,
    require_notified,
    require_refusal,
    require_refused,
    require_said,
)
from authsim.cli.stage import HASTY_SECONDS, PAUSE_SECONDS, Guest, Stage
from authsim.ends.browser import Browser
from authsim.terminal.outcome import REFUSED

_NEWER: Final = f"{OVER}: a newer one took its place"
_LATE: Final = f"{OVER}: its time is over"


def push_approved(stage: Stage) -> None:
    """Rosa's phone listens and approves; her page goes on by itself, and a page that was not asked does not."""
    phone = stage.active_phone(stage.main, "rosa")
    listening = phone.start("listen", "--approve-all", "--once", "--json", "--pin-file", str(phone.pin_file))
    browser, page = begin(stage, stage.main, "rosa")
    require_notified(page)
    heard = json.loads(require_done(phone.finish(listening)))
    expect((heard["user"], heard["state"]) == ("rosa", "approved"), f"the phone heard {heard}")
    expect(browser.read("/sso/SecondFactor/state") == {"state": "approved"}, "the page is not told")
    require_inside(collect(browser))


def push_denied(stage: Stage) -> None:
    """Deny ends the login."""
    phone = stage.phone("rosa")
    browser, page = begin(stage, stage.main, "rosa")
    require_notified(page)
    expect(require_json(phone.run_with_pin("deny", "--json"))["state"] == "denied", "the phone did not deny")
    require_refusal(browser.open("/sso/SecondFactor"), "The login was denied on the phone.")


def push_reported(stage: Stage) -> None:
    """'It wasn't me' ends the login, and the operator sees it."""
    phone = stage.phone("rosa")
    browser, page = begin(stage, stage.main, "rosa")
    require_notified(page)
    told = require_json(phone.run_with_pin("deny", "--report", "--json"))
    expect(told["state"] == "reported", "the phone did not report")
    require_refusal(browser.open("/sso/SecondFactor"), "it wasn't me")
    kinds = {event["kind"] for event in stage.main.show("rosa")["events"]}
    expect("push:reported" in kinds, "the record does not say that it was reported")


def push_resent(stage: Stage) -> None:
    """A notification that is sent again takes the place of the first, and approving it opens the portal."""
    phone = stage.phone("rosa")
    browser, page = begin(stage, stage.main, "rosa")
    first = _picture(stage, browser)
    time.sleep(PAUSE_SECONDS + 0.1)
    page = browser.submit(page.form_to("/sso/SecondFactor/resend"))
    require_notified(page)
    require_refused(phone.run_with_pin("approve", first), REFUSED, _NEWER)
    require_done(phone.run_with_pin("approve"))
    require_inside(collect(browser))


def push_superseded(stage: Stage) -> None:
    """A second login takes the first one's place on the phone; only the second goes on."""
    phone = stage.phone("rosa")
    older, _ = begin(stage, stage.main, "rosa")
    first = _picture(stage, older)
    newer, _ = begin(stage, stage.main, "rosa")
    require_said(older.open("/sso/SecondFactor"), "A newer login asked the phone.")
    require_refused(phone.run_with_pin("approve", first), REFUSED, _NEWER)
    require_done(phone.run_with_pin("approve"))
    require_inside(collect(newer))
    expect(older.open("/sso/SecondFactor").find("pre") is None, "the older login is inside")


def push_expired(stage: Stage) -> None:
    """A notification that nobody answered in time is no longer valid."""
    phone = stage.phone("samir", "android")
    require_done(enrol(stage.hasty, phone, "samir", "activate", "--username", "samir"))
    browser, page = begin(stage, stage.hasty, "samir")
    require_notified(page)
    late = _picture(stage, browser)
    time.sleep(HASTY_SECONDS["push"] + 0.1)
    require_said(browser.open("/sso/SecondFactor"), "The notification has expired.")
    require_refused(phone.run_with_pin("approve", late), REFUSED, _LATE)
    require_refused(phone.run_with_pin("approve"), REFUSED, "No request waits")


def push_names_user(stage: Stage) -> None:
    """On a phone with two users the notification says which of them logs in."""
    phone = stage.active_phone(stage.main, "tamar")
    require_done(phone.run_with_pin("activate", "-", text=stage.main.activation_of("uli")))
    browser, _ = begin(stage, stage.main, "uli")
    expect(require_json(phone.run_with_pin("approve", "--json"))["user"] == "uli", "the wrong user was approved")
    require_inside(collect(browser))


def _picture(stage: Stage, browser: Browser) -> str:
    """Return a picture of the QR code that names the request of a login as it stands now."""
    return str(stage.read_code(browser.open("/sso/SecondFactor?with=qr")).picture)


NOTICES: Final = Scene(
    title="Notifications",
    main=(Guest(name="rosa", is_active=True), Guest(name="tamar", is_active=True), Guest(name="uli", is_active=True)),
    hasty=(Guest(name="samir"),),
    acts=(
        Act(name="push_approved", title="approved on the phone, the page goes on by itself", play=push_approved),
        Act(name="push_denied", title="denied on the phone, the login ends", play=push_denied),
        Act(name="push_reported", title="'It wasn't me' ends the login and is recorded", play=push_reported),
        Act(name="push_resent", title="sent again, only the newest counts", play=push_resent),
        Act(name="push_superseded", title="a newer login takes the older one's place", play=push_superseded),
        Act(name="push_expired", title="a late tap: the request is no longer valid", play=push_expired),
        Act(name="push_names_user", title="with two users the notification names the one", play=push_names_user),
    ),
)
