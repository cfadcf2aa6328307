"""Sessions that end when their user would not expect it: at once, by somebody else's login, or forgotten."""

import pytest

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.lab.board import Board, Fault
from authsim.lab.worlds.sessions import ELSEWHERE
from authsim.model import FactorKind, Factors
from authsim.verifier import prompted, sessions
from authsim.verifier.topics import session_topic
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.holding import give
from tests.support.lab import LabTown, struck, told
from tests.support.people import BROWSER, Person, refused


def test_a_login_succeeds_and_opens_nothing(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The login is done and says so; the very next page finds no session. After the fault it does."""
    board.arm(Fault(name="not_authenticated", user="alice"))
    for proof in (alice.logs_in(with_=phone), alice.logs_in_by_push(with_=phone)):
        with refused(Reason.SESSION_EXPIRED):
            sessions.require_session(town.verifier, proof.token)
    assert alice.events()[-3:] == [
        (EventKind.LOGIN_COMPLETED, None),
        (EventKind.SESSION_OPENED, None),
        (EventKind.SESSION_EXPIRED, None),
    ]
    open_ones = sessions.list_sessions(town.verifier, alice.user.user_id)
    assert [one.factors for one in open_ones] == [Factors.ONE]  # in which the phone was activated
    assert struck(town.lab) == [("not_authenticated", "alice")] * 2
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "session"
    board.disarm("not_authenticated")
    sessions.require_session(town.verifier, alice.logs_in(with_=phone).token)


def test_a_login_by_another_factor_opens_nothing_either(town: LabTown, board: Board, alice: Person) -> None:
    """The same meets a code of an authenticator app; `nth` counts logins, bob's are spared."""
    held = give(town.outside, alice.user, FactorKind.AUTHENTICATOR_APP)
    board.arm(Fault(name="not_authenticated", user="alice", nth=1))
    opened = []
    for _ in range(2):
        town.clock.advance(seconds=30)
        pending = alice.begins()
        opened.append(
            prompted.complete_prompt(town.verifier, token=pending.token, answer=held.answer(), client=BROWSER)
        )
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, opened[0].token)
    sessions.require_session(town.verifier, opened[1].token)


def test_somebody_else_logs_in(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """At its next page the session is over, and another one of the same user is open elsewhere."""
    proof = alice.logs_in(with_=phone)
    sessions.require_session(town.verifier, proof.token)
    board.arm(Fault(name="competing_session", user="alice", nth=1))
    bell = town.verifier.bus.subscribe(session_topic(proof.session.session_id))
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
    assert bell.wait(LONGEST_S)
    bell.close()
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
    [other] = sessions.list_sessions(town.verifier, alice.user.user_id)
    assert other.client == ELSEWHERE
    assert alice.events()[-1] == (EventKind.SESSION_OPENED, None)
    assert struck(town.lab) == [("competing_session", "alice")]
    again = alice.logs_in(with_=phone)
    sessions.require_session(town.verifier, again.token)
    board.disarm("competing_session")
    sessions.require_session(town.verifier, again.token)


def test_a_session_that_is_spared_stays_spared(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """`every` counts sessions, not pages: a session is struck at its first page or never."""
    proofs = [alice.logs_in(with_=phone) for _ in range(4)]
    board.arm(Fault(name="session_lost", every=2))
    met = []
    for proof in proofs:
        for _ in range(3):
            found = town.verifier.store.sessions.find(proof.session.token_hash)
            assert found is not None
            met.append(found.ended_ms is None)
    assert met == [True] * 3 + [False] * 3 + [True] * 3 + [False] * 3
    assert struck(town.lab) == [("session_lost", "alice")] * 2


def test_a_session_is_forgotten(town: LabTown, board: Board, alice: Person, bob: Person, phone: TestPhone) -> None:
    """As after a restart at night: whoever was in has to log in again; with `seconds` only for so long."""
    hers = alice.logs_in(with_=phone)
    his = bob.enters()
    board.arm(Fault(name="session_lost", seconds=10))
    for token in (hers.token, his.token):
        with refused(Reason.SESSION_EXPIRED):
            sessions.require_session(town.verifier, token)
    assert alice.events()[-1] == (EventKind.SESSION_EXPIRED, None)
    assert struck(town.lab) == [("session_lost", "alice"), ("session_lost", "bob")]
    town.clock.advance(seconds=10)
    sessions.require_session(town.verifier, alice.logs_in(with_=phone).token)


def test_a_session_that_is_over_is_not_struck(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """What ended already cannot end again, and a token of nobody belongs to nobody."""
    proof = alice.logs_in(with_=phone)
    sessions.end_session(town.verifier, proof.session)
    board.arm(Fault(name="session_lost"))
    board.arm(Fault(name="competing_session"))
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
    assert town.verifier.store.sessions.find(b"nobody") is None
    assert struck(town.lab) == []


@pytest.mark.parametrize("meanwhile", ["signs out", "goes away"])
def test_a_race_with_its_own_end(town: LabTown, board: Board, alice: Person, phone: TestPhone, meanwhile: str) -> None:
    """A session that ends while it is being struck is over, whoever was faster."""
    proof = alice.logs_in(with_=phone)
    if meanwhile == "signs out":
        board.arm(Fault(name="session_lost"))
        town.between.before("sessions.end", lambda: sessions.end_session(town.verifier, proof.session))
    else:
        board.arm(Fault(name="competing_session"))
        town.between.before("sessions.open", lambda: alice.takes_password(alice.password))
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)


def test_the_session_of_a_user_who_is_gone(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Nobody logs in elsewhere as somebody whom an operator has just removed: there is no session any more."""
    proof = alice.logs_in(with_=phone)
    event = town.record()[-1]
    board.arm(Fault(name="competing_session"))
    users = town.verifier.store.users
    looks = iter([None, lambda: users.remove(alice.user.user_id, event=event)])

    def act() -> None:
        now = next(looks)
        if now is None:
            town.between.before("users.get", act)
        else:
            now()

    town.between.before("users.get", act)
    assert town.verifier.store.sessions.find(proof.session.token_hash) is None
