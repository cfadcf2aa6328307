"""Virtual phones that act by themselves: each policy at a real login, with faults on the way and clocks that stand."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from authsim import states
from authsim.lab.agenda import ANSWER, RING, Agenda
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.states import OneShot
from authsim.verifier import operators
from authsim.verifier.activation import operator_activation
from authsim.verifier.confirmation import judge_confirmation
from authsim.verifier.topics import device_topic
from tests.support.child import LONGEST_S, wait_until
from tests.support.device_line import CLIENT, begins_login
from tests.support.lab_phones import activates, makes, phone_lines, refusal
from tests.support.lab_site import LabSite
from tests.support.site import Browser


def begins(living: LabSite, user: str = "alice") -> Browser:
    """A browser that has typed the password, and waits for the phone."""
    browser = living.site.browser(is_patient=True)
    browser.types_password(user)
    return browser


def deeds(living: LabSite) -> list[str]:
    """What phones did, in order, after their activation."""
    told = [what.removeprefix("phone:") for what, _, _ in phone_lines(living)]
    return [what for what in told if what != "activated"]


def waits_for(living: LabSite, *expected: str) -> None:
    """Wait until the phones have done just this."""
    wait_until(lambda: len(deeds(living)) >= len(expected))
    assert deeds(living) == list(expected)


def newest(living: LabSite, user: str = "alice") -> Any:
    """The newest request to a user's phone, as the portal has it."""
    found = living.site.verifier.store.users.find(user)
    assert found is not None
    return living.site.portal.store.pushes.list_decided(found.user_id, most=1)[0]


def is_decided(living: LabSite) -> bool:
    """Say whether the newest request was decided."""
    return newest(living).decision is not None


def is_quiet(living: LabSite) -> bool:
    """Say whether all that was on the agenda has been done, to the end."""
    return living.lab.agenda._thread is None and living.lab.hands.wait_until_idle(0)


def passes(living: LabSite) -> bool:
    """Let a moment pass on the machine's clock."""
    living.machine.advance(ms=5)
    return True


@pytest.mark.parametrize(
    ("policy", "deed", "state"),
    [
        ("approve", "approved", OneShot.CONSUMED),
        ("deny", "denied", OneShot.FAILED),
        ("report", "reported", OneShot.FAILED),
        ("delay", "approved", OneShot.CONSUMED),
    ],
)
def test_a_phone_decides_by_itself(living: LabSite, policy: str, deed: str, state: OneShot) -> None:
    """A notification is heard and answered as the policy says, through the device API, and told."""
    activates(living, policy=policy)
    begins(living)

    wait_until(lambda: is_decided(living))
    assert newest(living).state is state
    assert deeds(living) == ["heard", deed]
    assert phone_lines(living)[-1] == (f"phone:{deed}", "alice", None)


def test_an_approval_lets_the_browser_in(living: LabSite) -> None:
    """The page of the login goes on by itself once the phone has approved."""
    activates(living, policy="approve")
    browser = begins(living)

    wait_until(lambda: is_decided(living))
    assert browser.opens("/sso/SecondFactor").has_succeeded or browser.presses("/continue").has_succeeded


def test_who_ignores_is_heard_once(living: LabSite) -> None:
    """A phone that ignores leaves the request open, and says so once, however often something rings."""
    phone = activates(living, policy="ignore")
    begins(living)
    waits_for(living, "heard", "ignored")

    living.does("PUT", f"/phones/{phone}", {"policy": "manual"})
    living.does("GET", f"/phones/{phone}/requests")
    assert newest(living).state is OneShot.ISSUED


def test_a_manual_and_an_offline_phone_do_nothing(living: LabSite) -> None:
    """Neither hears anything; an offline one cannot be told to decide either, but answers challenges."""
    phone = activates(living)
    living.does("PUT", f"/phones/{phone}", {"policy": "offline"})
    page = living.site.browser().types_password("alice")

    assert refusal(living, f"/phones/{phone}/requests", method="GET")[1] == "phone_offline"
    assert refusal(living, f"/phones/{phone}/approve")[1] == "phone_offline"
    assert refusal(living, f"/phones/{phone}/activate", {"user": "alice"})[1] == "device_already_active"
    assert refusal(living, f"/phones/{phone}/activate")[1] == "phone_offline"
    assert refusal(living, f"/phones/{phone}/add-user")[1] == "phone_offline"
    living.does("POST", f"/phones/{phone}/respond", {"challenge": page.challenge})
    assert "heard" not in deeds(living)
    assert newest(living).state is OneShot.ISSUED


def test_a_change_of_mind_is_acted_upon(living: LabSite) -> None:
    """A request that came while the phone did nothing is answered when its policy changes."""
    phone = activates(living, policy="ignore")
    begins(living)
    waits_for(living, "heard", "ignored")

    living.does("PUT", f"/phones/{phone}", {"policy": "approve"})
    wait_until(lambda: is_decided(living))
    assert newest(living).state is OneShot.CONSUMED


def test_a_phone_that_is_activated_late_still_answers(living: LabSite) -> None:
    """A copy made after the request, told to approve, answers it: no reaction is lost by when a phone was made."""
    phone = activates(living)
    begins(living)
    copy = living.does("POST", f"/phones/{phone}/clone")["id"]

    living.does("PUT", f"/phones/{copy}", {"policy": "approve"})
    wait_until(lambda: is_decided(living))
    assert living.told("phone")[-2]["facts"].get("phone", copy) == copy


def test_a_delay_waits_on_the_labs_clock(living: LabSite) -> None:
    """Nothing is answered while the clock stands; once it was advanced by the delay, it is."""
    living.does("POST", "/clock", {"freeze": True})
    activates(living, policy="delay", delay_ms=60_000)
    begins(living)
    waits_for(living, "heard")
    wait_until(lambda: len(living.lab.agenda.list_waiting()) == 1)

    living.does("POST", "/clock", {"advance_ms": 59_999})
    living.lab.agenda.do_due()
    assert newest(living).decision is None
    living.does("POST", "/clock", {"advance_ms": 1})
    wait_until(lambda: is_decided(living))
    assert deeds(living) == ["heard", "approved"]


def test_any_decision_may_take_a_while(living: LabSite) -> None:
    """A delay delays a denial as well; whoever becomes manual meanwhile answers nothing."""
    living.does("POST", "/clock", {"freeze": True})
    phone = activates(living, policy="deny", delay_ms=10_000)
    begins(living)
    wait_until(lambda: len(living.lab.agenda.list_waiting()) == 1)
    living.does("PUT", f"/phones/{phone}", {"policy": "manual"})
    living.does("POST", "/clock", {"advance_ms": 10_000})
    wait_until(lambda: is_quiet(living))
    assert newest(living).decision is None

    living.does("PUT", f"/phones/{phone}", {"policy": "deny"})
    wait_until(lambda: len(living.lab.agenda.list_waiting()) == 1)
    living.does("POST", "/clock", {"advance_ms": 10_000})
    wait_until(lambda: is_decided(living))
    assert newest(living).state is OneShot.FAILED


def test_a_delay_that_is_too_long_is_refused(living: LabSite) -> None:
    """Whoever answers when the request is over is refused as the device is, and the story says why."""
    living.does("POST", "/clock", {"freeze": True})
    activates(living, policy="delay", delay_ms=3_600_000)
    begins(living)
    wait_until(lambda: len(living.lab.agenda.list_waiting()) == 1)
    living.does("POST", "/clock", {"advance_ms": 3_600_000})

    waits_for(living, "heard", "refused")
    assert phone_lines(living)[-1][2] == "push_expired"


def test_a_wrong_response_is_well_formed_and_wrong(living: LabSite) -> None:
    """Such a phone's response has 8 digits and fails the login; its approval is signed by another key."""
    phone = activates(living, policy="wrong_response")
    browser = living.site.browser()
    page = browser.types_password("alice")
    given = living.does("POST", f"/phones/{phone}/respond", {"challenge": page.challenge})["response"]
    assert (len(given), given.isdigit()) == (8, True)
    assert not browser.types_response(given).has_succeeded

    begins(living)
    assert living.lab.hands.wait_until_idle(LONGEST_S)
    assert phone_lines(living)[-1][2] == "device_mismatch"
    assert newest(living).decision is None
    assert refusal(living, f"/phones/{phone}/approve")[1] == "device_mismatch"


def test_wrong_pins_wipe_the_phone(living: LabSite) -> None:
    """Each mistyped PIN costs a try and says how many are left; after the eighth nothing of the phone is left."""
    phone = activates(living)
    living.does("PUT", f"/phones/{phone}", {"policy": "wrong_pin"})
    for left in range(7, 0, -1):
        answer = living.asks("POST", f"/phones/{phone}/respond", {"challenge": "123456"})
        told = answer.get_json(force=True)
        assert (told["reason"], told["attempts_remaining"]) == ("wrong_pin", left)
        assert living.does("GET", f"/phones/{phone}")["tries_left"] == left
    assert refusal(living, f"/phones/{phone}/respond", {"challenge": "123456"})[1] == "phone_wiped"

    told = living.does("GET", f"/phones/{phone}")
    assert (told["wiped"], told["tries_left"], told["users"]) == (True, 0, [])
    living.does("PUT", f"/phones/{phone}", {"policy": "approve"})
    assert refusal(living, f"/phones/{phone}/respond", {"challenge": "123456"})[1] == "phone_wiped"


def test_the_right_pin_gives_the_tries_back(living: LabSite) -> None:
    """One mistyped PIN at a notification is told; the right one afterwards restores all tries, and answers."""
    phone = activates(living)
    living.does("PUT", f"/phones/{phone}", {"policy": "wrong_pin"})
    begins(living)
    waits_for(living, "heard", "refused")
    assert phone_lines(living)[-1] == ("phone:refused", "alice", "wrong_pin")
    assert living.does("GET", f"/phones/{phone}")["tries_left"] == 7

    living.does("PUT", f"/phones/{phone}", {"policy": "approve"})
    wait_until(lambda: is_decided(living))
    living.does("POST", f"/phones/{phone}/respond", {"challenge": "123456"})
    assert living.does("GET", f"/phones/{phone}")["tries_left"] == 8


def test_a_copied_phone_raises_the_alarm(living: LabSite) -> None:
    """Copy and original count alike: the portal sees a counter twice, suspects a clone, and suspends the device."""
    phone = activates(living)
    copy = living.does("POST", f"/phones/{phone}/clone")["id"]
    assert living.does("GET", f"/phones/{copy}")["users"] == ["alice"]
    begins(living)
    living.does("GET", f"/phones/{phone}/requests")
    assert refusal(living, f"/phones/{copy}/requests", method="GET")[1] == "device_mismatch"
    living.does("GET", f"/phones/{copy}/requests")  # its counter is ahead by now
    assert refusal(living, f"/phones/{phone}/approve")[1] in {"device_mismatch", "device_suspended"}
    assert refusal(living, f"/phones/{phone}/approve")[1] in {"device_mismatch", "device_suspended"}

    user = living.site.verifier.store.users.find("alice")
    assert user is not None
    device = living.site.portal.store.devices.current_of(user.user_id)
    assert device is not None
    assert device.state is states.Device.SUSPENDED
    assert refusal(living, f"/phones/{phone}/requests", method="GET")[1] == "device_suspended"
    told = living.does("GET", "/events?most=500")["events"]
    assert "device:clone_suspected" in {line["what"] for line in told}
    assert ("phone:refused", "device_suspended") in {(line["what"], line["why"]) for line in told}


def test_a_revoked_phone_learns_of_it(living: LabSite) -> None:
    """A phone that listens is told, signed, that it was revoked; the story has it."""
    activates(living, policy="approve")
    user = living.site.verifier.store.users.find("alice")
    assert user is not None
    operators.revoke_device(living.site.verifier, user)

    wait_until(lambda: phone_lines(living)[-1][2] == "device_revoked")


def test_a_lost_notification_is_not_heard(living: LabSite) -> None:
    """What is lost on the way rings nobody: the phone does nothing, and the request stays open."""
    activates(living, policy="approve")
    living.does("PUT", "/faults/push_lost", {"user": "alice"})
    begins(living)
    living.lab.hands.close()

    assert deeds(living) == []


def test_a_late_notification_is_answered_when_it_comes(living: LabSite) -> None:
    """A notification that is late reaches the phone when the lab's clock says so, and is answered then."""
    living.does("POST", "/clock", {"freeze": True})
    activates(living, policy="approve")
    living.does("PUT", "/faults/push_late", {"user": "alice", "by_ms": 20_000})
    begins(living)
    assert [entry.kind for entry in living.lab.agenda.list_waiting()] == [RING]
    assert deeds(living) == []

    living.does("POST", "/clock", {"advance_ms": 20_000})
    waits_for(living, "heard", "approved")


def test_a_notification_that_comes_twice_is_answered_once(living: LabSite) -> None:
    """However often a notification comes, the phone answers its request once."""
    activates(living, policy="approve")
    living.does("PUT", "/faults/push_twice", {"user": "alice"})
    begins(living)

    wait_until(lambda: is_decided(living))
    living.lab.hands.close()
    assert deeds(living) == ["heard", "approved"]


def test_a_broken_portal_is_asked_again(living: LabSite) -> None:
    """A phone that meets errors looks again a second later, until the portal works."""
    living.does("POST", "/clock", {"freeze": True})
    living.does("PUT", "/faults/http_503", {"step": "session"})
    activates(living, policy="approve")
    begins_login(living.site.verifier, "alice")
    assert living.lab.hands.wait_until_idle(LONGEST_S)
    assert {entry.kind for entry in living.lab.agenda.list_waiting()} == {ANSWER}
    assert next(line["facts"]["status"] for line in living.told("phone") if line["what"] == "phone:refused") == 503
    living.does("DELETE", "/faults")
    assert newest(living).decision is None

    living.does("POST", "/clock", {"advance_ms": 1_000})
    wait_until(lambda: is_decided(living))
    assert deeds(living)[-2:] == ["heard", "approved"]


def test_an_approval_that_meets_an_error_is_signed_again(living: LabSite) -> None:
    """One error costs a counter and nothing else; a portal that stays broken is told, and decides nothing."""
    phone = activates(living)
    begins(living)
    living.does("PUT", "/faults/http_500", {"step": "decision", "nth": 1})
    assert living.does("POST", f"/phones/{phone}/approve") == {"state": "approved"}

    begins(living)
    living.does("PUT", "/faults/http_500", {"step": "decision"})
    answer = living.asks("POST", f"/phones/{phone}/approve")
    assert (answer.status_code, "nothing was decided" in answer.text) == (503, True)
    living.does("DELETE", "/faults/http_500")
    assert living.does("POST", f"/phones/{phone}/approve") == {"state": "approved"}


def test_a_hardened_phone_reads_the_number(opens_lab: Callable[..., LabSite]) -> None:
    """A phone that approves by itself types the number that the page shows."""
    living = opens_lab(policy=PROFILES[HARDENED], suite=STRICT10)
    living.site.adds("alice")
    for delay_ms in (0, 1):
        phone = makes(living, policy="approve", delay_ms=delay_ms)
        user = living.site.verifier.store.users.find("alice")
        assert user is not None
        uri = operator_activation(living.site.verifier, user.user_id, replace=True).uri.reveal_text()
        done = living.does("POST", f"/phones/{phone}/activate", {"activation": uri})
        verifier = living.site.verifier
        device = verifier.store.devices.get(done["device"])
        assert device is not None
        now_ms = verifier.clock.now_ms()
        judge_confirmation(verifier, device, code=done["confirmation"], client=CLIENT, now_ms=now_ms)
        begins_login(verifier, "alice")
        wait_until(lambda: passes(living) and is_decided(living))
        assert newest(living).state is OneShot.CONSUMED


def test_a_phone_that_is_taken_away_is_silent(living: LabSite) -> None:
    """A deleted phone hears nothing, and what it still had to do is dropped without an error."""
    living.does("POST", "/clock", {"freeze": True})
    phone = activates(living, policy="delay", delay_ms=1_000)
    begins(living)
    wait_until(lambda: len(living.lab.agenda.list_waiting()) == 1)
    living.does("DELETE", f"/phones/{phone}")
    living.does("POST", "/clock", {"advance_ms": 1_000})
    wait_until(lambda: is_quiet(living))
    begins(living)
    living.lab.hands.close()

    assert deeds(living) == ["heard"]
    assert newest(living).decision is None


def test_hands_survive_a_fork(living: LabSite) -> None:
    """The child of a process whose hands have been at work has hands of its own."""
    activates(living, policy="approve")
    begins(living)
    wait_until(lambda: is_decided(living))
    assert living.lab.hands.wait_until_idle(LONGEST_S)
    child = os.fork()
    if child == 0:  # pragma: no cover - in the child
        status = 1
        try:
            begins_login(living.site.verifier, "alice")
            wait_until(lambda: is_decided(living))
            status = 0
        finally:
            os._exit(status)

    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_hands_that_are_closed_do_nothing_more(living: LabSite) -> None:
    """After the portal's end a bell that still rings starts no thread."""
    phone = activates(living, policy="approve")
    living.lab.close()
    begins(living)
    living.lab.agenda.add(0, ANSWER, phone)
    living.lab.hands.look(phone)

    assert deeds(living) == []
    assert isinstance(living.lab.agenda, Agenda)
    assert newest(living).decision is None
    user = living.site.verifier.store.users.find("alice")
    assert user is not None
    living.lab.hands.hear(device_topic(living.site.portal.store.devices.list_of(user.user_id)[0].device_id))


def test_what_ends_a_hand_is_logged_and_nothing_else(living: LabSite, caplog: pytest.LogCaptureFixture) -> None:
    """A phone whose document is spoilt costs a line of the log; other phones go on."""
    phone = activates(living, policy="approve")
    living.lab.shelf.change(f"phone:{phone}", lambda text: (text or "").replace('"sealed":"', '"sealed":"x'))
    living.lab.hands.look(phone)
    wait_until(lambda: "a hand of the lab failed" in caplog.text)

    activates(living, "bob", policy="approve")
    begins(living, "bob")
    wait_until(lambda: newest(living, "bob").decision is not None)


def test_a_world_is_left_in_peace(living: LabSite) -> None:
    """Who waits for the hands finds all done that was under way, and does not wait where nothing is."""
    assert living.lab.hands.wait_until_idle(0)
    activates(living, policy="approve")
    begins(living)

    assert living.lab.hands.wait_until_idle(LONGEST_S)
    assert is_decided(living)
