"""What comes too late, at portals that are in haste, or too soon: rows of A, C, D, E and F of docs/failures.md."""

from urllib.parse import parse_qs, urlsplit

import pytest

from authsim.adapters.system import SystemClock
from tests.support.browser_plain import Visitor
from tests.support.child import wait_until
from tests.support.failing import KINDS, REFUSED, Victim, Ward
from tests.support.failure_rows import require_words

AGAIN = {"en": "Activation Code (r: send a new one)", "ja": "アクティベーション・コード (r: 再送信)"}
kinds = pytest.mark.parametrize(("platform", "language"), KINDS)


def passes(ward: Ward, table: str) -> None:
    """Wait until the life of the newest row of a table is over."""
    ends_ms = ward.portal.rows(f"SELECT max(expires_ms) AS ends FROM {table}")[0]["ends"]  # noqa: S608 - our own names
    wait_until(lambda: SystemClock().now_ms() > ends_ms)


def sees_challenge(victim: Victim) -> Visitor:
    """Begin logins until one shows its challenge: on a busy machine a second may be over before the page is asked."""
    begun: list[Visitor] = []

    def is_shown() -> bool:
        begun.append(victim.begins())
        shown = begun[-1].get("/sso/SecondFactor?with=challenge").all(cls="xyz-goldchallenge")
        return any(digits.text for digits in shown)

    wait_until(is_shown)
    return begun[-1]


@kinds
def test_a_code_that_came_too_late(hasty: Ward, platform: str, language: str) -> None:
    """The activation is over; so soon after it the portal asks to wait before the next one."""
    victim = hasty.takes(language)
    phone = victim.buys(platform)
    child = phone.starts(*victim.with_credentials(phone, "activate", "--username", victim.name))
    code = victim.reads_code(phone)
    passes(hasty, "enrolments")
    _, said = child.communicate(f"{code}\n", timeout=60)

    assert child.returncode == REFUSED
    require_words("A5", language, said)

    again = phone.runs(*victim.with_credentials(phone, "add-user", victim.name), given=f"{code}\n")
    victim.told(again, "A7")


@kinds
def test_a_text_asked_for_too_soon(calm: Ward, platform: str, language: str) -> None:
    """The person is told how long to wait, and goes on with the code that is there."""
    victim = calm.takes(language)
    phone = victim.buys(platform)
    portal = ("--portal", calm.portal.address, "--yes")
    typed = ("--password-file", str(victim.password), "--pin-file", str(phone.pin_file))
    with phone.in_terminal("activate", "--username", victim.name, *portal, *typed) as terminal:
        terminal.sees(AGAIN[language])
        terminal.types("r")
        terminal.sees(AGAIN[language])
        require_words("A6", language, terminal.screen)


@kinds
def test_too_late_for_each_code(hasty: Ward, fleeting: Ward, platform: str, language: str) -> None:
    """One person, in order: a late tap, a late response in the browser, a late one on the trading device, a late scan.

    After each the same thing works when it is done in time.
    """
    victim, other = hasty.takes(language), fleeting.takes(language)
    phone = victim.buys(platform)
    phone.activates(victim.uri)
    browser = victim.begins()
    uri = victim.login_uri()
    passes(hasty, "push_requests")

    victim.refused(phone, "D1", "approve", uri)
    browser.get("/sso/SecondFactor")
    victim.reads(browser, "D1", 1, 2)
    victim.refused(phone, "D6", "approve")

    browser = sees_challenge(victim)
    assert browser.page is not None
    response = phone.responds(browser.page.challenge)
    passes(hasty, "challenges")
    browser.types_response(response)
    victim.reads(browser, "E3")

    def answer(challenge: str) -> str:
        passes(hasty, "challenges")
        return phone.responds(challenge)

    victim.told(victim.trades(answer), "F1")

    late, expires_s = other.buys(platform), int(parse_qs(urlsplit(other.uri).query)["x"][0])
    wait_until(lambda: SystemClock().now_ms() >= (expires_s + 1) * 1000)  # the address says it in whole seconds
    other.told(late.runs("activate", "-", "--pin-file", str(late.pin_file), given=other.uri), "C9")
