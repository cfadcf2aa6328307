"""Attack: a texted code is guessed (A9), used where it does not belong (A9), or wished for without end (A10)."""

from contextlib import suppress

import pytest

from authsim.errors import Reason, RefusalError
from authsim.model import FlowId
from authsim.policy import SECOND
from authsim.secret import Secret
from authsim.verifier.add_user import complete_add_user, resend_code
from tests.support.adding import Adding, code_in
from tests.support.device import NETWORK, TestPhone
from tests.support.people import PASSWORD, WRONG, Person, Town, refused

DAY_SECONDS = 86_400


@pytest.fixture
def attempt(town: Town, alice: Person, phone: TestPhone) -> Adding:
    """A thief's phone, with alice's password: B1 is sent, the code went to alice."""
    return phone.starts_adding(town.verifier, alice.user.name, PASSWORD)


def guess(town: Town, attempt: Adding, code: str) -> RefusalError:
    """Bring a code that is not the right one."""
    with pytest.raises(RefusalError) as caught:
        complete_add_user(town.verifier, attempt.brings(code), client=NETWORK)
    return caught.value


def guesses(right: str, count: int) -> list[str]:
    """Codes other than the right one."""
    return [code for code in (f"{number:06d}" for number in range(count + 1)) if code != right][:count]


def test_three_guesses_are_all(town: Town, alice: Person, attempt: Adding) -> None:
    """Of a thousand guesses three are compared; the rest, and the right code after them, find nothing open."""
    right = alice.reads_code()

    reasons = [guess(town, attempt, code).reason for code in guesses(right, 1_000)]

    assert reasons == [Reason.WRONG_CODE] * 3 + [Reason.CODE_TRIES_SPENT] * 997
    assert guess(town, attempt, right).reason is Reason.CODE_TRIES_SPENT
    assert alice.device is None


def test_resend_does_not_reset(town: Town, alice: Person, attempt: Adding) -> None:
    """Another text is another code, and no new tries: with three texts there are three guesses, not nine."""
    compared = 0
    for _ in range(2):
        assert guess(town, attempt, guesses(alice.reads_code(), 1)[0]).reason is Reason.WRONG_CODE
        compared += 1
        town.clock.advance(seconds=120)
        resend_code(town.verifier, attempt.flow_id)
    assert guess(town, attempt, guesses(alice.reads_code(), 1)[0]).reason is Reason.WRONG_CODE

    enrolment = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))
    assert enrolment is not None
    assert (enrolment.attempts, compared) == (3, 2)
    assert guess(town, attempt, alice.reads_code()).reason is Reason.CODE_TRIES_SPENT


def test_a_spent_enrolment_sends_nothing_more(town: Town, alice: Person, attempt: Adding) -> None:
    """After the last wrong code no text helps."""
    for code in guesses(alice.reads_code(), 3):
        guess(town, attempt, code)
    town.clock.advance(seconds=120)

    with refused(Reason.CODE_TRIES_SPENT):
        resend_code(town.verifier, attempt.flow_id)
    assert len(alice.texts()) == 1


def test_code_other_flow(town: Town, alice: Person, attempt: Adding) -> None:
    """The code of one enrolment is wrong in another one of the same user, even if that one is told of it."""
    first = alice.reads_code()
    town.clock.advance(seconds=120)
    second = town.sells_phone().starts_adding(town.verifier, "alice", PASSWORD)
    assert alice.reads_code() != first

    assert guess(town, second, first).reason is Reason.WRONG_CODE
    assert guess(town, attempt, alice.reads_code()).reason is Reason.ENROLMENT_EXPIRED


def test_code_other_user(town: Town, alice: Person, attempt: Adding) -> None:
    """Two users with one number get two codes; neither serves the other, even when the digits are the same."""
    bob = town.adds("bob")
    town.entropy.queue = [123_456]
    bobs = town.sells_phone().starts_adding(town.verifier, "bob", PASSWORD)
    assert bob.reads_code() == "123456"
    enrolments = [town.verifier.store.enrolments.get(FlowId(one.flow_id)) for one in (attempt, bobs)]
    town.clock.advance(seconds=120)
    town.entropy.queue = [123_456]
    resend_code(town.verifier, attempt.flow_id)
    resent = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))

    assert guess(town, attempt, "123457").reason is Reason.WRONG_CODE
    assert resent is not None
    assert resent.code_mac not in {one.code_mac for one in enrolments if one is not None}
    assert alice.device is None


def test_an_overheard_code_serves_no_other_phone(town: Town, alice: Person, attempt: Adding) -> None:
    """Who reads the text over alice's shoulder, and even knows the enrolment, does not hold the phone's key."""
    stranger = town.sells_phone().begin_adding(town.verifier, "alice")
    stranger.flow_id = attempt.flow_id

    assert guess(town, stranger, alice.reads_code()).reason is Reason.ENROLMENT_MISMATCH

    complete_add_user(town.verifier, attempt.brings(alice.reads_code()), client=NETWORK)


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ('x" to al***. @localhost #123456', "x· to al···. ·localhost ·123456"),
        ("x」が al*** に追加されます。", "x·が al··· に追加されます·"),
        ("x\u201d was refused.\u2028Tell us the code:", "x· was refused.·Tell us the code·"),
        ("zero\u200bwidth\U000e0041", "zero·width·"),
        ("{code}%s", "·code··s"),
        ("alice's Pixel_7 (2.0+)", "alice's Pixel_7 (2.0+)"),
        ("電話 é", "電話 é"),
    ],
)
def test_a_label_cannot_forge_the_text(town: Town, phone: TestPhone, locale: str, label: str, shown: str) -> None:
    """The thief names the phone in the owner's text: the name ends no quotation, begins no line and offers no code."""
    carol = town.adds("carol", locale=locale)
    phone.label = label
    attempt = phone.starts_adding(town.verifier, "carol", PASSWORD)

    (text,) = carol.texts()
    code = code_in(text)
    opening, closing = ("「", "」が ca*** に追加") if locale == "ja" else ('"', '" to ca***. Never')
    assert f"{opening}{shown}{closing}" in text
    assert (text.count("@"), text.count("#"), text.count(code)) == (1, 1, 2)
    assert text.isprintable()
    enrolment = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))
    assert enrolment is not None
    assert enrolment.label == label


def test_without_the_password_nobody_is_texted(town: Town, alice: Person) -> None:
    """A hundred beginnings a day with wrong passwords send nothing, and lock after ten."""
    for _ in range(100):
        with pytest.raises(RefusalError):
            town.sells_phone().starts_adding(town.verifier, "alice", WRONG)
        town.clock.advance(seconds=DAY_SECONDS // 100)

    assert alice.texts() == []
    alice.is_refused(Reason.USER_LOCKED)


def test_pumping_is_one_text_in_two_minutes(town: Town, alice: Person, phone: TestPhone) -> None:
    """With the password, beginning anew and resending as fast as one can, an hour has 30 texts and not one more."""
    began_ms = town.clock.now_ms()
    attempt: Adding | None = None
    while town.clock.now_ms() < began_ms + 3_600 * SECOND:
        for wish in ("resend", "begin"):
            with suppress(RefusalError):
                if wish == "begin":
                    attempt = phone.starts_adding(town.verifier, "alice", PASSWORD)
                elif attempt is not None:
                    resend_code(town.verifier, attempt.flow_id)
        town.clock.advance(seconds=10)

    assert len(alice.texts()) == 30


def test_the_strict_profile_gives_five_guesses_of_eight_digits() -> None:
    """Its resend comes sooner, and keeps the count as well."""
    town = Town().under(sms_code_digits=8, sms_code_seconds=300, sms_code_tries=5, sms_resend_seconds=30)
    alice, phone = town.adds("alice"), town.sells_phone()
    attempt = phone.starts_adding(town.verifier, "alice", PASSWORD)

    reasons = []
    for number in range(8):
        reasons.append(guess(town, attempt, f"{number:08d}").reason)
        if number in {1, 3}:
            town.clock.advance(seconds=30)
            resend_code(town.verifier, attempt.flow_id)

    assert reasons == [Reason.WRONG_CODE] * 5 + [Reason.CODE_TRIES_SPENT] * 3
    assert len(alice.reads_code()) == 8


def test_a_code_is_not_kept(town: Town, alice: Person, attempt: Adding) -> None:
    """What the portal keeps of an enrolment is a MAC under a key that lies elsewhere; a copy tells no code."""
    enrolment = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))
    assert enrolment is not None

    assert len(enrolment.code_mac) == 32
    assert Secret(alice.reads_code()).reveal() not in repr(enrolment).encode()
