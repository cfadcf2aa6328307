"""A phone answers a request: whose answer it is, what it counts, what it ends."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import EventKind
from authsim.model import Decision, Factors, PushRequest, RequestId
from authsim.policy import HARDENED, SECOND
from authsim.profiles import PROFILES
from authsim.protocol.login_uri import parse_login_uri
from authsim.protocol.push import DecisionRequest
from authsim.verifier import operators, push
from authsim.verifier.topics import device_topic, login_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town, refused
from tests.support.ports import ORIGIN


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


@pytest.fixture
def strict() -> Town:
    """A portal with the numbers of the hardened profile."""
    return Town(policy=replace(PROFILES[HARDENED], password_least_characters=8))


def kept(town: Town, asked: PushRequest) -> PushRequest:
    """Return a request as the portal keeps it."""
    present = town.verifier.store.pushes.get(asked.request_id)
    assert present is not None
    return present


def is_refused(town: Town, asked: PushRequest, request: DecisionRequest, reason: Reason) -> RefusalError:
    """Send a decision, and be refused."""
    with refused(reason) as caught:
        push.decide(town.verifier, asked.request_id, request)
    return caught.value


def sign(
    town: Town, phone: TestPhone, asked: PushRequest, *, ctr: int | None = None, number: str | None = None
) -> DecisionRequest:
    """Return a signed approval, with the right number unless told otherwise."""
    info = push.request_info(town.verifier, asked)
    typed = asked.number if number is None else number
    return phone.signs_decision(town.verifier, info, Decision.APPROVE, number=typed, ctr=ctr)


class TestDecide:
    """Approve, deny, *It wasn't me*."""

    def test_an_approval_waits_for_its_browser(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """It consumes the request, keeps the counter, and opens nothing by itself."""
        pending, asked = enrolled.is_asked()

        assert phone.approves(town.verifier, asked) is Decision.APPROVE

        assert (kept(town, asked).state, kept(town, asked).decision) == (states.OneShot.CONSUMED, Decision.APPROVE)
        assert enrolled.device is not None
        assert enrolled.device.counter == phone.counter
        assert enrolled.events()[-2:] == [(EventKind.PUSH_COUNTED, None), (EventKind.PUSH_APPROVED, None)]
        opened = town.verifier.store.sessions.list_open(enrolled.user.user_id, now_ms=town.clock.now_ms())
        assert [session.factors for session in opened] == [Factors.ONE]
        enrolled.collects(pending)

    @pytest.mark.parametrize(
        ("decision", "event"),
        [
            (Decision.DENY, (EventKind.PUSH_DENIED, Reason.PUSH_DENIED)),
            (Decision.REPORT, (EventKind.PUSH_REPORTED, Reason.PUSH_REPORTED)),
        ],
    )
    def test_no_ends_the_login_and_is_no_failure(
        self, town: Town, enrolled: Person, phone: TestPhone, decision: Decision, event: tuple[EventKind, Reason]
    ) -> None:
        """The request has failed, the login with it, and nothing counts towards the lock."""
        pending, asked = enrolled.is_asked()

        assert phone.decides(town.verifier, asked, decision) is decision

        assert (kept(town, asked).state, kept(town, asked).decision) == (states.OneShot.FAILED, decision)
        login = town.verifier.store.logins.find(pending.login.token_hash)
        assert login is not None
        assert login.state is states.Login.FAILED
        assert enrolled.lockout.failures_ms == ()
        assert enrolled.events()[-1] == event

    @pytest.mark.parametrize("decision", list(Decision))
    def test_page_and_phone_are_woken(self, town: Town, enrolled: Person, phone: TestPhone, decision: Decision) -> None:
        """The login's page hears of the answer, and so does whatever else the phone has open."""
        pending, asked = enrolled.is_asked()
        page = town.verifier.bus.subscribe(login_topic(pending.login.login_id))
        device = town.verifier.bus.subscribe(device_topic(asked.device_id))

        phone.decides(town.verifier, asked, decision)

        assert (page.wait(0), device.wait(0)) == (True, True)

    def test_an_unknown_request(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """There is nothing to answer."""
        _, asked = enrolled.is_asked()

        with refused(Reason.PUSH_UNKNOWN):
            push.decide(town.verifier, RequestId("0" * 32), sign(town, phone, asked))
        assert town.events()[-1] == (EventKind.PUSH_REFUSED, Reason.PUSH_UNKNOWN)

    def test_a_signature_that_does_not_fit_counts_nothing(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """No try, no counter, no alarm: whoever cannot sign spends nothing of the owner's."""
        _, asked = enrolled.is_asked()
        request = sign(town, phone, asked)

        is_refused(town, asked, replace(request, sig=bytes(64)), Reason.DEVICE_MISMATCH)

        assert enrolled.device is not None
        assert (enrolled.device.counter, enrolled.device.alarms, kept(town, asked).attempts) == (0, 0, 0)
        assert enrolled.events()[-1] == (EventKind.PUSH_REFUSED, Reason.DEVICE_MISMATCH)
        push.decide(town.verifier, asked.request_id, request)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (operators.suspend, Reason.DEVICE_SUSPENDED),
            (operators.revoke_device, Reason.DEVICE_REVOKED),
        ],
    )
    def test_a_phone_that_is_out_decides_nothing(
        self, town: Town, enrolled: Person, phone: TestPhone, change: Callable[..., object], reason: Reason
    ) -> None:
        """Neither approves nor denies."""
        _, asked = enrolled.is_asked()
        change(town.verifier, enrolled.user)

        is_refused(town, asked, sign(town, phone, asked), reason)
        assert enrolled.events()[-1] == (EventKind.PUSH_REFUSED, reason)

    def test_a_repeated_counter_is_an_alarm(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """Another message with a counter that was used is what a copied key looks like: refused, and counted."""
        _, asked = enrolled.is_asked()
        copy = phone.is_copied()
        push.decide(town.verifier, asked.request_id, sign(town, phone, asked))

        is_refused(town, asked, sign(town, copy, asked, number="1"), Reason.CLONE_SUSPECTED)

        assert enrolled.device is not None
        assert enrolled.device.alarms == 1


class TestLate:
    """A tap that comes too late."""

    def test_after_its_time(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """A millisecond before its end it is taken; at its end it is over, written once, and the counter is kept."""
        _, asked = enrolled.is_asked()
        town.clock.advance(ms=180 * SECOND)

        for _ in range(2):
            is_refused(town, asked, sign(town, phone, asked), Reason.PUSH_EXPIRED)

        assert kept(town, asked).state is states.OneShot.EXPIRED
        assert enrolled.events().count((EventKind.PUSH_EXPIRED, None)) == 1
        assert enrolled.device is not None
        assert enrolled.device.counter == phone.counter
        _, asked = enrolled.is_asked()
        town.clock.advance(ms=180 * SECOND - 1)
        phone.approves(town.verifier, asked)

    def test_after_a_newer_request(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """What was superseded is said to be."""
        _, asked = enrolled.is_asked()
        enrolled.is_asked()

        is_refused(town, asked, sign(town, phone, asked), Reason.PUSH_SUPERSEDED)
        assert enrolled.events()[-1] == (EventKind.PUSH_REFUSED, Reason.PUSH_SUPERSEDED)

    @pytest.mark.parametrize("decision", list(Decision))
    def test_after_it_was_answered(self, town: Town, enrolled: Person, phone: TestPhone, decision: Decision) -> None:
        """An answer is final: whatever is tapped next, with a new counter, changes nothing."""
        _, asked = enrolled.is_asked()
        phone.decides(town.verifier, asked, decision)
        before = kept(town, asked)

        is_refused(town, asked, sign(town, phone, asked), Reason.PUSH_CLOSED)
        assert kept(town, asked) == before

    def test_after_the_login_was_completed_otherwise(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The response was typed: the request that is left is cancelled."""
        pending, asked = enrolled.is_asked()
        enrolled.answers(pending, phone.respond(pending.challenge.question))

        is_refused(town, asked, sign(town, phone, asked), Reason.PUSH_CLOSED)
        assert kept(town, asked).state is states.OneShot.CANCELLED

    def test_a_counter_that_moved_on_meanwhile_is_no_error(
        self, town: Town, enrolled: Person, phone: TestPhone
    ) -> None:
        """Refused for being late, whatever another request of the same phone did in between."""
        _, asked = enrolled.is_asked()
        town.clock.advance(seconds=180)
        request = sign(town, phone, asked)
        town.between.before("devices.count_signature", lambda: phone.opens_device_session(town.verifier))

        is_refused(town, asked, request, Reason.PUSH_EXPIRED)


class TestRaces:
    """Two answers at once."""

    def test_one_of_two_wins(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The other one is told that the request is closed."""
        _, asked = enrolled.is_asked()
        slow = sign(town, phone, asked, ctr=9)
        town.between.before("pushes.count_decision", lambda: phone.denies(town.verifier, asked))

        is_refused(town, asked, slow, Reason.PUSH_CLOSED)
        assert kept(town, asked).decision is Decision.DENY

    def test_one_try_is_judged_once(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """While the only try is being judged, another finds none left."""
        _, asked = enrolled.is_asked()
        request = sign(town, phone, asked)

        def second() -> None:
            is_refused(town, asked, sign(town, phone, asked), Reason.PUSH_CLOSED)

        town.between.before("pushes.decide", second)
        push.decide(town.verifier, asked.request_id, request)
        assert kept(town, asked).decision is Decision.APPROVE

    def test_superseded_between_count_and_answer(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """A newer request wins over an answer that is on its way."""
        _, asked = enrolled.is_asked()
        town.between.before("pushes.decide", enrolled.is_asked)

        is_refused(town, asked, sign(town, phone, asked), Reason.PUSH_SUPERSEDED)

    def test_suspended_between_count_and_answer(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The suspension cancelled the request: it is closed."""
        _, asked = enrolled.is_asked()
        town.between.before("pushes.decide", lambda: operators.suspend(town.verifier, enrolled.user))

        is_refused(town, asked, sign(town, phone, asked), Reason.PUSH_CLOSED)


class TestNumber:
    """Where the policy asks for a number, it must be typed."""

    @pytest.fixture
    def typing(self, strict: Town) -> tuple[Person, TestPhone]:
        """alice, with an active phone at the stricter portal."""
        alice, phone = strict.adds("alice"), strict.sells_phone()
        alice.activates(phone)
        return alice, phone

    def test_it_has_six_digits_and_is_drawn(self, strict: Town, typing: tuple[Person, TestPhone]) -> None:
        """Leading zeros are digits too; the request lives for two minutes and takes three tries."""
        alice, _ = typing
        strict.entropy.queue = [42]

        _, asked = alice.is_asked()

        assert asked.number == "000042"
        assert asked.attempts_allowed == 3
        assert asked.expires_ms == strict.clock.now_ms() + 120 * SECOND

    def test_the_right_one_approves(self, typing: tuple[Person, TestPhone]) -> None:
        """Typed as it stands on the page."""
        alice, phone = typing

        alice.logs_in_by_push(with_=phone)

        assert len(alice.full_sessions) == 1

    @pytest.mark.parametrize("number", ["", "000000", "12345"])
    def test_a_wrong_one_does_not(self, strict: Town, typing: tuple[Person, TestPhone], number: str) -> None:
        """Nor none at all; each is counted, and the third ends the request but not the login."""
        alice, phone = typing
        pending, asked = alice.is_asked()
        page = strict.verifier.bus.subscribe(login_topic(pending.login.login_id))

        for remaining in (2, 1, 0):
            with refused(Reason.WRONG_NUMBER) as caught:
                phone.approves(strict.verifier, asked, number=number)
            assert caught.value.attempts_remaining == remaining
        assert kept(strict, asked).state is states.OneShot.FAILED
        assert page.wait(0)
        with refused(Reason.PUSH_CLOSED):
            phone.approves(strict.verifier, asked, number=asked.number)
        assert alice.events().count((EventKind.PUSH_REFUSED, Reason.WRONG_NUMBER)) == 3
        assert alice.lockout.failures_ms == ()
        alice.answers(pending, phone.respond(pending.challenge.question))

    def test_after_a_wrong_one_the_right_one_serves(self, strict: Town, typing: tuple[Person, TestPhone]) -> None:
        """Three tries are three tries."""
        alice, phone = typing
        pending, asked = alice.is_asked()
        for _ in range(2):
            with refused(Reason.WRONG_NUMBER):
                phone.approves(strict.verifier, asked, number="")

        phone.approves(strict.verifier, asked, number=asked.number)
        alice.collects(pending)

    def test_no_needs_no_number(self, strict: Town, typing: tuple[Person, TestPhone]) -> None:
        """Denying and reporting ask nothing."""
        alice, phone = typing
        for verb, decision in ((phone.denies, Decision.DENY), (phone.reports, Decision.REPORT)):
            _, asked = alice.is_asked()
            verb(strict.verifier, asked)
            assert kept(strict, asked).decision is decision

    def test_the_last_wrong_one_of_a_request_that_was_closed_meanwhile(
        self, strict: Town, typing: tuple[Person, TestPhone]
    ) -> None:
        """It stays wrong; the request keeps the end that it has."""
        alice, phone = typing
        strict.under(push_tries=1)
        _, asked = alice.is_asked()
        strict.between.before("pushes.close", alice.is_asked)

        with refused(Reason.WRONG_NUMBER):
            phone.approves(strict.verifier, asked, number="")
        assert kept(strict, asked).state is states.OneShot.SUPERSEDED

    def test_where_none_is_asked_one_is_wrong(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """In the classic profile a number has nothing to fit to."""
        _, asked = enrolled.is_asked()

        with refused(Reason.WRONG_NUMBER):
            phone.approves(town.verifier, asked, number="123456")


class TestReading:
    """What a phone may see."""

    def test_what_waits(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """Announced, issued and fresh requests, with where they come from, and never with the number."""
        _, asked = enrolled.is_asked()

        (info,) = phone.sees(town.verifier)

        assert (info.request_id, info.state, info.digits, info.purpose) == (asked.request_id, "issued", 0, 1)
        assert (info.context.ip, info.context.agent, info.context.place) == (
            BROWSER.address,
            BROWSER.agent,
            push.PLACE,
        )
        assert (info.sn, info.iat, info.exp) == (asked.server_nonce, asked.issued_ms, asked.expires_ms)
        town.clock.advance(seconds=180)
        assert phone.sees(town.verifier) == []

    def test_a_silent_request_is_found_by_scanning_alone(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """It is not in the list, and the QR code of its login leads to it; approving it is the same."""
        pending, asked = enrolled.is_asked(notify=False)
        assert phone.sees(town.verifier) == []

        info = phone.scans(town.verifier, push.login_uri(town.verifier, asked))

        assert info.request_id == asked.request_id
        phone.approves(town.verifier, asked)
        enrolled.collects(pending)

    def test_the_qr_code_names_portal_request_and_end(self, town: Town, enrolled: Person) -> None:
        """And nothing else: there is no secret in it."""
        _, asked = enrolled.is_asked()

        uri = parse_login_uri(push.login_uri(town.verifier, asked).reveal_text())

        assert (uri.instance_id, uri.origin) == (town.verifier.instance.instance_id, ORIGIN)
        assert (uri.request_id, uri.expires_s) == (asked.request_id, asked.expires_ms // SECOND)

    def test_a_foreign_request_does_not_exist(self, town: Town, enrolled: Person) -> None:
        """Another user's phone that scans the code finds nothing, and neither does an id that nobody has."""
        bob, phone = town.adds("bob"), town.sells_phone()
        bob.activates(phone)
        _, asked = enrolled.is_asked()
        signed_in = phone.opens_device_session(town.verifier)

        for request_id in (asked.request_id, RequestId("0" * 32)):
            with refused(Reason.PUSH_UNKNOWN):
                push.get_request(town.verifier, signed_in, request_id)
        assert list(push.list_requests(town.verifier, signed_in)) == []
        assert list(push.read_requests(town.verifier, signed_in, after=0)) == []

    def test_reading_on_tells_what_became_of_each(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """In order, from the one after the last that was seen, in whatever state; silent ones are left out."""
        _, first = enrolled.is_asked()
        _, second = enrolled.is_asked()
        phone.denies(town.verifier, second)
        enrolled.is_asked(notify=False)
        _, third = enrolled.is_asked()
        town.clock.advance(seconds=180)
        signed_in = phone.opens_device_session(town.verifier)

        read = push.read_requests(town.verifier, signed_in, after=0)

        assert [asked.request_id for asked in read] == [first.request_id, second.request_id, third.request_id]
        assert [push.request_info(town.verifier, asked).state for asked in read] == ["superseded", "failed", "expired"]
        assert [asked.sequence for asked in read] == sorted(asked.sequence for asked in read)
        (last,) = push.read_requests(town.verifier, signed_in, after=read[1].sequence)
        assert last.request_id == third.request_id


def test_every_state_but_issued_has_its_reason() -> None:
    """No closed request is without a word for it."""
    assert set(push.CLOSED) == set(states.OneShot) - {states.OneShot.ISSUED}
