"""Adding a user, ceremony by ceremony: what is on disk when, what a crash leaves, and what each refusal means."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.activate import Activated
from authsim.authenticator.device import Phone, Portal
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.keys import signing_public_key
from authsim.protocol.messages import InstanceInfo
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from mobile_cli.ceremonies.enrol import (
    Wish,
    adopt_enrolment,
    begin_enrolment,
    finish_enrolment,
    require_not_here,
    resend_code,
    resume_enrolment,
)
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome
from tests.support.phones import PIN, CountedStretch, make_account, make_phone
from tests.support.power_cuts import dies_everywhere
from tests.support.tiny_portal import FINISH, FLOW, RESEND, START, Reply, TinyPortal

PASSWORD, CODE, WRONG = Secret("correct-horse-alice"), Secret("407182"), Secret("000000")
ENTROPY = SystemEntropy()
BOB = make_account("bob", origin="http://127.0.0.1:9", instance="12")


@pytest.fixture
def portal() -> Iterator[TinyPortal]:
    """A device API on loopback that can be told to misbehave."""
    with TinyPortal().serving() as serving:
        yield serving


@pytest.fixture
def home(tmp_path: Path) -> PhoneHome:
    """A phone that answers for bob elsewhere."""
    made = PhoneHome(str(tmp_path / "phone"), stretch=CountedStretch())
    made.create(make_phone(BOB), pin=PIN, entropy=ENTROPY)
    return made


def wish_of(portal: TinyPortal, *, is_renewal: bool = False, suite: str | None = None) -> Wish:
    """Alice, at this portal."""
    info = InstanceInfo(
        instance_id=portal.instance_id, origin=portal.origin, psk=portal.psk, suite=suite or portal.suite
    )
    return Wish(info=info, address=portal.origin, username="alice", label="laptop", is_renewal=is_renewal)


def adds_alice(home: PhoneHome, portal: TinyPortal) -> Activated:
    """Go through with it on a phone that is open."""
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    return finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY)


def adds_alice_while_locked(home: PhoneHome, portal: TinyPortal) -> Activated:
    """Go through with it on a phone that is opened after the code was typed."""
    face = make_phone()
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=face, entropy=ENTROPY)
    dek = home.unlock(PIN).dek
    adopt_enrolment(home, dek, wish_of(portal), pending, entropy=ENTROPY)
    return finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY)


def reason_of(refused: "pytest.ExceptionInfo[RefusalError]") -> Reason:
    """Return why."""
    return refused.value.reason


@pytest.mark.parametrize("adds", [adds_alice, adds_alice_while_locked])
def test_a_user_is_added(home: PhoneHome, portal: TinyPortal, adds: object) -> None:
    """The account holds the key that counts at the portal, the others stay, and nothing is under way any more."""
    assert callable(adds)
    adds(home, portal)

    phone = home.unlock(PIN).phone
    assert [account.label for account in phone.accounts] == ["bob", "alice"]
    assert signing_public_key(phone.accounts[1].dsk) == portal.enrolled
    assert phone.enrolment is None
    assert phone.portals == (Portal(portal.instance_id, portal.origin, portal.psk),)


@pytest.mark.parametrize("adds", [adds_alice, adds_alice_while_locked])
def test_a_crash_while_a_user_is_added_loses_no_key(home: PhoneHome, portal: TinyPortal, adds: object) -> None:
    """At whatever step: the key that the portal counts is on the phone, or is completed by asking again."""

    def act(dying: PhoneHome) -> None:
        assert callable(adds)
        portal.enrolled = b""
        adds(dying, portal)

    def judge(left: PhoneHome) -> None:
        unlocked = left.unlock(PIN)
        if portal.enrolled and len(unlocked.phone.accounts) == 1:
            assert unlocked.phone.enrolment is not None
            resume_enrolment(left, unlocked.dek, unlocked.phone.enrolment, entropy=ENTROPY)
        phone = left.unlock(PIN).phone
        keys = [signing_public_key(account.dsk) for account in phone.accounts if account.label == "alice"]
        assert keys == ([portal.enrolled] if portal.enrolled else [])
        assert BOB in phone.accounts

    assert dies_everywhere(home, act, judge) > 20


def test_a_crash_while_a_phone_starts_anew_leaves_one_that_can(home: PhoneHome) -> None:
    """It is the old one, none, or the new one, and each can be used or begun anew."""
    new = make_phone()

    def judge(left: PhoneHome) -> None:
        if left.read_summary() is not None and left.state().value == "ready":
            found: Phone = left.unlock(PIN).phone
            assert found in (make_phone(BOB), new)
        else:
            left.create(new, pin=PIN, entropy=ENTROPY)
            assert left.unlock(PIN).phone == new

    assert dies_everywhere(home, lambda dying: dying.start_anew(new, pin=PIN, entropy=ENTROPY), judge) > 12


def test_the_code_is_on_disk_before_it_is_sent(home: PhoneHome, portal: TinyPortal) -> None:
    """And so are the keys before the credentials are, on a phone that is open."""
    dek = home.unlock(PIN).dek
    seen: list[tuple[str, bool, bool]] = []

    def look(path: str, reply: Reply) -> Reply:
        enrolment = home.unlock(PIN).phone.enrolment
        seen.append((path, enrolment is not None, enrolment is not None and enrolment.code is not None))
        return reply

    portal.answers |= {path: lambda reply, path=path: look(path, reply) for path in (START, FINISH)}  # type: ignore[misc]
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY)

    assert seen == [(START, True, False), (FINISH, True, True)]


@pytest.mark.parametrize("is_open", [True, False])
def test_wrong_credentials_leave_nothing_behind(home: PhoneHome, portal: TinyPortal, *, is_open: bool) -> None:
    """No text was sent, so there is nothing to go on with."""
    dek = home.unlock(PIN).dek
    with pytest.raises(RefusalError) as refused:
        begin_enrolment(
            home, wish_of(portal), Secret("wrong"), opened=dek if is_open else make_phone(), entropy=ENTROPY
        )

    assert reason_of(refused) is Reason.WRONG_PASSWORD
    assert home.unlock(PIN).phone == make_phone(BOB)


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (403, {}, Reason.ACCOUNT_EXPIRED),
        (409, {}, Reason.NO_PHONE_NUMBER),
        (429, {"Retry-After": "53"}, Reason.THROTTLED),
    ],
)
def test_each_refusal_of_the_credentials_has_its_name(
    home: PhoneHome, portal: TinyPortal, status: int, headers: dict[str, str], reason: Reason
) -> None:
    """With how long to wait, where the portal says so."""
    portal.answers[START] = lambda reply: Reply(reply.body, status=status, headers=headers)
    with pytest.raises(RefusalError) as refused:
        begin_enrolment(home, wish_of(portal), PASSWORD, opened=home.unlock(PIN).dek, entropy=ENTROPY)

    assert reason_of(refused) is reason
    assert refused.value.retry_after_ms == (53_000 if headers else None)
    assert home.unlock(PIN).phone.enrolment is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda _: Reply(None), Exit.UNREACHABLE),
        (lambda reply: Reply(reply.body, status=503), Exit.UNREACHABLE),
        (lambda reply: Reply(reply.body, status=429), Exit.UNREACHABLE),
        (lambda reply: Reply(reply.body, status=200), Exit.MALFORMED),
        (lambda reply: Reply(reply.body, status=202, kind="text/html"), Exit.MALFORMED),
        (lambda _: Reply(b"{}", status=202), Exit.MALFORMED),
    ],
)
@pytest.mark.parametrize("is_open", [True, False])
def test_what_is_not_an_answer_to_credentials_leaves_nothing(
    home: PhoneHome, portal: TinyPortal, change: object, status: Exit, *, is_open: bool
) -> None:
    """Busy, silent or no portal at all."""
    portal.answers[START] = change  # type: ignore[assignment]
    opened = home.unlock(PIN).dek if is_open else make_phone()
    with pytest.raises(PhoneError) as raised:
        begin_enrolment(home, wish_of(portal), PASSWORD, opened=opened, entropy=ENTROPY)

    assert raised.value.status is status
    assert home.unlock(PIN).phone.enrolment is None


def test_a_wrong_code_may_be_tried_again(home: PhoneHome, portal: TinyPortal) -> None:
    """The wrong one is forgotten, the tries that are left are the portal's to say, and the right one completes."""
    portal.answers[FINISH] = lambda reply: Reply(
        reply.body, status=reply.status, headers={"AuthSim-Attempts-Remaining": "2"}
    )
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    with pytest.raises(RefusalError) as refused:
        finish_enrolment(home, dek, pending, WRONG, entropy=ENTROPY)

    assert (reason_of(refused), refused.value.attempts_remaining) == (Reason.WRONG_CODE, 2)
    assert home.unlock(PIN).phone.enrolment == pending
    assert finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY).account.label == "alice"


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (401, {"AuthSim-Attempts-Remaining": "0"}, Reason.WRONG_CODE),
        (404, {}, Reason.ENROLMENT_USED),
        (409, {}, Reason.ENROLMENT_USED),
    ],
)
def test_an_activation_that_is_over_is_put_aside(
    home: PhoneHome, portal: TinyPortal, status: int, headers: dict[str, str], reason: Reason
) -> None:
    """The last wrong code, and a flow that ended."""
    portal.answers[FINISH] = lambda reply: Reply(reply.body, status=status, headers=headers)
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    with pytest.raises(RefusalError) as refused:
        finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY)

    assert reason_of(refused) is reason
    assert home.unlock(PIN).phone == make_phone(BOB)


def test_a_user_who_is_locked_meanwhile_may_go_on_later(home: PhoneHome, portal: TinyPortal) -> None:
    """The portal asks to wait: the record with its code is kept."""
    portal.answers[FINISH] = lambda reply: Reply(reply.body, status=429, headers={"Retry-After": "60"})
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    with pytest.raises(RefusalError) as refused:
        finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY)

    assert reason_of(refused) is Reason.THROTTLED
    del portal.answers[FINISH]
    kept = home.unlock(PIN).phone.enrolment
    assert kept is not None
    assert resume_enrolment(home, dek, kept, entropy=ENTROPY).account.label == "alice"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda _: Reply(None), Exit.UNREACHABLE),
        (lambda reply: Reply(reply.body, status=503), Exit.UNREACHABLE),
        (lambda reply: Reply(reply.body, status=302), Exit.MALFORMED),
        (lambda reply: Reply((reply.body or b"")[:-1]), Exit.MALFORMED),
    ],
)
def test_a_lost_reply_is_asked_for_byte_for_byte(
    home: PhoneHome, portal: TinyPortal, change: object, status: Exit
) -> None:
    """Whatever came in its place: the very same request completes."""
    portal.answers[FINISH] = change  # type: ignore[assignment]
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    with pytest.raises(PhoneError) as raised:
        finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY)
    assert raised.value.status is status
    del portal.answers[FINISH]

    kept = home.unlock(PIN).phone.enrolment
    assert kept is not None
    resume_enrolment(home, dek, kept, entropy=ENTROPY)

    assert portal.requests[-2] == portal.requests[-1]
    assert signing_public_key(home.unlock(PIN).phone.accounts[1].dsk) == portal.enrolled


def test_a_certificate_that_is_not_trusted_sends_no_code(home: PhoneHome, portal: TinyPortal) -> None:
    """A refusal of this phone itself is no lost reply."""
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    far = pending._replace(address="http://8.8.8.8:80")
    home.change(dek, lambda phone: phone._replace(enrolment=far), entropy=ENTROPY)
    with pytest.raises(PhoneError) as raised:
        finish_enrolment(home, dek, far, CODE, entropy=ENTROPY)

    assert raised.value.key == "public_address"


def test_a_reply_of_another_portal_is_not_trusted(home: PhoneHome, portal: TinyPortal) -> None:
    """Only the key that was compared may answer, and the true portal can still be asked."""
    stranger = TinyPortal(origin=portal.origin, psk_seed=Secret(b"\x77" * 32))
    portal.answers[FINISH] = lambda _: stranger.answer(FINISH, portal.requests[-1])
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    stranger.offer = portal.offer
    with pytest.raises(RefusalError) as refused:
        finish_enrolment(home, dek, pending, CODE, entropy=ENTROPY)

    assert reason_of(refused) is Reason.PORTAL_NOT_TRUSTED
    assert home.unlock(PIN).phone.enrolment is not None


def test_what_cannot_be_a_code_costs_no_try(home: PhoneHome, portal: TinyPortal) -> None:
    """It is not sent."""
    dek = home.unlock(PIN).dek
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=dek, entropy=ENTROPY)
    sent = len(portal.requests)
    with pytest.raises(MessageError):
        finish_enrolment(home, dek, pending, Secret("abc"), entropy=ENTROPY)

    assert len(portal.requests) == sent


def test_a_code_is_sent_again(home: PhoneHome, portal: TinyPortal) -> None:
    """For the same flow; too soon, no more of them, and over have their names."""
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=make_phone(), entropy=ENTROPY)
    resend_code(home, pending)
    assert FLOW.encode() in portal.requests[-1]

    portal.answers[RESEND] = lambda reply: Reply(reply.body, status=429, headers={"Retry-After": "90"})
    with pytest.raises(RefusalError) as refused:
        resend_code(home, pending)
    assert (reason_of(refused), refused.value.retry_after_ms) == (Reason.TEXT_TOO_SOON, 90_000)

    for status, reason in ((409, Reason.TEXTS_SPENT), (404, Reason.ENROLMENT_USED)):
        portal.answers[RESEND] = lambda reply, status=status: Reply(reply.body, status=status)
        with pytest.raises(RefusalError) as refused:
            resend_code(home, pending)
        assert reason_of(refused) is reason


def test_a_user_who_is_there_is_not_added(home: PhoneHome, portal: TinyPortal) -> None:
    """Seen from outside, and judged once more when the phone is open; recovering one is another matter."""
    adds_alice(home, portal)
    with pytest.raises(RefusalError) as refused:
        require_not_here(home, wish_of(portal))
    assert reason_of(refused) is Reason.ALREADY_ENROLLED
    pending = begin_enrolment(home, wish_of(portal), PASSWORD, opened=make_phone(), entropy=ENTROPY)
    dek = home.unlock(PIN).dek
    with pytest.raises(RefusalError) as refused:
        adopt_enrolment(home, dek, wish_of(portal), pending, entropy=ENTROPY)
    assert reason_of(refused) is Reason.ALREADY_ENROLLED

    portal.device_id = "99" * 16
    renewed = begin_enrolment(home, wish_of(portal, is_renewal=True), PASSWORD, opened=dek, entropy=ENTROPY)
    finish_enrolment(home, dek, renewed, CODE, entropy=ENTROPY)
    phone = home.unlock(PIN).phone
    assert [account.device_id for account in phone.accounts if account.label == "alice"] == ["99" * 16]


def test_a_classic_pin_is_too_weak_for_a_hardened_portal(home: PhoneHome, portal: TinyPortal) -> None:
    """Before any password leaves."""
    with pytest.raises(RefusalError) as refused:
        begin_enrolment(home, wish_of(portal, suite=STRICT10), PASSWORD, opened=make_phone(), entropy=ENTROPY)

    assert reason_of(refused) is Reason.PIN_UNSUITABLE
    assert portal.requests == []
