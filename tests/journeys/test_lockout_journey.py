"""Failed logins over the wire: what they cost, when one has to wait, when the user is locked, and how that ends."""

import re
import time
from collections.abc import Callable, Iterator

import pytest

from tests.support.browser_plain import Page, Visitor
from tests.support.child import wait_until
from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of, served_portal

WRONG = "Invalid username password combination"
WAIT = re.compile(r"Too many failed login attempts\. Please wait (.+) before attempting to re-login again\.")
POLICY = ("--set", "lockout_failures=3", "--set", "lockout_seconds=3600", "--set", "throttle_failures=1000")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal that locks with the third failure."""
    with served_portal(tmp_path_factory.mktemp("strict"), *POLICY) as portal:
        yield portal


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal that lets a challenge live a second."""
    with served_portal(tmp_path_factory.mktemp("hasty"), "--set", "challenge_seconds=1") as portal:
        yield portal


def fails(portal: LivePortal, name: str) -> Page:
    """Type a wrong password."""
    return portal.visitor().types_password(name, "not-the-password")


def test_the_third_failure_locks_even_with_the_right_password(strict: LivePortal) -> None:
    """After three wrong passwords the right one is refused with the wait, until the operator unlocks."""
    strict.adds("lena")

    errors = [fails(strict, "lena").error for _ in range(3)]
    locked = strict.visitor().types_password("lena", password_of("lena"))
    state = strict.shows("lena")["state"]
    strict.operator("users", "unlock", "lena")

    assert errors == [WRONG, WRONG, WRONG]
    wait = WAIT.fullmatch(locked.error)
    assert wait is not None
    assert wait[1] in ("1 hour", "59 minutes & 59 seconds", "59 minutes & 58 seconds")
    assert state == "locked"
    assert strict.visitor().types_password("lena", password_of("lena")).path == "/portal/activation"


def test_wrong_responses_count_like_wrong_passwords(strict: LivePortal, sells: Callable[..., Phone]) -> None:
    """One wrong response ends the attempt and is one failure; passwords and responses lock together."""
    uri = strict.adds("lars", activation=True)["lars"]["activation"]
    sells("lars").activates(uri)
    browser = strict.visitor()

    fails(strict, "lars")
    for _ in range(2):
        browser.types_password("lars", password_of("lars"))
        refused = browser.types_response("00000000")
        assert refused.error == "Authentication failed"
        assert refused.path == "/sso/Login"

    assert WAIT.fullmatch(strict.visitor().types_password("lars", password_of("lars")).error)


def test_a_completed_login_forgives_all_failures(strict: LivePortal, sells: Callable[..., Phone]) -> None:
    """Failures before a completed login do not count towards the lock after it."""
    uri = strict.adds("lily", activation=True)["lily"]["activation"]
    phone = sells("lily")
    phone.activates(uri)

    for _ in range(2):
        fails(strict, "lily")
        fails(strict, "lily")
        browser = strict.visitor()
        page = browser.types_password("lily", password_of("lily"))
        assert browser.types_response(phone.responds(page.challenge)).has_succeeded

    assert strict.shows("lily")["failures"] == 0


def test_what_is_no_response_costs_nothing(strict: LivePortal, sells: Callable[..., Phone]) -> None:
    """Looking, reloading, leaving and typing something that is no response never count, and blanks are ignored."""
    uri = strict.adds("leo", activation=True)["leo"]["activation"]
    phone = sells("leo")
    phone.activates(uri)
    browser = strict.visitor()
    for _ in range(3):
        strict.visitor().types_password("leo", password_of("leo"))
    page = browser.types_password("leo", password_of("leo"))

    for typed in ("", "1234567", "123456789", "letters!", "１２３４５６７８"):
        page = browser.types_response(typed)
        assert page.error == "A response code has 8 digits."
    assert strict.shows("leo")["failures"] == 0
    again = browser.types_password("leo", password_of("leo"))
    response = phone.responds(again.challenge)

    assert browser.types_response(f" {response[:4]} {response[4:]} ").has_succeeded


def test_a_late_response_is_told_so_and_costs_nothing(hasty: LivePortal, sells: Callable[..., Phone]) -> None:
    """A right response after the challenge's life is refused as expired, without a failure."""
    uri = hasty.adds("lou", activation=True)["lou"]["activation"]
    phone = sells("lou")
    phone.activates(uri)
    browser = sees_challenge(hasty, "lou")
    assert browser.page is not None
    challenge = browser.page.challenge
    response = phone.responds(challenge)
    wait_out(hasty, challenge)

    late = browser.types_response(response)

    assert late.error == "The challenge code has expired."
    assert late.path == "/sso/Login"
    assert hasty.shows("lou")["failures"] == 0


def test_a_used_response_is_not_taken_twice(strict: LivePortal, sells: Callable[..., Phone]) -> None:
    """The same response to the same challenge, sent again by the same browser, opens nothing."""
    uri = strict.adds("lucy", activation=True)["lucy"]["activation"]
    phone = sells("lucy")
    phone.activates(uri)
    browser = strict.visitor()
    page = browser.types_password("lucy", password_of("lucy"))
    cookies = dict(browser.cookies)
    response = phone.responds(page.challenge)
    assert browser.types_response(response).has_succeeded

    replaying = strict.visitor()
    replaying.cookies, replaying.page = cookies, page
    replayed = replaying.types_response(response)

    assert replayed.error == "This login attempt is over."
    assert replaying.get("/sso/Dispatcher").path == "/sso/Login"
    assert strict.shows("lucy")["sessions"] == 1


def test_the_wait_between_failures(portal: LivePortal) -> None:
    """Under the classic policy the fifth failure asks for 53 seconds, also of who types the right password."""
    portal.adds("wanda")
    began = time.monotonic()

    errors = [fails(portal, "wanda").error for _ in range(5)]
    wait = WAIT.fullmatch(portal.visitor().types_password("wanda", password_of("wanda")).error)

    assert errors == [WRONG] * 5
    assert wait is not None
    seconds = re.fullmatch("([0-9]+) seconds", wait[1])
    assert seconds is not None
    assert 53 - (time.monotonic() - began) <= int(seconds[1]) <= 53


def sees_challenge(portal: LivePortal, name: str) -> Visitor:
    """Begin logins until one shows its challenge: on a busy machine a second may be over before the page is asked."""
    begun: list[Visitor] = []

    def is_shown() -> bool:
        begun.append(portal.visitor())
        shown = begun[-1].types_password(name, password_of(name)).all(cls="xyz-goldchallenge")
        return any(digits.text for digits in shown)

    wait_until(is_shown)
    return begun[-1]


def wait_out(portal: LivePortal, challenge: str) -> None:
    """Return when the life of a challenge is over."""
    expires_ms = portal.rows("SELECT expires_ms FROM challenges WHERE question = ? ORDER BY serial DESC", challenge)[0][
        0
    ]
    while time.time() * 1000 <= expires_ms:
        time.sleep(0.05)
