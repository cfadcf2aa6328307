"""Steps that several acts take: scanning, answering, adding a user by text, collecting what a phone approved."""

from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Final

from authsim.cli.proofs import expect, is_digits, require_challenge, require_done, require_inside
from authsim.cli.stage import Code, Place, Stage
from authsim.ends.browser import Browser, Element, Page
from authsim.ends.children import PhoneChild

#: The app's one sentence for an activation that does not work, whatever the cause.
AGAIN: Final = "An error has occurred. Please try again."
FAILED: Final = "Authentication failed"
WRONG: Final = "Invalid username password combination"
OVER: Final = "The request is no longer valid"
CHOOSER: Final = ".xyz-multipleselect"


def scan(stage: Stage, page: Page, phone: PhoneChild) -> Code:
    """Let a phone scan the QR code of a page, and so activate it."""
    code = stage.read_code(page)
    require_done(phone.run_with_pin("activate", str(code.picture)))
    return code


def respond(phone: PhoneChild, page: Page, *options: str) -> str:
    """Return the response of a phone to the challenge of a page."""
    return compute(phone, require_challenge(page), *options)


def compute(phone: PhoneChild, challenge: str, *options: str) -> str:
    """Return the response of a phone to a challenge."""
    response = require_done(phone.run_with_pin("respond", challenge, *options))
    expect(is_digits(response, 8), "the response is not 8 digits")
    return response


def log_in(stage: Stage, place: Place, name: str, phone: PhoneChild, *options: str) -> tuple[Browser, Page]:
    """Log a user in with password and response, in a fresh browser; both factors must open the portal."""
    browser = stage.browser(place)
    page = place.log_in(browser, name)
    page = browser.answer(page, respond(phone, page, *options))
    require_inside(page)
    return browser, page


def begin(stage: Stage, place: Place, name: str) -> tuple[Browser, Page]:
    """Type a user's password in a fresh browser, and stay on the page that follows."""
    browser = stage.browser(place)
    return browser, place.begin(browser, name)


def choose(browser: Browser, page: Page, name: str) -> Page:
    """Choose a second factor by its name on the page that offers several, and return what follows."""
    options = {option.text: option.attributes["value"] for option in page.require(CHOOSER).walk() if is_option(option)}
    expect(name in options, f"the page offers {sorted(options)}")
    return browser.submit(page.form_to("/sso/SecondFactor/choose"), factor=options[name])


def is_option(element: Element) -> bool:
    """Say whether an element is one of a list's choices."""
    return element.tag == "option"


def prove(place: Place, browser: Browser, page: Page, name: str, phone: PhoneChild, purpose: str) -> Page:
    """Give password and response once more, for a purpose, and return the page of the task."""
    page = browser.submit(page.form_to("/portal/verify"), username=name, password=place.password_of(name))
    if page.find(CHOOSER) is not None:
        page = choose(browser, page, "IB Key")
    page = browser.show_challenge(page)
    page = browser.answer(page, compute(phone, require_challenge(page), "--purpose", purpose))
    expect(not page.refusal, f"the page says: {page.refusal}")
    return page


def collect(browser: Browser) -> Page:
    """Press *Continue* on the page of a login that the phone approved, and return what follows."""
    page = browser.open("/sso/SecondFactor")
    expect(not page.refusal, f"the page says: {page.refusal}")
    form = page.form_to("/sso/SecondFactor/continue")
    expect("hidden" not in form.attributes, "the page does not go on")
    return browser.submit(form)


def enrol(
    place: Place, phone: PhoneChild, name: str, *command: str, typed: Callable[[str], str] = str
) -> "CompletedProcess[str]":
    """Run a command that adds a user by text: type the code that came to the user's number, or what `typed` makes."""
    before = place.last_text(name)
    process = phone.start(
        *command,
        *("--portal", place.address, "--password-file", str(place.password_file(name))),
        *("--code-stdin", "--yes", "--pin-file", str(phone.pin_file)),
    )
    code = place.next_code(name, after=before, is_awaited=lambda: process.poll() is None)
    return phone.finish(process, typed(code))


def other_digits(code: str) -> str:
    """Return as many digits as `code` has, and others."""
    return f"{(int(code or '0') + 1) % 10 ** len(code or '0'):0{len(code)}d}"
