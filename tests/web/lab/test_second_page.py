"""The page of the second factor, whose challenge changes at a reload, and whose list stands in the other order."""

import pytest

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import Decision, FactorKind, User
from authsim.verifier.topics import login_topic
from tests.support.child import LONGEST_S
from tests.support.device_line import OnlinePhone, enrols, line_to
from tests.support.holding import give
from tests.support.lab_site import LabSite
from tests.support.site import Browser

PAGE = "/sso/SecondFactor"
CHALLENGE = f"{PAGE}?with=challenge"


def begins(living: LabSite, name: str = "alice") -> tuple[Browser, OnlinePhone, User]:
    """Pass the password of a new user with a phone; return the browser on the page of the second factor."""
    user = living.site.adds(name)
    online = enrols(living.site.verifier, user.user_id)
    browser = living.site.browser(is_patient=True)
    browser.types_password(name)
    return browser, online, user


def reads(browser: Browser, address: str = CHALLENGE) -> str:
    """Load the page, and return the challenge that it shows."""
    return browser.opens(address).challenge


def test_a_challenge_changes_at_each_reload(living: LabSite) -> None:
    """The first showing counts as none; each reload shows another one, and the one before is worth nothing."""
    living.does("PUT", "/faults/challenge_changes", {"user": "alice"})
    browser, online, user = begins(living)
    shown = [reads(browser) for _ in range(3)]
    assert len(set(shown)) == 3
    assert [line["facts"] for line in living.told("lab")][1:] == [
        {"fault": "challenge_changes", "step": "challenge"}
    ] * 2
    assert living.told("lab")[-1]["user"] == "alice"

    refused = browser.types_response(online.phone.respond(shown[0]))
    assert refused.path == "/sso/Login"
    rows = living.site.verifier.store.audit.list_of(user.user_id, most=1)
    assert (rows[0].event.kind, rows[0].event.reason) == (EventKind.LOGIN_REFUSED, Reason.WRONG_RESPONSE)

    living.does("DELETE", "/faults/challenge_changes")
    browser.types_password("alice")
    newest = {reads(browser) for _ in range(3)}
    assert len(newest) == 1
    assert "Client login succeeds" in browser.types_response(online.phone.respond(newest.pop())).text


def test_the_newest_challenge_is_taken(living: LabSite) -> None:
    """Who answers what the page shows is in, however often it changed."""
    living.does("PUT", "/faults/challenge_changes")
    browser, online, _ = begins(living)
    reads(browser)
    page = browser.types_response(online.phone.respond(reads(browser)))
    assert "Client login succeeds" in page.text


def test_looks_of_the_pages_own_script_change_nothing(living: LabSite) -> None:
    """Only loading the page is a reload: asking how the login stands is none, nor are its other rungs."""
    living.does("PUT", "/faults/challenge_changes")
    browser, _, _ = begins(living)
    first = reads(browser)
    for address in (f"{PAGE}/state", PAGE, f"{PAGE}?with=qr", f"{PAGE}?with=notification"):
        browser.opens(address)
    browser.client.head(CHALLENGE)
    assert [line["facts"] for line in living.told("lab") if line["what"] == "fault:struck"] == []
    assert reads(browser) != first


def test_one_reload_of_one_user_is_struck(living: LabSite) -> None:
    """With `nth` it is that reload alone; bob's page never changes."""
    living.does("PUT", "/faults/challenge_changes", {"user": "alice", "nth": 2})
    browser, _, _ = begins(living)
    shown = [reads(browser) for _ in range(5)]
    assert [shown.index(one) for one in shown] == [0, 0, 2, 2, 2]
    other, _, _ = begins(living, "bob")
    assert len({reads(other) for _ in range(3)}) == 1


def test_where_no_notification_is_sent_the_page_itself_shows_it(living: LabSite) -> None:
    """Without a wish in its address the page shows the challenge when nothing was announced: that is a showing too."""
    living.does("PUT", "/faults/no_push")
    living.does("PUT", "/faults/challenge_changes")
    browser, _, _ = begins(living)
    assert reads(browser, PAGE) != reads(browser, PAGE)


def test_what_is_approved_does_not_change(living: LabSite) -> None:
    """A login that the phone has approved asks nothing more: a reload leaves it alone, and it goes on."""
    living.does("PUT", "/faults/challenge_changes")
    browser, online, _ = begins(living)
    reads(browser)
    line = line_to(living.site.app)
    online.opens_session(line)
    (info,) = online.requests(line).requests
    assert online.decides(line, info, Decision.APPROVE).status == 200
    browser.opens(CHALLENGE)
    assert [line for line in living.told("lab") if line["what"] == "fault:struck"] == []
    assert "Client login succeeds" in browser.presses(f"{PAGE}/continue").text


def test_a_login_that_is_over_or_nobodys_is_left_alone(living: LabSite) -> None:
    """Without a login, and when its time is over, the page says what it always says."""
    living.does("PUT", "/faults/challenge_changes")
    assert living.site.browser().client.get(CHALLENGE).status_code == 303
    browser, _, _ = begins(living)
    reads(browser)
    living.does("POST", "/clock", {"advance_ms": 181_000})
    browser.opens(CHALLENGE)
    living.does("POST", "/clock", {"advance_ms": 181_000})
    assert browser.opens(CHALLENGE).path == "/sso/Login"
    assert [line["what"] for line in living.told("lab") if line["what"] == "fault:struck"] == []


def test_the_script_of_the_page_is_told(living: LabSite) -> None:
    """Another tab of the same login is woken when the challenge changes."""
    living.does("PUT", "/faults/challenge_changes")
    browser, _, user = begins(living)
    reads(browser)
    newest = living.site.verifier.store.pushes.list_decided(user.user_id, most=1)[0]
    bell = living.site.verifier.bus.subscribe(login_topic(newest.login_id))
    reads(browser)
    assert bell.wait(LONGEST_S)
    bell.close()


def chooses(living: LabSite, name: str) -> tuple[Browser, list[str]]:
    """Pass the password of a user with two devices; return the names on the list, in its order."""
    browser = living.site.browser(is_patient=True)
    browser.types_password(name)
    return browser, listed(browser)


def listed(browser: Browser) -> list[str]:
    """Load the list, and return what it offers, in order."""
    page = browser.opens(f"{PAGE}?with=choice")
    return [option.text for option in page.all(tag="option")][1:]


@pytest.fixture
def two_devices(living: LabSite) -> str:
    """A user with a phone and an authenticator app."""
    user = living.site.adds("carla")
    enrols(living.site.verifier, user.user_id)
    give(living.site.verifier, user, FactorKind.AUTHENTICATOR_APP)
    return user.name


def test_the_list_stands_in_the_other_order(living: LabSite, two_devices: str) -> None:
    """For one login it is turned, at each look the same; the next is as ever, and so is the choice that is made."""
    _, usual = chooses(living, two_devices)
    assert len(usual) == 2
    living.does("PUT", "/faults/picker_order", {"user": two_devices, "nth": 1})
    browser, turned = chooses(living, two_devices)
    assert turned == usual[::-1]
    assert listed(browser) == turned
    _, after = chooses(living, two_devices)
    assert after == usual
    assert [(line["user"], line["facts"]) for line in living.told("lab") if line["what"] == "fault:struck"] == [
        (two_devices, {"fault": "picker_order", "step": "choice"})
    ]
    living.does("DELETE", "/faults/picker_order")
    assert listed(browser) == turned


def test_a_login_without_a_choice_has_no_order(living: LabSite) -> None:
    """Whoever has one device is shown no list, and none is struck."""
    living.does("PUT", "/faults/picker_order")
    browser, _, _ = begins(living)
    browser.opens(f"{PAGE}?with=choice")
    assert [line for line in living.told("lab") if line["what"] == "fault:struck"] == []
