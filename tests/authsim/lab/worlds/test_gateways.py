"""A gateway's session whose brokerage session is late, down or never there, is lost, or competes with somebody else."""

from collections.abc import Callable

import pytest

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.lab.board import Board, Fault
from authsim.lab.worlds.sessions import ELSEWHERE
from authsim.model import Authenticated, GatewayStanding
from authsim.states import Brokerage
from authsim.verifier import Verifier, sessions
from authsim.verifier.gateway_session import begin_brokerage, log_out, open_gateway, reauthenticate, require_gateway
from tests.support.device import TestPhone
from tests.support.lab import LabTown, struck
from tests.support.people import Person, refused

UP, IDLE, OUT = Brokerage.UP, Brokerage.IDLE, Brokerage.LOGGED_OUT
#: What a program does to get its session back.
WAYS: dict[str, Callable[[Verifier], GatewayStanding]] = {
    "init": lambda verifier: begin_brokerage(verifier, compete=False),
    "init with compete": lambda verifier: begin_brokerage(verifier, compete=True),
    "reauthenticate": reauthenticate,
}


def logs_in(town: LabTown, person: Person, phone: TestPhone) -> Authenticated:
    """Complete a login on the pages of the gateway."""
    proof = person.logs_in(with_=phone)
    open_gateway(town.verifier, proof)
    return proof


def stands(town: LabTown) -> Brokerage:
    """How the brokerage session stands now."""
    return require_gateway(town.verifier).gateway.brokerage


def moves(town: LabTown) -> list[tuple[str | None, str]]:
    """What the record tells of the brokerage session, oldest first: what it was and what it is."""
    kinds = {EventKind.BROKERAGE_BEGUN: "up", EventKind.BROKERAGE_ENDED: ""}
    return [(row.facts.get("was"), row.facts.get("now", kinds[row.kind])) for row in town.record() if row.kind in kinds]


# -- logged in, and not authenticated


@pytest.mark.parametrize("way", WAYS)
def test_it_is_down_until_a_program_begins_it(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, way: str
) -> None:
    """The login succeeds and stays; the brokerage session is neither connected nor authenticated, until it is begun."""
    board.arm(Fault(name="brokerage_down", user="alice"))
    proof = logs_in(town, alice, phone)
    assert [stands(town) for _ in range(2)] == [OUT] * 2
    sessions.require_session(town.verifier, proof.token)

    assert WAYS[way](town.verifier).is_authenticated

    assert stands(town) is UP
    assert moves(town) == [(None, "up"), ("up", "logged_out"), ("logged_out", "up")]
    assert struck(town.lab) == [("brokerage_down", "alice")]


def test_it_comes_up_by_itself_when_it_is_late(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Twenty seconds on the lab's clock, to the millisecond; then the next look finds it up."""
    board.arm(Fault(name="brokerage_late", user="alice"))
    logs_in(town, alice, phone)
    assert stands(town) is IDLE
    town.lab.clock.advance(19_999)
    assert stands(town) is IDLE
    town.lab.clock.advance(1)

    assert [stands(town) for _ in range(2)] == [UP] * 2

    assert moves(town) == [(None, "up"), ("up", "idle"), ("idle", "up")]
    assert struck(town.lab) == [("brokerage_late", "alice")]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_makes_it_come_up_sooner(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, way: str
) -> None:
    """Whatever a program does, it waits; also when the fault is switched off meanwhile: this login is late."""
    board.arm(Fault(name="brokerage_late", user="alice", by_ms=5_000))
    logs_in(town, alice, phone)
    board.disarm("brokerage_late")

    assert WAYS[way](town.verifier).gateway.brokerage is IDLE
    town.lab.clock.advance(5_000)

    assert WAYS[way](town.verifier).is_authenticated


def test_who_logs_out_of_one_that_is_late_begins_it(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """A session that a program left does not come back by itself, and not before its time either."""
    board.arm(Fault(name="brokerage_late", user="alice"))
    logs_in(town, alice, phone)
    log_out(town.verifier)
    assert reauthenticate(town.verifier).gateway.brokerage is OUT
    town.lab.clock.advance(20_000)
    assert stands(town) is OUT

    assert reauthenticate(town.verifier).is_authenticated


@pytest.mark.parametrize("way", WAYS)
def test_it_never_comes_up_while_the_fault_is_on(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, way: str
) -> None:
    """Connected and not authenticated, however often and however long; after the fault a program begins it."""
    board.arm(Fault(name="brokerage_never", user="alice"))
    logs_in(town, alice, phone)
    for _ in range(3):
        assert WAYS[way](town.verifier).gateway.brokerage is IDLE
        town.lab.clock.advance(60_000)
    log_out(town.verifier)
    assert WAYS[way](town.verifier).gateway.brokerage is OUT
    assert moves(town) == [(None, "up"), ("up", "idle"), ("idle", "logged_out")]
    board.disarm("brokerage_never")
    assert stands(town) is OUT

    assert WAYS[way](town.verifier).is_authenticated


def test_one_that_is_up_stays_up(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The fault keeps a session from coming up; one that is up also takes over from a rival."""
    logs_in(town, alice, phone)
    board.arm(Fault(name="brokerage_never"))
    alice.logs_in(with_=phone)
    assert require_gateway(town.verifier).is_competing

    assert begin_brokerage(town.verifier, compete=True).is_authenticated


@pytest.mark.parametrize("name", ["brokerage_down", "brokerage_late", "brokerage_never"])
def test_others_are_spared(
    town: LabTown, board: Board, alice: Person, bob: Person, phone: TestPhone, name: str
) -> None:
    """A fault for alice is none for bob, who is logged in and authenticated at once."""
    sold = town.sells_phone()
    bob.activates(sold)
    board.arm(Fault(name=name, user="alice"))
    logs_in(town, bob, sold)

    assert stands(town) is UP
    assert struck(town.lab) == []


@pytest.mark.parametrize("name", ["brokerage_down", "brokerage_late"])
def test_it_strikes_at_the_login_that_was_named(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, name: str
) -> None:
    """`nth` counts logins, not looks; the next login is as ever, and forgets what the last one waited for."""
    board.arm(Fault(name=name, user="alice", nth=2))
    seen = []
    for _ in range(3):
        logs_in(town, alice, phone)
        seen.append([stands(town), stands(town)])

    down = OUT if name == "brokerage_down" else IDLE
    assert seen == [[UP, UP], [down, down], [UP, UP]]
    town.lab.clock.advance(20_000)
    assert stands(town) is UP


@pytest.mark.parametrize("meanwhile", ["signs out", "logs in again"])
def test_something_happens_while_it_is_struck(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, meanwhile: str
) -> None:
    """Of a login that is replaced at this moment nothing is kept down; one that has ended is over."""
    board.arm(Fault(name="brokerage_down", user="alice", nth=1))
    proof = alice.logs_in(with_=phone)
    newer = alice.logs_in(with_=phone)
    if meanwhile == "signs out":
        town.between.before("sessions.get", lambda: sessions.end_session(town.verifier, proof.session))
    else:
        town.between.before("gateways.move", lambda: open_gateway(town.verifier, newer))

    open_gateway(town.verifier, proof)

    if meanwhile == "signs out":
        with refused(Reason.SESSION_EXPIRED):
            require_gateway(town.verifier)
    else:
        assert stands(town) is UP


def test_its_user_is_removed_while_it_is_struck(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Nobody's session is moved, and nobody is logged in."""
    board.arm(Fault(name="brokerage_down", user="alice"))
    proof = alice.logs_in(with_=phone)
    users, event = town.verifier.store.users, town.record()[-1]
    town.between.before("sessions.get", lambda: users.remove(alice.user.user_id, event=event))

    open_gateway(town.verifier, proof)

    assert users.get(alice.user.user_id) is None
    with refused(Reason.SESSION_EXPIRED):
        require_gateway(town.verifier)


# -- somebody else, and a night


def compete(town: LabTown, board: Board) -> None:
    """Let the fault strike at the next look."""
    board.arm(Fault(name="competing_session", user="alice"))
    standing = require_gateway(town.verifier)
    assert (standing.is_competing, standing.is_authenticated, standing.is_connected) == (True, False, True)


def test_somebody_competes(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """A rival really logs in elsewhere, once; nobody's session ends, and the login of the gateway goes on."""
    proof = logs_in(town, alice, phone)
    before = sessions.list_sessions(town.verifier, alice.user.user_id)
    compete(town, board)
    for _ in range(3):
        assert require_gateway(town.verifier).is_competing
        sessions.require_session(town.verifier, proof.token)

    rival, *others = sessions.list_sessions(town.verifier, alice.user.user_id)
    assert rival.client == ELSEWHERE
    assert others == before
    assert struck(town.lab) == [("competing_session", "alice")]


@pytest.mark.parametrize("way", ["logout and reauthenticate", "init with compete"])
def test_a_rival_gives_way(town: LabTown, board: Board, alice: Person, phone: TestPhone, way: str) -> None:
    """A program takes its session back without another login, and nobody competes again, although the fault is on."""
    proof = logs_in(town, alice, phone)
    compete(town, board)
    if way == "init with compete":
        begin_brokerage(town.verifier, compete=True)
    else:
        log_out(town.verifier)
        reauthenticate(town.verifier)

    for _ in range(2):
        assert require_gateway(town.verifier).is_authenticated
    sessions.require_session(town.verifier, proof.token)
    assert ELSEWHERE not in {one.client for one in sessions.list_sessions(town.verifier, alice.user.user_id)}
    assert [kind for kind, _ in alice.events()].count(EventKind.LOGIN_COMPLETED) == 1


def rivals(town: LabTown, alice: Person) -> int:
    """How many sessions of hers somebody else has opened, and not lost."""
    return [one.client for one in sessions.list_sessions(town.verifier, alice.user.user_id)].count(ELSEWHERE)


@pytest.mark.parametrize("narrowed", [{}, {"nth": 1}], ids=["plain", "nth"])
@pytest.mark.parametrize("between", ["healed", "left alone"])
@pytest.mark.parametrize("is_off_first", [True, False])
def test_each_arming_brings_another_rival(
    town: LabTown,
    board: Board,
    alice: Person,
    phone: TestPhone,
    narrowed: dict[str, int],
    between: str,
    is_off_first: bool,
) -> None:
    """One session of the gateway competes as often as it is asked for, also while the clock stands still."""
    logs_in(town, alice, phone)
    for number in range(1, 4):
        if is_off_first:
            board.disarm("competing_session")
        board.arm(Fault(name="competing_session", user="alice", **narrowed))
        assert [require_gateway(town.verifier).is_competing for _ in range(3)] == [True] * 3
        assert len(struck(town.lab)) == number
        if between == "healed":
            assert begin_brokerage(town.verifier, compete=True).is_authenticated
        assert rivals(town, alice) == (0 if between == "healed" else number)


def test_a_rival_comes_at_the_look_that_was_named(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """`nth` counts the looks since the fault was switched on, of a session that was looked at before too."""
    logs_in(town, alice, phone)
    require_gateway(town.verifier)
    for _ in range(2):
        board.arm(Fault(name="competing_session", user="alice", nth=3))
        assert [require_gateway(town.verifier).is_competing for _ in range(5)] == [False] * 2 + [True] * 3
        begin_brokerage(town.verifier, compete=True)


def test_a_rival_comes_again_and_again(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """`every` counts looks too: a session that was taken back is competed with anew."""
    logs_in(town, alice, phone)
    board.arm(Fault(name="competing_session", user="alice", every=5))
    assert [require_gateway(town.verifier).is_competing for _ in range(5)] == [False] * 4 + [True]

    log_out(town.verifier)
    assert reauthenticate(town.verifier).is_authenticated  # it looks before and after

    assert [require_gateway(town.verifier).is_competing for _ in range(3)] == [False, True, True]
    assert len(struck(town.lab)) == 2


def test_each_login_has_its_rival(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Plainly switched on, the fault meets each new login once."""
    board.arm(Fault(name="competing_session"))
    for number in range(1, 3):
        logs_in(town, alice, phone)
        assert [require_gateway(town.verifier).is_competing for _ in range(2)] == [True] * 2
        assert rivals(town, alice) == number


def test_a_login_is_forgotten_at_the_look_that_was_named(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """What is lost is counted as what competes: by looks since the fault was switched on."""
    logs_in(town, alice, phone)
    require_gateway(town.verifier)
    board.arm(Fault(name="session_lost", user="alice", nth=3))
    for _ in range(2):
        assert stands(town) is UP

    with refused(Reason.SESSION_EXPIRED):
        require_gateway(town.verifier)

    assert struck(town.lab) == [("session_lost", "alice")]


@pytest.mark.parametrize("name", ["brokerage_down", "brokerage_late"])
def test_each_arming_strikes_a_login(town: LabTown, board: Board, alice: Person, phone: TestPhone, name: str) -> None:
    """Switched on again, it meets the next login again."""
    for _ in range(2):
        board.arm(Fault(name=name, user="alice", nth=1))
        logs_in(town, alice, phone)
        assert stands(town) is not UP
        logs_in(town, alice, phone)
        assert stands(town) is UP


@pytest.mark.parametrize("way", ["reauthenticate", "init"])
def test_a_rival_does_not_give_way_to_everything(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, way: str
) -> None:
    """Whoever neither competes nor logs out first stays as they are."""
    logs_in(town, alice, phone)
    compete(town, board)

    assert WAYS[way](town.verifier).is_competing


def test_a_page_does_not_end_what_a_gateway_rests_on(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """The page behind the login opens while the fault is on; the other browsers of that user are out as ever."""
    other = alice.logs_in(with_=phone)
    proof = logs_in(town, alice, phone)
    board.arm(Fault(name="competing_session", user="alice"))
    sessions.require_session(town.verifier, proof.token)

    assert require_gateway(town.verifier).is_competing
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, other.token)


def test_a_user_with_many_sessions_keeps_them_all(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The rival is one too many, and nobody's session ends for it."""
    proofs = [alice.logs_in(with_=phone) for _ in range(town.policy.sessions_per_user)]
    open_gateway(town.verifier, proofs[-1])
    compete(town, board)

    for proof in proofs[:-1]:
        found = town.outside.store.sessions.get(proof.session.session_id)
        assert found is not None
        assert found.ended_ms is None


def test_a_gateway_forgets_the_login(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """As after a restart at night: the look of a program ends it for browsers too; a new login is another one."""
    proof = logs_in(town, alice, phone)
    board.arm(Fault(name="session_lost", user="alice", nth=1))
    for _ in range(2):
        with refused(Reason.SESSION_EXPIRED):
            require_gateway(town.verifier)
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
    assert alice.events()[-1] == (EventKind.SESSION_EXPIRED, None)
    assert struck(town.lab) == [("session_lost", "alice")]

    logs_in(town, alice, phone)

    assert stands(town) is UP


def test_a_login_that_is_over_is_not_struck(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """What has ended can neither be lost nor competed with."""
    proof = logs_in(town, alice, phone)
    sessions.end_session(town.verifier, proof.session)
    board.arm(Fault(name="session_lost"))
    board.arm(Fault(name="competing_session"))
    with refused(Reason.SESSION_EXPIRED):
        require_gateway(town.verifier)

    assert town.verifier.store.sessions.get(proof.session.session_id) is not None
    assert struck(town.lab) == []
