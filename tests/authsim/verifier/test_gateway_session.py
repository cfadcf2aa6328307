"""The one session of a gateway-compatible front: what it rests on, how its brokerage session moves, who competes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from authsim.errors import Reason, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Authenticated, Factors, GatewayStanding, PortalSession, Reach
from authsim.policy import SECOND
from authsim.states import Brokerage
from authsim.verifier import Verifier, operators, sessions
from authsim.verifier.challenge_response import complete_challenge
from authsim.verifier.gateway_session import (
    begin_brokerage,
    log_out,
    open_gateway,
    reauthenticate,
    require_gateway,
)
from authsim.verifier.secure_login import opt_out
from authsim.verifier.trading_entry import AskedTrading, EnteredTrading, enter_trading, require_trading
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, Person, Town, refused

#: What a row of the brokerage session says: what it was, and what it is.
Told = tuple[str | None, str]
OPENED: Told = (None, "up")
IDLE_S = 360

#: What a program may ask for.
CALLS: dict[str, Callable[[Verifier], object]] = {
    "look": require_gateway,
    "begin": lambda verifier: begin_brokerage(verifier, compete=False),
    "compete": lambda verifier: begin_brokerage(verifier, compete=True),
    "reauthenticate": reauthenticate,
    "log out": log_out,
}


@pytest.fixture
def phone(town: Town, alice: Person, phone: TestPhone) -> TestPhone:
    """The phone of alice, activated."""
    alice.activates(phone)
    return phone


@pytest.fixture
def proof(town: Town, alice: Person, phone: TestPhone) -> Authenticated:
    """alice has logged in on the pages of the front."""
    return logs_in(town, alice, phone)


def logs_in(town: Town, person: Person, phone: TestPhone) -> Authenticated:
    """Complete a login on the pages of the front."""
    proof = person.logs_in(with_=phone)
    open_gateway(town.verifier, proof)
    return proof


def logs_in_elsewhere(town: Town, person: Person, phone: TestPhone) -> Authenticated:
    """Complete a login on the trading device."""
    asked = enter_trading(town.verifier, person.passes_password())
    assert isinstance(asked, AskedTrading)
    response = phone.respond(asked.challenge.question)
    return complete_challenge(town.verifier, token=asked.token, response=response, client=BROWSER)


def look(town: Town) -> GatewayStanding:
    """How the front stands now."""
    return require_gateway(town.verifier)


def shows(standing: GatewayStanding) -> tuple[Brokerage, bool, bool, bool]:
    """What programs are told: the state, and whether it is authenticated, connected and competing."""
    return standing.gateway.brokerage, standing.is_authenticated, standing.is_connected, standing.is_competing


UP = (Brokerage.UP, True, True, False)
COMPETING = (Brokerage.UP, False, True, True)
IDLE = (Brokerage.IDLE, False, True, False)
OUT = (Brokerage.LOGGED_OUT, False, False, False)


def brokerage_rows(town: Town) -> list[Event]:
    """The rows about the brokerage session, oldest first."""
    return [row for row in town.record() if row.kind in {EventKind.BROKERAGE_BEGUN, EventKind.BROKERAGE_ENDED}]


def brokerage_events(town: Town) -> list[Told]:
    """What these rows tell; one that began is up."""
    return [
        (row.facts.get("was"), "up" if row.kind is EventKind.BROKERAGE_BEGUN else row.facts["now"])
        for row in brokerage_rows(town)
    ]


# -- nobody, and who


@pytest.mark.parametrize("call", CALLS)
def test_nobody_ever_logged_in(town: Town, call: str) -> None:
    """Whatever is asked, there is no session, and nothing is written."""
    with refused(Reason.SESSION_EXPIRED):
        CALLS[call](town.verifier)

    assert town.events() == []


def test_a_login_becomes_the_session_of_the_front(town: Town, alice: Person, proof: Authenticated) -> None:
    """It is authenticated at once, says whose it is and when it ends, and is told by a handle that opens nothing."""
    standing = look(town)

    assert shows(standing) == UP
    assert standing.user.user_id == alice.user.user_id
    assert standing.session == proof.session
    assert standing.expires_ms == town.clock.now_ms() + 900 * SECOND
    handle = standing.gateway.handle
    assert (len(handle), set(handle) <= set("0123456789abcdef")) == (32, True)
    assert handle != proof.session.session_id
    assert handle not in proof.token.reveal_text()
    assert brokerage_events(town) == [OPENED]


def test_it_ends_no_later_than_its_login(town: Town, proof: Authenticated) -> None:
    """Close to the absolute end, that is when it ends, however busy the programs are."""
    for _ in range(12 * 6 - 1):
        town.clock.advance(seconds=600)
        look(town)

    assert look(town).expires_ms == proof.session.expires_ms


def test_the_record_says_who_and_whence_and_nothing_else(town: Town, proof: Authenticated) -> None:
    """No handle, no id of a session and no token stands in a row of the brokerage session."""
    log_out(town.verifier)

    rows = brokerage_rows(town)
    whence = {"address": BROWSER.address, "agent": BROWSER.agent}
    assert [(row.user_id, row.reason) for row in rows] == [(proof.session.user_id, None)] * 2
    assert [row.facts for row in rows] == [whence, whence | {"was": "up", "now": "logged_out"}]


def test_a_restricted_session_is_one_too(town: Town, alice: Person, phone: TestPhone) -> None:
    """A login by a factor that restricts what the portal shows is a login all the same."""
    proof = alice.logs_in(with_=phone)
    open_gateway(town.verifier, replace(proof, session=replace(proof.session, reach=Reach.RESTRICTED)))

    assert shows(look(town)) == UP


@pytest.mark.parametrize("reach", [Reach.CARD_ONLY, Reach.TRADING])
def test_a_session_that_reaches_less_is_none(town: Town, alice: Person, phone: TestPhone, reach: Reach) -> None:
    """A session for a card alone, or of the trading device, neither becomes the front's nor replaces it."""
    proof = alice.logs_in(with_=phone)
    open_gateway(town.verifier, replace(proof, session=replace(proof.session, reach=reach)))

    with refused(Reason.SESSION_EXPIRED):
        look(town)
    assert brokerage_events(town) == []


def test_the_newest_login_takes_its_place(town: Town, alice: Person, proof: Authenticated, phone: TestPhone) -> None:
    """The second login of the same user is the front's, and the browser of the first stays signed in."""
    log_out(town.verifier)
    before = look(town)
    second = logs_in(town, alice, phone)

    assert shows(look(town)) == UP
    assert look(town).session.session_id == second.session.session_id
    assert look(town).gateway.handle != before.gateway.handle
    sessions.require_session(town.verifier, proof.token)


def test_another_user_takes_its_place(town: Town, alice: Person, proof: Authenticated) -> None:
    """The front is the other user's from then on, and the first one's ways of logging in elsewhere are no rivals."""
    bob, phone = town.adds("bob", number="+12125550143"), town.sells_phone()
    bob.activates(phone)
    logs_in(town, bob, phone)

    assert look(town).user.name == "bob"
    assert shows(look(town)) == UP


def test_an_older_login_that_comes_late_takes_nobodys_place(town: Town, alice: Person, phone: TestPhone) -> None:
    """Of two logins that end at one moment the newer is the front's, whichever is written last, and has no rival."""
    older = alice.logs_in(with_=phone)
    newer = logs_in(town, alice, phone)
    open_gateway(town.verifier, older)

    assert look(town).session == newer.session
    assert shows(look(town)) == UP
    assert brokerage_events(town) == [OPENED]


# -- every state, and everything that may be asked


def is_up(town: Town, _alice: Person, _phone: TestPhone) -> None:
    """The brokerage session is up."""


def is_idle(town: Town, _alice: Person, _phone: TestPhone) -> None:
    """It fell asleep."""
    town.clock.advance(seconds=IDLE_S)
    look(town)


def is_logged_out(town: Town, _alice: Person, _phone: TestPhone) -> None:
    """It was logged out."""
    log_out(town.verifier)


def has_rival(town: Town, alice: Person, phone: TestPhone) -> None:
    """It is up, and alice logged in on the trading device."""
    town.clock.advance(seconds=1)
    logs_in_elsewhere(town, alice, phone)


def is_idle_with_rival(town: Town, alice: Person, phone: TestPhone) -> None:
    """It fell asleep, and alice logged in elsewhere."""
    is_idle(town, alice, phone)
    has_rival(town, alice, phone)


def is_logged_out_with_rival(town: Town, alice: Person, phone: TestPhone) -> None:
    """It was logged out, and alice logged in elsewhere."""
    is_logged_out(town, alice, phone)
    has_rival(town, alice, phone)


STANDINGS: dict[str, Callable[[Town, Person, TestPhone], None]] = {
    "up": is_up,
    "idle": is_idle,
    "logged out": is_logged_out,
    "up, rival": has_rival,
    "idle, rival": is_idle_with_rival,
    "logged out, rival": is_logged_out_with_rival,
}
#: (how it stands, what is asked) -> how it stands then, the rows that follow, how many sessions of the user are open.
AFTER: dict[tuple[str, str], tuple[object, list[Told], int]] = {
    ("up", "look"): (UP, [], 1),
    ("up", "begin"): (UP, [], 1),
    ("up", "compete"): (UP, [], 1),
    ("up", "reauthenticate"): (UP, [], 1),
    ("up", "log out"): (OUT, [("up", "logged_out")], 1),
    ("idle", "look"): (IDLE, [], 1),
    ("idle", "begin"): (UP, [("idle", "up")], 1),
    ("idle", "compete"): (UP, [("idle", "up")], 1),
    ("idle", "reauthenticate"): (UP, [("idle", "up")], 1),
    ("idle", "log out"): (OUT, [("idle", "logged_out")], 1),
    ("logged out", "look"): (OUT, [], 1),
    ("logged out", "begin"): (UP, [("logged_out", "up")], 1),
    ("logged out", "compete"): (UP, [("logged_out", "up")], 1),
    ("logged out", "reauthenticate"): (UP, [("logged_out", "up")], 1),
    ("logged out", "log out"): (OUT, [], 1),
    ("up, rival", "look"): (COMPETING, [], 2),
    ("up, rival", "begin"): (COMPETING, [], 2),
    ("up, rival", "compete"): (UP, [("up", "up")], 1),
    ("up, rival", "reauthenticate"): (COMPETING, [], 2),
    ("up, rival", "log out"): (OUT, [("up", "logged_out")], 2),
    ("idle, rival", "look"): (IDLE, [], 2),
    ("idle, rival", "begin"): (COMPETING, [("idle", "up")], 2),
    ("idle, rival", "compete"): (UP, [("idle", "up")], 1),
    ("idle, rival", "reauthenticate"): (UP, [("idle", "up")], 1),
    ("idle, rival", "log out"): (OUT, [("idle", "logged_out")], 2),
    ("logged out, rival", "look"): (OUT, [], 2),
    ("logged out, rival", "begin"): (COMPETING, [("logged_out", "up")], 2),
    ("logged out, rival", "compete"): (UP, [("logged_out", "up")], 1),
    ("logged out, rival", "reauthenticate"): (UP, [("logged_out", "up")], 1),
    ("logged out, rival", "log out"): (OUT, [], 2),
}


@pytest.mark.parametrize(("before", "call"), AFTER)
def test_whatever_is_asked_wherever_it_stands(
    town: Town, alice: Person, proof: Authenticated, phone: TestPhone, before: str, call: str
) -> None:
    """Each call leads where the table says, answers what it led to, and the record tells each change once."""
    sessions.end_session(town.verifier, _limited_one(town, proof))
    STANDINGS[before](town, alice, phone)
    rows = len(brokerage_events(town))
    standing, events, open_ones = AFTER[before, call]

    answer = CALLS[call](town.verifier)

    assert shows(look(town)) == standing
    assert answer is None or shows(answer) == standing  # type: ignore[arg-type]
    assert brokerage_events(town)[rows:] == events
    assert len(sessions.list_sessions(town.verifier, alice.user.user_id)) == open_ones
    assert look(town).session.session_id == proof.session.session_id


def _limited_one(town: Town, proof: Authenticated) -> PortalSession:
    """The session in which the phone was activated."""
    found = sessions.list_sessions(town.verifier, proof.session.user_id)
    return next(one for one in found if one.session_id != proof.session.session_id)


def test_the_table_above_is_whole() -> None:
    """Every way that the front can stand meets everything that a program may ask."""
    assert set(AFTER) == {(before, call) for before in STANDINGS for call in CALLS}


# -- time


def test_it_falls_asleep_to_the_millisecond(town: Town, alice: Person, proof: Authenticated) -> None:
    """Six minutes without a call: it sleeps, which is told once, and no call wakes it; the browser stays signed in."""
    town.clock.advance(seconds=IDLE_S, ms=-1)
    assert shows(look(town)) == UP
    town.clock.advance(seconds=IDLE_S)

    assert [shows(look(town)) for _ in range(3)] == [IDLE] * 3

    assert brokerage_events(town) == [OPENED, ("up", "idle")]
    sessions.require_session(town.verifier, proof.token)


def test_calls_keep_both_awake(town: Town, proof: Authenticated) -> None:
    """A call each minute keeps the brokerage session up, and the portal session open long after it would be idle."""
    for _ in range(60):
        town.clock.advance(seconds=60)
        assert shows(look(town)) == UP

    sessions.require_session(town.verifier, proof.token)


def test_a_browser_keeps_the_portal_session_alone(town: Town, proof: Authenticated) -> None:
    """Pages that are opened are no call of a program: the brokerage session sleeps, its login goes on."""
    for _ in range(6):
        town.clock.advance(seconds=300)
        sessions.require_session(town.verifier, proof.token)

    assert shows(look(town)) == IDLE


def test_the_portal_session_ends_after_the_brokerage_session(town: Town, alice: Person, proof: Authenticated) -> None:
    """Fifteen minutes without anything end the login too, for browser and programs, and the record tells it once."""
    town.clock.advance(seconds=900, ms=-1)
    assert shows(look(town)) == IDLE
    town.clock.advance(seconds=900)

    for _ in range(2):
        for call in CALLS.values():
            with refused(Reason.SESSION_EXPIRED):
                call(town.verifier)
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
    assert alice.events().count((EventKind.SESSION_EXPIRED, None)) == 1


def test_twelve_hours_end_it_however_busy(town: Town, proof: Authenticated) -> None:
    """The absolute end of the login comes to the millisecond."""
    for _ in range(43_200 // 300 - 1):
        town.clock.advance(seconds=300)
        look(town)
    town.clock.advance(seconds=300, ms=-1)
    assert look(town).session.session_id == proof.session.session_id
    town.clock.advance(ms=1)

    with refused(Reason.SESSION_EXPIRED):
        look(town)


def test_a_call_is_written_at_most_every_five_seconds(town: Town, proof: Authenticated) -> None:
    """A busy program does not cost durable writes with each call."""
    opened_ms = town.clock.now_ms()
    town.clock.advance(seconds=5, ms=-1)
    standing = look(town)
    assert (standing.gateway.called_ms, standing.session.last_seen_ms) == (opened_ms, opened_ms)
    town.clock.advance(ms=1)

    now_ms = town.clock.now_ms()
    for _ in range(2):
        standing = look(town)
        assert (standing.gateway.called_ms, standing.session.last_seen_ms) == (now_ms, now_ms)


@pytest.mark.parametrize("number", ["brokerage_idle_seconds", "session_idle_seconds"])
def test_a_short_idle_time_is_noticed_often_enough(town: Town, proof: Authenticated, number: str) -> None:
    """With an idle time of ten seconds, a program that calls each second keeps everything up."""
    town.under(**{number: 10})
    for _ in range(30):
        town.clock.advance(seconds=1)
        assert shows(look(town)) == UP


def test_who_begins_and_ends_all_the_time_is_not_idle(town: Town, proof: Authenticated) -> None:
    """A program that does nothing but log out and in again keeps the portal session open as any other call does."""
    for _ in range(300):
        town.clock.advance(seconds=4)
        log_out(town.verifier)
        assert shows(begin_brokerage(town.verifier, compete=False)) == UP


# -- what ends it


def _signs_out(town: Town, _alice: Person, proof: Authenticated, _phone: TestPhone) -> None:
    sessions.end_session(town.verifier, proof.session)


def _is_signed_out(town: Town, alice: Person, proof: Authenticated, phone: TestPhone) -> None:
    other = sessions.require_session(town.verifier, alice.logs_in(with_=phone).token)
    sessions.end_other_session(town.verifier, other, proof.session.session_id)


def _takes_password(_town: Town, alice: Person, _proof: Authenticated, _phone: TestPhone) -> None:
    alice.takes_password(PASSWORD)


def _loses_phone(town: Town, alice: Person, _proof: Authenticated, _phone: TestPhone) -> None:
    operators.revoke_device(town.verifier, alice.user)


def _is_removed(town: Town, alice: Person, _proof: Authenticated, _phone: TestPhone) -> None:
    operators.remove_user(town.verifier, alice.user)


def _logs_in_too_often(town: Town, alice: Person, _proof: Authenticated, phone: TestPhone) -> None:
    """Of more sessions than a user may have the oldest ends."""
    for _ in range(town.policy.sessions_per_user):
        logs_in_elsewhere(town, alice, phone)


@pytest.mark.parametrize(
    "end", [_signs_out, _is_signed_out, _takes_password, _loses_phone, _is_removed, _logs_in_too_often]
)
def test_it_ends_with_its_login(
    town: Town,
    alice: Person,
    proof: Authenticated,
    phone: TestPhone,
    end: Callable[[Town, Person, Authenticated, TestPhone], None],
) -> None:
    """Whatever ends the portal session ends the front's, for every call, and begins nothing anew."""
    look(town)
    end(town, alice, proof, phone)
    begun = brokerage_events(town)

    for call in CALLS.values():
        with refused(Reason.SESSION_EXPIRED):
            call(town.verifier)
    assert brokerage_events(town) == begun


# -- rivals


def test_a_login_elsewhere_competes_until_it_ends(
    town: Town, alice: Person, proof: Authenticated, phone: TestPhone
) -> None:
    """It competes from its first moment on, also within the same millisecond, and no more once it is signed out."""
    rival = logs_in_elsewhere(town, alice, phone)
    assert shows(look(town)) == COMPETING

    sessions.end_session(town.verifier, rival.session)

    assert shows(look(town)) == UP


def test_a_rival_that_is_idle_competes_no_more(
    town: Town, alice: Person, proof: Authenticated, phone: TestPhone
) -> None:
    """A session that nobody uses is over, whether or not somebody has noticed."""
    logs_in_elsewhere(town, alice, phone)
    for _ in range(3):
        town.clock.advance(seconds=299)
        assert shows(look(town)) == COMPETING
    town.clock.advance(seconds=3)

    assert shows(look(town)) == UP


def test_an_older_session_is_no_rival(town: Town, alice: Person, phone: TestPhone) -> None:
    """Whoever was in before the front's login is not somebody who came later, and is spared when it takes over."""
    older = logs_in_elsewhere(town, alice, phone)
    logs_in(town, alice, phone)
    assert shows(look(town)) == UP
    log_out(town.verifier)
    reauthenticate(town.verifier)

    sessions.require_session(town.verifier, older.token)


def test_who_opted_out_competes_with_the_password_alone(
    town: Town, alice: Person, proof: Authenticated, phone: TestPhone
) -> None:
    """The trading device of who opted out asks for no second factor, and is a rival all the same until it is ended."""
    opt_out(town.verifier, sessions.require_session(town.verifier, proof.token), agreed=True)
    rival = enter_trading(town.verifier, alice.passes_password())
    assert isinstance(rival, EnteredTrading)
    assert shows(look(town)) == COMPETING

    assert shows(begin_brokerage(town.verifier, compete=True)) == UP

    with refused(Reason.SESSION_EXPIRED):
        require_trading(town.verifier, rival.token)


def test_all_rivals_give_way(town: Town, alice: Person, proof: Authenticated, phone: TestPhone) -> None:
    """Taking over ends each of them, and tells it; the next rival competes anew."""
    rivals = [logs_in_elsewhere(town, alice, phone) for _ in range(3)]
    begin_brokerage(town.verifier, compete=True)
    for rival in rivals:
        with refused(Reason.SESSION_EXPIRED):
            require_trading(town.verifier, rival.token)
    assert alice.events().count((EventKind.SESSION_ENDED, None)) == 3

    logs_in_elsewhere(town, alice, phone)

    assert shows(look(town)) == COMPETING


def test_the_login_of_another_user_is_no_rival(town: Town, proof: Authenticated) -> None:
    """Only the same user competes."""
    bob, sold = town.adds("bob", number="+12125550143"), town.sells_phone()
    bob.activates(sold)
    logs_in_elsewhere(town, bob, sold)

    assert shows(look(town)) == UP


@pytest.mark.parametrize("fields", [{"reach": Reach.CARD_ONLY}, {"factors": Factors.ONE}])
def test_what_is_no_login_is_no_rival(
    town: Town, alice: Person, proof: Authenticated, phone: TestPhone, fields: dict[str, Any]
) -> None:
    """Who is in for nothing but the online card, or has passed the password alone, trades nowhere."""
    other = replace(logs_in_elsewhere(town, alice, phone).session, **fields)
    real = town.verifier.store.sessions.list_open(alice.user.user_id, now_ms=town.clock.now_ms())
    shown = [other if one.session_id == other.session_id else one for one in real]
    town.between.replace("sessions.list_open", lambda *_, **__: shown)

    assert shows(look(town)) == UP


# -- at one moment


def test_two_see_it_asleep_at_one_moment(town: Town, proof: Authenticated) -> None:
    """Both are told that it sleeps; the record has it once."""
    town.clock.advance(seconds=IDLE_S)
    met = []
    town.between.before("gateways.move", lambda: met.append(shows(look(town))))

    assert [shows(look(town)), *met] == [IDLE, IDLE]
    assert brokerage_events(town) == [OPENED, ("up", "idle")]


def test_a_program_calls_while_it_falls_asleep(town: Town, proof: Authenticated) -> None:
    """A program that called a moment before, and was told that it is up, finds it up."""
    handle = look(town).gateway.handle
    town.clock.advance(seconds=IDLE_S)
    called_ms = town.clock.now_ms() - 1
    town.between.before("gateways.move", lambda: town.verifier.store.gateways.touch(handle, now_ms=called_ms))

    assert shows(look(town)) == UP
    assert brokerage_events(town) == [OPENED]


def test_another_user_logs_in_while_it_falls_asleep(town: Town, proof: Authenticated) -> None:
    """The answer is about the one or the other, never about a mixture of both."""
    bob, sold = town.adds("bob", number="+12125550143"), town.sells_phone()
    bob.activates(sold)
    town.clock.advance(seconds=IDLE_S)
    newer: list[Authenticated] = []
    town.between.before("gateways.move", lambda: newer.append(logs_in(town, bob, sold)))

    standing = look(town)

    assert (standing.user.name, shows(standing)) == ("bob", UP)
    assert standing.session == newer[0].session
    assert brokerage_events(town) == [OPENED, OPENED]


@pytest.mark.parametrize("call", ["begin", "compete", "reauthenticate"])
def test_two_begin_it_at_one_moment(town: Town, proof: Authenticated, call: str) -> None:
    """Both are told that it is up; it begins once."""
    log_out(town.verifier)
    met = []
    town.between.before("gateways.move", lambda: met.append(shows(CALLS[call](town.verifier))))  # type: ignore[arg-type]

    assert [shows(CALLS[call](town.verifier)), *met] == [UP, UP]  # type: ignore[arg-type]
    assert brokerage_events(town) == [OPENED, ("up", "logged_out"), ("logged_out", "up")]


def test_two_take_over_at_one_moment(town: Town, alice: Person, proof: Authenticated, phone: TestPhone) -> None:
    """The rival ends once, and both are told that the session is theirs: it is the same one."""
    logs_in_elsewhere(town, alice, phone)
    town.between.before("sessions.end", lambda: begin_brokerage(town.verifier, compete=True))

    assert shows(begin_brokerage(town.verifier, compete=True)) == UP
    assert alice.events().count((EventKind.SESSION_ENDED, None)) == 1


def test_it_is_logged_out_while_it_begins(town: Town, proof: Authenticated) -> None:
    """Whoever loses the race is told how it stands, not what was hoped."""
    town.clock.advance(seconds=IDLE_S)
    look(town)
    town.between.before("gateways.move", lambda: log_out(town.verifier))

    assert shows(begin_brokerage(town.verifier, compete=False)) == OUT


@pytest.mark.parametrize("call", ["compete", "reauthenticate"])
def test_who_loses_the_race_ends_nobody(
    town: Town, alice: Person, proof: Authenticated, phone: TestPhone, call: str
) -> None:
    """A rival gives way to a brokerage session that began, never to one that did not."""
    is_idle_with_rival(town, alice, phone)
    ended = alice.events().count((EventKind.SESSION_ENDED, None))
    town.between.before("gateways.move", lambda: log_out(town.verifier))

    assert shows(CALLS[call](town.verifier)) == OUT  # type: ignore[arg-type]
    assert alice.events().count((EventKind.SESSION_ENDED, None)) == ended


def test_all_of_a_take_over_happens_at_one_instant(
    town: Town, alice: Person, proof: Authenticated, phone: TestPhone
) -> None:
    """However long it takes, the rows of the beginning and of the rival's end tell the instant of the call."""
    has_rival(town, alice, phone)
    now_ms, rows = town.clock.now_ms(), len(town.record())
    town.between.before("sessions.list_open", lambda: town.clock.advance(seconds=1))

    begin_brokerage(town.verifier, compete=True)

    assert {(row.kind, row.at_ms) for row in town.record()[rows:]} == {
        (EventKind.BROKERAGE_BEGUN, now_ms),
        (EventKind.SESSION_ENDED, now_ms),
    }


@pytest.mark.parametrize(("call", "elapsed_s"), [("log out", 0), ("look", IDLE_S)])
def test_what_changes_all_the_while_is_given_up(town: Town, proof: Authenticated, call: str, elapsed_s: int) -> None:
    """Whoever loses every race is told that the store is busy, after a few tries."""
    town.clock.advance(seconds=elapsed_s)
    tries = []

    def lose(*_: object, **__: object) -> None:
        tries.append(1)
        raise StoreConflictError("somebody was faster")

    town.between.replace("gateways.move", lose)

    with pytest.raises(StoreConflictError):
        CALLS[call](town.verifier)
    assert 1 < len(tries) < 20


@pytest.mark.parametrize(("meanwhile", "before_last"), [("log out", "idle"), ("begin", "up")])
def test_it_changes_while_it_is_logged_out(town: Town, proof: Authenticated, meanwhile: str, before_last: str) -> None:
    """A log-out that was asked for has happened when it is answered, whatever else did."""
    town.clock.advance(seconds=IDLE_S)
    look(town)
    town.between.before("gateways.move", lambda: CALLS[meanwhile](town.verifier))

    log_out(town.verifier)

    assert shows(look(town)) == OUT
    assert [now for _, now in brokerage_events(town)][-2:] == [before_last, "logged_out"]


def test_its_login_ends_while_it_takes_over(town: Town, alice: Person, phone: TestPhone) -> None:
    """Whoever has just been signed out takes nothing over: sessions of before stay open."""
    older = logs_in_elsewhere(town, alice, phone)
    proof = logs_in(town, alice, phone)
    log_out(town.verifier)
    town.between.before("sessions.list_open", lambda: sessions.end_session(town.verifier, proof.session))

    with refused(Reason.SESSION_EXPIRED):
        reauthenticate(town.verifier)

    assert require_trading(town.verifier, older.token).session.session_id == older.session.session_id


def test_it_expires_for_two_at_one_moment(town: Town, alice: Person, proof: Authenticated) -> None:
    """The end of the login is written once, whoever sees it first."""
    town.clock.advance(seconds=900)

    def meanwhile() -> None:
        with refused(Reason.SESSION_EXPIRED):
            look(town)

    town.between.before("sessions.end", meanwhile)
    with refused(Reason.SESSION_EXPIRED):
        look(town)
    assert alice.events().count((EventKind.SESSION_EXPIRED, None)) == 1
