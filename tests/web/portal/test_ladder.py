"""The ladder of the second factor: notification, QR code, challenge; and what each rung says of how it goes."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim.model import Decision, PushRequest, User
from authsim.policy import CLASSIC, HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.login_uri import parse_login_uri
from authsim.states import OneShot
from authsim.verifier.push import login_uri
from authsim.verifier.secure_login import set_seamless
from authsim.verifier.sessions import SignedIn
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.site import Browser, Site

SHOW = "/sso/SecondFactor"


@pytest.fixture
def enrolled(site: Site, alice: User, phone: TestPhone) -> TestPhone:
    """A phone that is active for alice; she is signed out again."""
    visitor = site.browser()
    visitor.logs_in("alice", phone)
    visitor.presses("/portal/sign-out")
    return phone


@pytest.fixture
def waiting(site: Site, enrolled: TestPhone) -> Browser:
    """A browser that has passed the first factor and waits for the phone."""
    browser = site.browser(is_patient=True)
    browser.types_password("alice")
    return browser


def asked(site: Site, phone: TestPhone) -> PushRequest:
    """The request that the phone shows."""
    (push,) = site.verifier.store.pushes.list_open(phone.device_id, now_ms=site.clock.now_ms())
    return push


def state(browser: Browser) -> str:
    """What the page's script hears."""
    answer = browser.asks("GET", f"{SHOW}/state")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return str(json.loads(answer.text)["state"])


def offers_to_go_on(page: Page) -> bool:
    """Say whether the page shows *Continue* and none of the ladder."""
    return "hidden" not in page.one(cls="goes-on").attributes and not page.all(cls="ladder")


def without_notifications(site: Site, user: User) -> None:
    """Switch the user's notifications off, as the settings page does."""
    (session,) = site.verifier.store.sessions.list_open(user.user_id, now_ms=site.clock.now_ms())
    set_seamless(site.verifier, SignedIn(session=session, user=user), False)


def test_notification_comes_first(waiting: Browser) -> None:
    """After the password: what to do on the phone, a countdown, and the three ways on, by their names."""
    page = waiting.page
    assert page is not None
    block = page.one(cls="xyzblock-notification")
    assert "xyzblock" in block.classes
    assert "login-step-notification" not in page.text
    assert "practice phone" in block.text
    assert page.one(cls="countdown").attributes["data-whole"] == "180000"
    assert not page.all(cls="xyz-goldchallenge")
    assert page.one(cls="xyz-resendnotification").tag == "button"
    assert not offers_to_go_on(page)
    assert page.one(cls="xyz-showqr").text == "Log in with QR Code"
    link = page.one(tag="a", cls="xyz-showchallenge")
    assert link.parent is not None
    assert (link.parent.tag, link.parent.classes) == ("p", {"text-center"})
    assert [element.tag for element in link.elements] == ["small"]
    assert link.text == "Log in with Challenge/Response"
    assert "Click here if you did not receive the message" in page.text


def test_challenge_is_one_link_away(waiting: Browser, enrolled: TestPhone) -> None:
    """The link shows the challenge of the same login, and a response to it signs in."""
    assert waiting.page is not None
    page = waiting.opens(waiting.page.challenge_link or "")
    assert not page.all(cls="xyzblock-notification")
    assert waiting.types_response(enrolled.respond(page.challenge)).has_succeeded


def test_approval_and_continue(site: Site, waiting: Browser, enrolled: TestPhone) -> None:
    """Approved: the page offers to go on, and its own form opens the session."""
    assert state(waiting) == "waiting"
    enrolled.approves(site.verifier, asked(site, enrolled))
    assert state(waiting) == "approved"
    page = waiting.opens(SHOW)
    assert offers_to_go_on(page)
    form = page.one(cls="goes-on")
    answer = waiting.asks(
        "POST", form.attributes["action"], body={"csrf_token": page.one(name="csrf_token").attributes["value"]}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sso/Dispatcher")
    assert waiting.opens("/sso/Dispatcher").has_succeeded


def test_approval_is_collected_by_its_own_browser(site: Site, waiting: Browser, enrolled: TestPhone) -> None:
    """Another browser with a login of its own is not let in by the approval of this one."""
    enrolled.approves(site.verifier, asked(site, enrolled))
    other = site.browser(is_patient=True)
    other.types_password("alice")
    other.presses("/continue")
    assert other.page is not None
    assert (other.page.path, other.page.error) == (SHOW, "The phone has not approved the login yet.")


def test_continue_too_early(waiting: Browser) -> None:
    """Pressing Continue before the phone has agreed says so and ends nothing."""
    page = waiting.presses("/continue")
    assert (page.path, page.error) == (SHOW, "The phone has not approved the login yet.")
    assert state(waiting) == "waiting"


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision.DENY, "The login was denied on the phone."),
        (Decision.REPORT, "The phone said about this login: it wasn't me."),
    ],
)
def test_declined(site: Site, waiting: Browser, enrolled: TestPhone, decision: Decision, words: str) -> None:
    """Denied or reported: the login is over, and the login page says what happened on the phone."""
    enrolled.decides(site.verifier, asked(site, enrolled), decision)
    assert state(waiting) == "over"
    page = waiting.opens(SHOW)
    assert (page.path, page.error) == ("/sso/Login", words)


def test_expiry(site: Site, waiting: Browser) -> None:
    """At 180 s the login is over, and the login page says that the time has run out."""
    site.clock.advance(seconds=179)
    assert state(waiting) == "waiting"
    site.clock.advance(seconds=1)
    assert state(waiting) == "over"
    assert waiting.opens(SHOW).error == "The request is no longer valid."


def test_resend(site: Site, waiting: Browser, enrolled: TestPhone) -> None:
    """Resend asks the phone anew for another 180 s; the challenge may run out meanwhile, and says so."""
    first = asked(site, enrolled)
    site.clock.advance(seconds=100)
    page = waiting.presses("/resend")
    assert page.all(cls="xyzblock-notification")
    second = asked(site, enrolled)
    assert second.request_id != first.request_id
    site.clock.advance(seconds=80)
    page = waiting.opens(f"{SHOW}?with=challenge")
    assert not page.all(cls="xyzform-gold")
    assert "The challenge code has expired. The notification is still good" in page.text
    enrolled.approves(site.verifier, second)
    assert waiting.presses("/continue").has_succeeded


def test_newer_login_takes_the_notification(site: Site, waiting: Browser) -> None:
    """A login elsewhere supersedes this one's notification; the page says so and can ask again."""
    site.browser().types_password("alice")
    assert state(waiting) == "superseded"
    page = waiting.opens(SHOW)
    assert "A newer login asked the phone." in page.one(cls="notice").text
    site.clock.advance(seconds=5)
    waiting.presses("/resend")
    assert state(waiting) == "waiting"


def test_without_notifications_the_challenge_comes_at_once(site: Site, alice: User, phone: TestPhone) -> None:
    """A user who switched notifications off sees challenge and QR link, and no link to a notification."""
    browser = site.browser(is_patient=True)
    browser.opens("/")
    site.browser().logs_in("alice", phone)
    without_notifications(site, alice)
    page = browser.types_password("alice")
    assert page.challenge.isdigit()
    assert not page.all(cls="xyz-showchallenge")
    assert "Back to the notification" not in page.text
    page = browser.opens(page.one(cls="xyz-showqr").attributes["href"])
    assert page.all(cls="qr-plate")
    assert "Back to the notification" not in page.text
    page = browser.opens(f"{SHOW}?with=notification")
    assert "switched off for this user" in page.one(cls="notice").text
    assert not page.all(cls="xyz-resendnotification")


def test_qr_view(site: Site, waiting: Browser, enrolled: TestPhone) -> None:
    """The QR code names this login's request; scanning alone approves nothing, the decision does."""
    page = waiting.opens(f"{SHOW}?with=qr")
    assert page.one(cls="qr-plate").elements[0].tag == "svg"
    assert "IB Key" in page.one(cls="xyzblock-qrlogin").text
    assert page.challenge_link is not None
    assert "authsim://" not in page.text
    push = asked(site, enrolled)
    uri = login_uri(site.verifier, push)
    assert parse_login_uri(uri.reveal_text()).request_id == push.request_id
    enrolled.scans(site.verifier, uri)
    assert state(waiting) == "waiting"
    enrolled.approves(site.verifier, push)
    assert state(waiting) == "approved"
    assert offers_to_go_on(waiting.opens(f"{SHOW}?with=qr"))


def test_qr_view_of_a_request_that_is_over(site: Site, waiting: Browser, enrolled: TestPhone) -> None:
    """When a newer login has the phone, the QR view offers a fresh code, and shows it."""
    site.browser().types_password("alice")
    page = waiting.opens(f"{SHOW}?with=qr")
    assert not page.all(cls="qr-plate")
    assert "This code is no longer good." in page.text
    site.clock.advance(seconds=5)
    page = waiting.presses("/resend")
    assert page.all(cls="qr-plate")
    assert asked(site, enrolled).login_id


@pytest.mark.parametrize("wish", ["", "nonsense", "NOTIFICATION", "qr%00"])
def test_odd_wishes_show_the_first_rung(waiting: Browser, wish: str) -> None:
    """Whatever the address asks for that does not exist, the highest rung is shown."""
    assert waiting.opens(f"{SHOW}?with={wish}").all(cls="xyzblock-notification")


@pytest.mark.parametrize(("view", "refreshes"), [("notification", True), ("qr", True), ("challenge", False)])
def test_refresh_without_script(waiting: Browser, view: str, refreshes: bool) -> None:
    """Without script the page looks again by itself, but never while a response is being typed."""
    page = waiting.opens(f"{SHOW}?with={view}")
    assert bool(page.all(tag="meta", **{"http-equiv": "refresh"})) is refreshes


def test_number_to_type(opens_site: Callable[..., Site], phone: TestPhone) -> None:
    """Where the policy asks a typed number, the page shows it large; the phone approves with it only."""
    digits = PROFILES[HARDENED].push_number_digits
    site = opens_site(policy=replace(PROFILES[CLASSIC], push_number_digits=digits))
    site.adds("alice")
    site.browser().logs_in("alice", phone)
    browser = site.browser(is_patient=True)
    for page in (browser.types_password("alice"), browser.opens(f"{SHOW}?with=qr")):
        number = page.one(cls="xyz-typednumber").text
        assert (len(number), number.isdigit()) == (digits, True)
    push = asked(site, phone)
    assert push.number == number
    phone.approves(site.verifier, push, number=number)
    assert browser.presses("/continue").has_succeeded


def test_too_many_notifications(opens_site: Callable[..., Site], phone: TestPhone) -> None:
    """Beyond the limit a resend is refused on the page, and a new login begins at the challenge."""
    site = opens_site(policy=replace(PROFILES[CLASSIC], push_burst=2))
    site.adds("alice")
    site.browser().logs_in("alice", phone)
    browser = site.browser(is_patient=True)
    browser.types_password("alice")
    page = browser.presses("/resend")
    assert page.error == "It was sent a moment ago."
    assert page.all(cls="xyzblock-notification")
    site.clock.advance(seconds=5)
    page = browser.presses("/resend")
    assert page.error == "No more notifications are sent for now."
    assert page.all(cls="xyzblock-notification")
    page = browser.types_password("alice")
    assert page.challenge.isdigit()
    page = browser.opens(f"{SHOW}?with=notification")
    assert "there were too many lately" in page.one(cls="notice").text


def test_notification_that_was_withdrawn(site: Site, waiting: Browser, enrolled: TestPhone) -> None:
    """A request that was cancelled is told as withdrawn."""
    from authsim.events import Event, EventKind

    push = asked(site, enrolled)
    event = Event(kind=EventKind.PUSH_EXPIRED, at_ms=site.clock.now_ms(), user_id=push.user_id)
    site.verifier.store.pushes.close(push.request_id, OneShot.CANCELLED, now_ms=site.clock.now_ms(), event=event)
    assert state(waiting) == "withdrawn"
    assert "withdrawn" in waiting.opens(SHOW).one(cls="notice").text


@pytest.mark.parametrize("action", ["resend", "continue"])
def test_without_a_login(browser: Browser, action: str) -> None:
    """Without a login both buttons lead to the login page, the state is over, and the stream ends at once."""
    answer = browser.asks("POST", f"{SHOW}/{action}", body={"csrf_token": browser.token()})
    assert answer.headers["Location"] == "/sso/Login"
    assert browser.opens("/sso/Login").error == "The login attempt has expired."
    assert state(browser) == "over"
    stream = browser.asks("GET", f"{SHOW}/events")
    assert stream.mimetype == "text/event-stream"
    assert '{"state":"over"}' in stream.text


def test_login_that_ended_meanwhile(site: Site, waiting: Browser) -> None:
    """A button pressed too late leads to the login page with the reason."""
    site.clock.advance(seconds=300)
    page = waiting.presses("/resend")
    assert (page.path, page.error) == ("/sso/Login", "The request is no longer valid.")


def test_stream_says_each_change_once(site: Site, waiting: Browser, enrolled: TestPhone) -> None:
    """The stream says how the login stands, then that it was approved, then ends."""
    stream = iter(waiting.asks("GET", f"{SHOW}/events").response)
    assert b"retry:" in next(stream)
    assert next(stream) == b'event: state\ndata: {"state":"waiting"}\n\n'
    enrolled.approves(site.verifier, asked(site, enrolled))
    rest = b"".join(stream)
    assert rest.count(b"event: state") == 1
    assert b'{"state":"approved"}' in rest


def test_step_up_goes_through_the_same_pages(site: Site, alice: User, phone: TestPhone) -> None:
    """In a limited session the notification comes first too; a denial leads back to that session's page."""
    browser = site.browser(is_patient=True)
    browser.types_password("alice")
    browser.activates(phone)
    browser.opens("/portal/activation")
    assert browser.presses("/portal/activation/sign-in").all(cls="xyzblock-notification")
    phone.denies(site.verifier, asked(site, phone))
    page = browser.opens(SHOW)
    assert (page.path, page.error) == ("/portal/activation", "The login was denied on the phone.")
    browser.presses("/portal/activation/sign-in")
    phone.approves(site.verifier, asked(site, phone))
    assert browser.presses("/continue").has_succeeded
