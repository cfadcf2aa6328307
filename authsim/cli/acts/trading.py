"""The scene of the trading device: another device logs in, and the phone answers for it."""

import time
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import FAILED, compute, enrol, other_digits
from authsim.cli.proofs import expect, is_digits, require_done, require_refusal, require_refused, require_said
from authsim.cli.stage import HASTY_SECONDS, Guest, Place, Stage
from authsim.ends.browser import Browser, Page
from authsim.ends.children import PhoneChild
from authsim.terminal.outcome import REFUSED


def trading_page(stage: Stage) -> None:
    """On the page /mobile pia chooses Two-Factor Authentication, and her phone's response logs her in."""
    phone = stage.active_phone(stage.main, "pia")
    for platform, label in (("ios", "Send"), ("android", "Log In")):
        browser, page = _trade(stage, stage.main, "pia", platform)
        form = page.form_to(f"/mobile/{platform}/response")
        expect(label in form.text, f"the button is not called {label!r}")
        require_said(browser.submit(form, response=_answer(phone, page)), "You are logged in as pia.")


def trading_terminal(stage: Stage) -> None:
    """`authkey trade` shows the challenge in a terminal and takes the response there."""
    done = _trade_in_terminal(stage.main, "pia", stage.phone("pia"))
    expect("Logged in as pia." in require_done(done), "the trading device is not logged in")


def trading_wrong(stage: Stage) -> None:
    """A wrong response is refused on the page and in the terminal; it ends the attempt."""
    phone = stage.phone("pia")
    browser, page = _trade(stage, stage.main, "pia", "ios")
    form = page.form_to("/mobile/ios/response")
    right = _answer(phone, page)
    require_refusal(browser.submit(form, response=other_digits(right)), FAILED)
    page = browser.submit(form, response=right)
    expect("You are logged in" not in page.root.text, "the right response still counts")
    require_refused(_trade_in_terminal(stage.main, "pia", phone, other_digits), REFUSED, FAILED)


def trading_expired(stage: Stage) -> None:
    """A response that comes too late is refused on the page and in the terminal."""
    phone = stage.phone("quirin", "android")
    require_done(enrol(stage.hasty, phone, "quirin", "activate", "--username", "quirin"))
    browser, page = _trade(stage, stage.hasty, "quirin", "android")
    response = _answer(phone, page)
    wait = HASTY_SECONDS["challenge"] + 0.1

    def dawdle(response: str) -> str:
        time.sleep(wait)
        return response

    late = _trade_in_terminal(stage.hasty, "quirin", phone, dawdle)  # both challenges are over by then
    require_refused(late, REFUSED)
    page = browser.submit(page.form_to("/mobile/android/response"), response=response)
    require_refusal(page, "expired")


def migrate_shown(stage: Stage) -> None:
    """The other choice, Migrate IB Key, says what it does to the old phone before anything happens."""
    browser = stage.browser(stage.main)
    page = _give_credentials(stage.main, browser, "pia", "ios")
    require_said(page, "Two-Factor Authentication", "Migrate IB Key")
    page = browser.open("/mobile/ios?screen=migrate")
    require_said(page, "the old phone stops answering for this user at once", "choose Two-Factor Authentication")
    expect(stage.main.show("pia")["state"] == "active", "looking at it has changed something")


def _give_credentials(place: Place, browser: Browser, name: str, platform: str) -> Page:
    form = browser.open(f"/mobile/{platform}").form_to(f"/mobile/{platform}/log-in")
    return browser.submit(form, username=name, password=place.password_of(name))


def _trade(stage: Stage, place: Place, name: str, platform: str) -> tuple[Browser, Page]:
    """Log in at the page of a trading device, up to its challenge."""
    browser = stage.browser(place)
    require_said(_give_credentials(place, browser, name, platform), "Two-Factor Authentication")
    return browser, browser.open(f"/mobile/{platform}?screen=challenge")


def _answer(phone: PhoneChild, page: Page) -> str:
    """Return the phone's response to the challenge that a trading device shows."""
    return compute(phone, page.require(".trading-challenge").text)


def _trade_in_terminal(
    place: Place, name: str, phone: PhoneChild, typed: Callable[[str], str] = str
) -> "CompletedProcess[str]":
    """Log in with `authkey trade` on a device of its own: type the phone's response, or what `typed` makes of it."""
    device = PhoneChild(home=phone.home.with_name(f"{name}-trades"), pin_file=phone.pin_file, crew=phone.crew)
    process = device.start(
        "trade", name, "--portal", place.address, "--password-file", str(place.password_file(name)), "--response-stdin"
    )
    challenge = (process.stdout.readline() if process.stdout else "").strip()
    if not is_digits(challenge, 6):
        return device.finish(process)
    return device.finish(process, typed(compute(phone, challenge)) + "\n")


TRADING: Final = Scene(
    title="The trading device",
    main=(Guest(name="pia", is_active=True),),
    hasty=(Guest(name="quirin"),),
    acts=(
        Act(name="trading_page", title="at /mobile: challenge, response, Send or Log In", play=trading_page),
        Act(name="trading_terminal", title="the same in a terminal, with authkey trade", play=trading_terminal),
        Act(name="trading_wrong", title="a wrong response there ends the attempt", play=trading_wrong),
        Act(name="trading_expired", title="a response that comes too late is refused", play=trading_expired),
        Act(name="migrate_shown", title="Migrate IB Key says first what it does", play=migrate_shown),
    ),
)
