"""What happens to a right password: called wrong, found to be of the other kind, held up by a wait or by a lock."""

import threading
from contextvars import Context

import pytest

from authsim.errors import Reason, RefusalError
from authsim.events import EventKind
from authsim.lab.board import Board, Fault
from authsim.lab.worlds.lockouts import fail_until
from authsim.model import FactorKind, Lockout, Mode
from authsim.policy import HARDENED, Policy
from authsim.profiles import PROFILES
from authsim.secret import Secret
from authsim.verifier import challenge_response, login, operators, passwords, prompted
from authsim.verifier.lockout import throttled_for_ms
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.holding import give
from tests.support.lab import LabTown, struck, told
from tests.support.people import BROWSER, Person, question_of, refused

HOUR_MS = 3_600_000


def alice_in_store(town: LabTown, person: Person) -> Lockout:
    """What is really kept of a user's failures."""
    user = town.outside.store.users.get(person.user.user_id)
    assert user is not None
    return user.lockout


def locked_for_ms(town: LabTown) -> int:
    """For how long the operator sees alice locked."""
    return operators.show_user(town.verifier, operators.require_user(town.verifier, "alice")).locked_for_ms


def test_a_right_password_is_called_wrong(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """It is refused as a wrong one after the same work, and counts as a failed login."""
    board.arm(Fault(name="wrong_credentials", user="alice"))
    compared = len(town.passwords.compared)
    alice.is_refused(Reason.WRONG_PASSWORD)
    assert len(town.passwords.compared) == compared + 1
    assert len(alice.lockout.failures_ms) == 1
    assert (EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD) in alice.events()
    assert struck(town.lab) == [("wrong_credentials", "alice")]
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "password"
    board.disarm("wrong_credentials")
    alice.logs_in(with_=phone)


def test_only_right_passwords_are_counted(town: LabTown, board: Board, alice: Person, bob: Person) -> None:
    """Now and then: `every` counts right passwords of that user; wrong ones, and bob's, are what they are."""
    board.arm(Fault(name="wrong_credentials", user="alice", every=2))
    alice.passes_password()
    alice.fails_password()
    bob.passes_password()
    alice.is_refused(Reason.WRONG_PASSWORD)
    alice.passes_password()
    assert struck(town.lab) == [("wrong_credentials", "alice")]


def test_a_passcode_is_no_password(town: LabTown, board: Board, alice: Person) -> None:
    """A temporary passcode is judged by the same hashing, and not struck: the fault is about credentials."""
    held = give(town.outside, alice.user, FactorKind.TEMPORARY_PASSCODE)
    pending = alice.begins()
    board.arm(Fault(name="wrong_credentials"))
    prompted.complete_prompt(town.verifier, token=pending.token, answer=held.answer(), client=BROWSER)
    assert struck(town.lab) == []


def test_a_password_that_was_replaced_meanwhile_is_not_struck(town: LabTown, board: Board, alice: Person) -> None:
    """What is compared with the password of before is no right password."""
    board.arm(Fault(name="wrong_credentials"))
    town.passwords.meanwhile = lambda: alice.takes_password(Secret("another horse battery"))
    alice.passes_password()
    assert struck(town.lab) == []


def test_each_thread_judges_its_own(town: LabTown, board: Board, alice: Person, bob: Person) -> None:
    """Two logins at once are not mixed up: the fault of alice strikes alice, whoever asks in between."""
    board.arm(Fault(name="wrong_credentials", user="alice"))
    other = threading.Thread(target=bob.passes_password)

    def meanwhile() -> None:
        other.start()
        other.join(LONGEST_S)

    town.passwords.meanwhile = meanwhile
    alice.is_refused(Reason.WRONG_PASSWORD)
    assert not other.is_alive()
    assert struck(town.lab) == [("wrong_credentials", "alice")]


def test_each_greenlet_judges_its_own(town: LabTown, board: Board, alice: Person, bob: Person) -> None:
    """The same in one thread, where each request runs in a context of its own."""
    board.arm(Fault(name="wrong_credentials", user="alice"))
    town.passwords.meanwhile = lambda: Context().run(bob.passes_password)
    alice.is_refused(Reason.WRONG_PASSWORD)
    assert struck(town.lab) == [("wrong_credentials", "alice")]


def test_a_live_user_counts_as_a_paper_user(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The switch is wrong; corrected without the password it is right, as long as the fault is on."""
    board.arm(Fault(name="wrong_mode", user="alice"))
    with refused(Reason.WRONG_MODE) as caught:
        alice.begins(mode=Mode.LIVE)
    token = caught.value.continuation
    assert token is not None
    first = passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)
    pending = login.begin_login(town.verifier, first, mode=Mode.PAPER)
    assert pending.login.mode is Mode.PAPER
    alice.answers(pending, phone.respond(question_of(pending)))
    assert struck(town.lab) == [("wrong_mode", "alice")]
    board.disarm("wrong_mode")
    alice.logs_in(with_=phone)
    assert alice.begins().login.mode is Mode.LIVE


def test_one_login_finds_the_other_kind(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """With `nth` it is that login alone: a wrong password is none, the next right one finds what it always found."""
    board.arm(Fault(name="wrong_mode", nth=1))
    alice.fails_password()
    with refused(Reason.WRONG_MODE):
        alice.begins()
    assert town.verifier.store.users.list_all()[0].mode is Mode.PAPER
    alice.logs_in(with_=phone)
    assert town.verifier.store.users.list_all()[0].mode is Mode.LIVE
    assert struck(town.lab) == [("wrong_mode", "alice")]


def test_a_paper_user_counts_as_a_live_user(town: LabTown, board: Board) -> None:
    """The reverse holds as well."""
    pat = town.adds("pat", mode=Mode.PAPER)
    board.arm(Fault(name="wrong_mode"))
    with refused(Reason.WRONG_MODE):
        pat.begins(mode=Mode.PAPER)
    with refused(Reason.NO_ACTIVE_DEVICE):
        pat.begins(mode=Mode.LIVE)


def test_an_unknown_user_is_unknown_in_a_lab(town: LabTown, board: Board) -> None:
    """Whoever is nobody stays nobody, whatever is on."""
    for name in ("wrong_mode", "locked_out", "wrong_credentials"):
        board.arm(Fault(name=name))
    assert town.verifier.store.users.find("nobody") is None
    assert struck(town.lab) == []


def test_a_user_is_throttled(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The right password is told to wait as long as the rule says, and nothing of it is kept."""
    kept = alice.lockout
    board.arm(Fault(name="throttled", user="alice"))
    for _ in range(2):
        assert alice.is_refused(Reason.THROTTLED).retry_after_ms == 53_000
        town.clock.advance(seconds=60)
    assert (EventKind.LOGIN_REFUSED, Reason.THROTTLED) in alice.events()
    assert alice_in_store(town, alice) == kept
    assert struck(town.lab) == [("throttled", "alice")] * 2
    board.disarm("throttled")
    alice.logs_in(with_=phone)


def test_a_throttle_ends_with_its_fault(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """With a duration the wait that is told is the time that is left; whoever waits so long gets in."""
    board.arm(Fault(name="throttled", seconds=287))
    assert alice.is_refused(Reason.THROTTLED).retry_after_ms == 287_000
    town.clock.advance(seconds=240)
    assert alice.is_refused(Reason.THROTTLED).retry_after_ms == 47_000
    town.clock.advance(seconds=47)
    alice.logs_in(with_=phone)


def test_no_wait_is_longer_than_the_rule_knows() -> None:
    """A throttle that lasts longer than the rule makes anybody wait tells the longest wait of the rule."""
    policy = Policy()
    shown = fail_until(Lockout(), policy, now_ms=10**12, ends_ms=10**12 + 24 * HOUR_MS)
    assert len(shown.failures_ms) == policy.lockout_failures - 1
    assert throttled_for_ms(shown, policy, now_ms=10**12) == 53_000 * 16


def test_where_failures_do_not_lock_nobody_is_throttled() -> None:
    """A profile whose failures do not hold anybody up has no such wait: the fault strikes nothing there."""
    town = LabTown(policy=PROFILES[HARDENED])
    carol = town.adds("carol")
    town.lab.board.arm(Fault(name="throttled"))
    carol.passes_password()
    assert struck(town.lab) == []


def test_a_user_is_locked_out(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Even the right password is refused, for a day from each attempt on; the store keeps what it kept."""
    alice.fails_password()
    kept = alice_in_store(town, alice)
    board.arm(Fault(name="locked_out", user="alice"))
    for _ in range(2):
        assert alice.is_refused(Reason.USER_LOCKED).retry_after_ms == 24 * HOUR_MS
        town.clock.advance(seconds=3_600)
    assert (EventKind.LOGIN_REFUSED, Reason.USER_LOCKED) in alice.events()
    assert (EventKind.PASSWORD_COUNTED, None) in alice.events()
    assert locked_for_ms(town) == 24 * HOUR_MS
    assert alice_in_store(town, alice) == kept
    assert struck(town.lab) == [("locked_out", "alice")] * 2
    board.disarm("locked_out")
    assert locked_for_ms(town) == 0
    alice.logs_in(with_=phone)


def test_a_lock_ends_with_its_fault(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """With a duration the lock that every page shows ends with the fault."""
    board.arm(Fault(name="locked_out", seconds=600))
    assert locked_for_ms(town) == 600_000
    alice.is_refused(Reason.USER_LOCKED)
    town.clock.advance(seconds=600)
    alice.logs_in(with_=phone)


@pytest.mark.parametrize("narrowed", [Fault(name="locked_out", nth=2), Fault(name="locked_out", step="password")])
def test_a_lock_of_single_attempts_shows_nowhere(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, narrowed: Fault
) -> None:
    """A lock that meets one attempt or one step is no standing: other pages know nothing of it."""
    pending = alice.begins()
    board.arm(narrowed)
    assert locked_for_ms(town) == 0
    alice.answers(pending, phone.respond(question_of(pending)))
    alice.is_refused(Reason.USER_LOCKED)
    assert struck(town.lab) == [("locked_out", "alice")]


def test_a_lock_meets_the_response(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """A right response is refused, and ends the login; nothing is added to the failures that are kept."""
    pending = alice.begins()
    board.arm(Fault(name="locked_out", user="alice", step="response"))
    with refused(Reason.USER_LOCKED) as caught:
        alice.answers(pending, phone.respond(question_of(pending)))
    assert caught.value.retry_after_ms == 24 * HOUR_MS
    assert alice_in_store(town, alice) == Lockout()
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "response"
    with refused(Reason.LOGIN_CLOSED):
        alice.answers(pending, phone.respond(question_of(pending)))
    board.disarm("locked_out")
    alice.logs_in(with_=phone)


def test_a_lock_meets_the_answer_of_another_factor(town: LabTown, board: Board, alice: Person) -> None:
    """What an authenticator app says meets the same lock."""
    held = give(town.outside, alice.user, FactorKind.AUTHENTICATOR_APP)
    pending = alice.begins()
    board.arm(Fault(name="locked_out", step="response", nth=1))
    with refused(Reason.USER_LOCKED):
        prompted.complete_prompt(town.verifier, token=pending.token, answer=held.answer(), client=BROWSER)
    assert alice_in_store(town, alice) == Lockout()
    assert struck(town.lab) == [("locked_out", "alice")]
    town.clock.advance(seconds=30)
    prompted.complete_prompt(town.verifier, token=alice.begins().token, answer=held.answer(), client=BROWSER)


def test_a_lock_meets_an_approval(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Nor does an approval open anything to somebody who is locked out by then."""
    pending, asked = alice.is_asked()
    phone.approves(town.verifier, asked)
    board.arm(Fault(name="locked_out"))
    with refused(Reason.USER_LOCKED):
        alice.collects(pending)


def test_a_locked_user_is_locked_in_every_profile() -> None:
    """Where failures do not lock, the lock is the one that an operator sets."""
    town = LabTown(policy=PROFILES[HARDENED])
    carol = town.adds("carol")
    town.lab.board.arm(Fault(name="locked_out"))
    carol.is_refused(Reason.USER_LOCKED)
    town.lab.board.disarm("locked_out")
    carol.passes_password()


def test_an_operator_unlocks_what_is_kept(town: LabTown, board: Board, alice: Person) -> None:
    """The verbs of an operator change the store as ever, whatever is shown meanwhile."""
    alice.is_locked()
    board.arm(Fault(name="throttled"))
    operators.unlock(town.verifier, alice.user)
    board.disarm("throttled")
    assert alice.passes_password().user.user_id == alice.user.user_id


def test_a_wrong_response_is_wrong_in_a_lab(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Without a fault of that user a wrong response is refused for what it is, and counted."""
    board.arm(Fault(name="locked_out", user="bob"))
    pending = alice.begins()
    with pytest.raises(RefusalError) as caught:
        challenge_response.complete_challenge(town.verifier, token=pending.token, response="00000000", client=BROWSER)
    assert caught.value.reason is Reason.WRONG_RESPONSE
    assert len(alice_in_store(town, alice).failures_ms) == 1
