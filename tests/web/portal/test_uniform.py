"""The second page that is the same for everybody: who has the phone goes on from it, and nobody else."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim import states
from authsim.events import Event, EventKind
from authsim.model import Factor, FactorId, FactorKind, User
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from authsim.verifier import activation
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site

PASSCODE = "ABCD-EFGH-JKMN-PQRS"


@pytest.fixture
def site(opens_site: Callable[..., Site]) -> Site:
    """A portal of the hardened profile."""
    return opens_site(policy=PROFILES[HARDENED], suite=STRICT10)


@pytest.fixture
def waiting(site: Site, alice: User, phone: TestPhone) -> TestPhone:
    """Alice's phone, which used the operator's code and waits."""
    phone.activate(site.verifier, activation.operator_activation(site.verifier, alice.user_id, replace=False).uri)
    return phone


@pytest.fixture
def owned(site: Site, browser: Browser, waiting: TestPhone) -> TestPhone:
    """Alice's phone, active."""
    browser.types_password("alice")
    browser.types_response(waiting.confirmation)
    site.clock.advance(seconds=1)
    return waiting


def holds_passcode(site: Site, user: User, *, limited_ms: int = 0) -> None:
    """Give a user a temporary passcode."""
    now_ms = site.clock.now_ms()
    factor = Factor(
        factor_id=FactorId("fa" * 16),
        user_id=user.user_id,
        kind=FactorKind.TEMPORARY_PASSCODE,
        state=states.Factor.ACTIVE,
        secret_hash=site.verifier.passwords.hash(Secret(PASSCODE.replace("-", ""))),
        made_ms=now_ms,
        activated_ms=now_ms,
        full_until_ms=now_ms + 86_400_000,
        expires_ms=now_ms + 86_400_000 + limited_ms,
    )
    event = Event(kind=EventKind.PASSCODE_ISSUED, at_ms=now_ms, user_id=user.user_id)
    site.verifier.store.factors.add(factor, closes=frozenset(), event=event)


def shows(browser: Browser) -> Page:
    """The page that the browser is at."""
    assert browser.page is not None
    return browser.page


def types_passcode(browser: Browser, passcode: str = PASSCODE) -> Page:
    """Type a passcode into the second page."""
    return browser.sends(shows(browser).one(cls="xyzform-temp"), {"temp-response": passcode})


def word(browser: Browser) -> str:
    """What the page's script is told."""
    return str(json.loads(browser.asks("GET", "/sso/TwoStep/state").text)["state"])


class TestLogin:
    """The owner, by each way that the page has."""

    def test_by_response(self, browser: Browser, owned: TestPhone) -> None:
        """The challenge is ten digits long; its response opens the portal."""
        page = browser.types_password("alice")

        assert page.path == "/sso/TwoStep"
        assert browser.types_response(owned.respond(page.challenge)).has_succeeded

    def test_by_notification(self, site: Site, browser: Browser, owned: TestPhone, alice: User) -> None:
        """The number on the page is typed on the phone; then the page goes on, with and without script."""
        page = browser.types_password("alice")
        assert word(browser) == "waiting"
        assert browser.presses("/continue").error == "The phone has not approved the login yet."
        [asked] = site.verifier.store.pushes.list_decided(alice.user_id, most=1)
        owned.approves(site.verifier, asked, number=page.one(cls="xyz-typednumber").text)

        assert word(browser) == "approved"
        page = browser.opens("/sso/TwoStep")
        assert "Approved on your phone." in page.text
        assert not page.all(cls="xyzform-gold")
        assert browser.presses("/continue").has_succeeded

    def test_the_stream_says_when_it_goes_on(self, site: Site, browser: Browser, owned: TestPhone, alice: User) -> None:
        """It says the state at once, and ends with the approval."""
        number = browser.types_password("alice").one(cls="xyz-typednumber").text
        [asked] = site.verifier.store.pushes.list_decided(alice.user_id, most=1)
        stream = iter(browser.asks("GET", "/sso/TwoStep/events").response)
        first = _next_event(stream)
        owned.approves(site.verifier, asked, number=number)

        assert "waiting" in first
        assert "approved" in _next_event(stream)

    @pytest.mark.usefixtures("owned")
    def test_by_passcode(self, site: Site, browser: Browser, alice: User) -> None:
        """A temporary passcode opens a restricted session."""
        holds_passcode(site, alice)
        browser.types_password("alice")
        assert types_passcode(browser, "nonsense").error
        assert shows(browser).path == "/sso/TwoStep"

        assert types_passcode(browser).has_succeeded

    @pytest.mark.usefixtures("owned")
    def test_another_notification(self, site: Site, browser: Browser) -> None:
        """Not at once; then with a new number."""
        number = browser.types_password("alice").one(cls="xyz-typednumber").text
        assert browser.presses("/resend").error == "It was sent a moment ago."
        site.clock.advance(seconds=10)
        page = browser.presses("/resend")

        assert page.path == "/sso/TwoStep"
        assert page.one(cls="xyz-typednumber").text != number

    @pytest.mark.usefixtures("owned")
    def test_three_wrong_responses(self, browser: Browser) -> None:
        """Two leave the page with the one sentence, the third leads back with it."""
        browser.types_password("alice")
        for path in ("/sso/TwoStep", "/sso/TwoStep", "/sso/Login"):
            page = browser.types_response("00000000")
            assert (page.path, page.error) == (path, "Login failed.")
        assert word(browser) == "over"


class TestConfirmation:
    """A phone that waits."""

    def test_its_code_is_typed_as_the_answer(self, browser: Browser, waiting: TestPhone) -> None:
        """It leads back to the login page, which says that the phone is active now."""
        browser.types_password("alice")
        page = browser.types_response(waiting.confirmation)

        assert page.path == "/sso/Login"
        assert "Your phone is confirmed and active. Log in with it now." in page.text

    def test_after_a_passcode_a_phone_is_activated_at_the_screen(
        self, site: Site, browser: Browser, alice: User, phone: TestPhone
    ) -> None:
        """The session shows a QR code when it is asked to; the phone's code is typed below it; three tries."""
        holds_passcode(site, alice)
        browser.types_password("alice")
        home = types_passcode(browser)
        assert home.has_succeeded
        assert home.all(tag="a", href="/portal/activation")
        assert "You logged in without a phone." in browser.opens("/portal/activation").text
        browser.presses("/portal/activation/begin")
        browser.activates(phone)
        page = browser.opens("/portal/activation")
        assert phone.label in page.text
        page = browser.sends(page.one(cls="xyzform-confirmation"), {"confirmation": "00000000"})
        assert page.error == "The confirmation code is wrong."
        page = browser.sends(page.one(cls="xyzform-confirmation"), {"confirmation": phone.confirmation})

        assert "IB Key is active for alice." in page.text
        device = site.verifier.store.devices.active_of(alice.user_id)
        assert device is not None
        assert device.device_id == phone.device_id

    def test_not_me(self, site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
        """The phone that waits is given up, and a fresh code is shown."""
        holds_passcode(site, alice)
        browser.types_password("alice")
        types_passcode(browser)
        browser.opens("/portal/activation")
        browser.presses("/portal/activation/begin")
        browser.activates(phone)
        browser.opens("/portal/activation")
        page = browser.presses("/portal/activation/not-me")

        assert page.one(cls="xyz-sessionid").text
        assert phone.hears_its_state(site.verifier) == "expired"

    def test_a_session_with_a_phone_shows_no_code(self, browser: Browser, owned: TestPhone) -> None:
        """Neither page nor forms of the activation are for it."""
        page = browser.types_password("alice")
        browser.types_response(owned.respond(page.challenge))
        token = browser.opens("/portal/sessions").one(name="csrf_token").attributes["value"]

        for action in ("begin", "confirm", "not-me"):
            answer = browser.asks("POST", f"/portal/activation/{action}", body={"csrf_token": token})
            assert (answer.status_code, answer.headers["Location"]) == (303, "/sso/Dispatcher")
        assert browser.asks("GET", "/portal/activation").status_code == 303

    def test_a_stale_login_shows_no_code(self, site: Site, browser: Browser, alice: User) -> None:
        """Five minutes after the passcode the session has to begin anew."""
        holds_passcode(site, alice)
        browser.types_password("alice")
        types_passcode(browser)
        site.clock.advance(seconds=200)
        browser.opens("/portal/sessions")
        site.clock.advance(seconds=100)

        assert browser.asks("GET", "/portal/activation").status_code == 303

    def test_what_is_left_of_a_passcode_brings_no_phone(self, opens_site: Callable[..., Site]) -> None:
        """When its full access is over it opens the online card, and no activation."""
        site = opens_site(policy=replace(PROFILES[HARDENED], passcode_limited_seconds=3600), suite=STRICT10)
        user = site.adds("alice")
        holds_passcode(site, user, limited_ms=3_600_000)
        site.clock.advance(seconds=86_400)
        browser = site.browser()
        browser.types_password("alice")
        types_passcode(browser)
        token = browser.opens("/portal/settings/factors/online-card").one(name="csrf_token").attributes["value"]

        answer = browser.asks("POST", "/portal/activation/begin", body={"csrf_token": token})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sso/Dispatcher")
        assert browser.asks("GET", "/portal/activation").status_code == 303


class TestNobody:
    """Browsers without a login, or with one that is over."""

    @pytest.mark.parametrize("action", ["", "/passcode", "/resend", "/continue"])
    def test_without_a_login(self, browser: Browser, action: str) -> None:
        """Each form leads to the login page with the one sentence."""
        token = browser.token()
        answer = browser.asks("POST", f"/sso/TwoStep{action}", body={"csrf_token": token})

        assert (answer.status_code, answer.headers["Location"]) == (303, "/sso/Login")
        assert browser.opens("/sso/Login").error == "Login failed."

    def test_looking_without_a_login(self, browser: Browser) -> None:
        """The page leads to the start, and its script hears that it is over."""
        assert browser.asks("GET", "/sso/TwoStep").status_code == 303
        assert word(browser) == "over"
        assert "over" in browser.asks("GET", "/sso/TwoStep/events").text

    @pytest.mark.usefixtures("owned")
    def test_a_login_that_expired(self, site: Site, browser: Browser) -> None:
        """The page leads back, as it does for everybody."""
        browser.types_password("alice")
        site.clock.advance(seconds=301)

        assert browser.opens("/sso/TwoStep").error == "Login failed."
        assert word(browser) == "over"

    def test_where_logins_are_not_uniform_there_is_no_such_page(self, opens_site: Callable[..., Site]) -> None:
        """A classic login goes on where it always did."""
        site = opens_site()
        site.adds("carol")

        for path in ("/sso/TwoStep", "/sso/TwoStep/state"):
            answer = site.browser().asks("GET", path)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/sso/SecondFactor")


class TestTradingDevice:
    """The trading device of a hardened portal."""

    def test_the_owner_gets_in(self, site: Site, owned: TestPhone) -> None:
        """The choice, the challenge, the response; nobody is named before."""
        browser = site.browser()
        page = browser.opens("/mobile/ios")
        page = browser.sends(
            page.one(tag="form", action="/mobile/ios/log-in"), {"username": "alice", "password": PASSWORD}
        )
        assert "alice" not in page.text
        page = browser.opens("/mobile/ios?screen=challenge")
        form = page.one(tag="form", action="/mobile/ios/response")
        assert browser.sends(form, {"response": "1"}).error
        page = browser.opens("/mobile/ios?screen=challenge")
        form = page.one(tag="form", action="/mobile/ios/response")
        page = browser.sends(form, {"response": owned.respond(page.one(cls="trading-challenge").text)})

        assert "You are logged in as alice." in page.text

    @pytest.mark.parametrize("name", ["alice", "nobody"])
    @pytest.mark.usefixtures("owned")
    def test_a_wrong_answer_has_one_word(self, site: Site, name: str) -> None:
        """For a name that exists and for one that does not; after the third it begins anew."""
        browser = site.browser()
        page = browser.opens("/mobile/ios")
        browser.sends(page.one(tag="form", action="/mobile/ios/log-in"), {"username": name, "password": PASSWORD})
        for _ in range(3):
            page = browser.opens("/mobile/ios?screen=challenge")
            page = browser.sends(page.one(tag="form", action="/mobile/ios/response"), {"response": "00000000"})
            assert page.error == "Login failed."
        assert page.all(tag="form", action="/mobile/ios/log-in")

    @pytest.mark.usefixtures("owned")
    def test_a_login_that_expired_is_left(self, site: Site) -> None:
        """It begins anew, with the same word."""
        browser = site.browser()
        page = browser.opens("/mobile/ios")
        browser.sends(page.one(tag="form", action="/mobile/ios/log-in"), {"username": "alice", "password": PASSWORD})
        site.clock.advance(seconds=301)

        assert browser.opens("/mobile/ios").error == "Login failed."

    def test_no_phone_is_confirmed_there(self, site: Site, waiting: TestPhone) -> None:
        """Its code makes it active all the same; the trading device itself stays outside."""
        browser = site.browser()
        page = browser.opens("/mobile/ios")
        browser.sends(page.one(tag="form", action="/mobile/ios/log-in"), {"username": "alice", "password": PASSWORD})
        page = browser.opens("/mobile/ios?screen=challenge")
        page = browser.sends(page.one(tag="form", action="/mobile/ios/response"), {"response": waiting.confirmation})

        assert page.error == "Login failed."

    def test_too_many_attempts_are_told(self, site: Site) -> None:
        """As on the portal's own page."""
        browser = site.browser()
        for _ in range(11):
            page = browser.opens("/mobile/ios")
            form = page.all(tag="form", action="/mobile/ios/log-in")
            if form:
                page = browser.sends(form[0], {"username": "nobody", "password": "x"})
            browser = site.browser() if not page.error else browser

        assert page.error == "There were too many attempts. Please wait a while."


def _next_event(stream: object) -> str:
    """The next piece of a stream that says something."""
    while True:
        piece = next(stream)  # type: ignore[call-overload]
        text = piece.decode() if isinstance(piece, bytes) else str(piece)
        if "event: state" in text or '"state"' in text:
            return text
