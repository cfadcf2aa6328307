"""A town as a state machine: what its people and its thieves may do in any order, each step beside the plain model.

This file has the town and what happens in browsers; `town_machine_phones` goes on with what happens on phones.
"""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from authsim.adapters.memory import MemoryStore
from authsim.errors import Reason
from authsim.model import Authenticated, FirstFactorPassed, Mode
from authsim.policy import Policy
from authsim.secret import Secret
from authsim.verifier import activation, challenge_response, login, passwords, pending, push, sessions
from tests.support import model_phones
from tests.support.model_nouns import ACTIVE, Key, Session, User
from tests.support.model_town import ModelTown
from tests.support.people import PASSWORD, WRONG, Person, Town, question_of, refused
from tests.support.ports import BetweenSteps
from tests.support.town_cast import (
    CELLAR,
    Adds,
    Asked,
    Begun,
    Hand,
    Place,
    Sent,
    Shown,
    SignedIn,
    happens,
)
from tests.support.town_watch import Watch

NUMBERS = {"alice": "+12125550142", "bob": "+12125550143"}
UNHEARD = "mallory-typed-this"
NAMES = st.sampled_from(sorted(NUMBERS))
PLACES = st.sampled_from(["desk", "sofa", CELLAR])
PICK = st.integers(0, 2)
WHO = st.sampled_from(["owner", "owner", "owner", "other", "stolen"])
#: The lives in the policies, to the second and a second less; most of the time little time passes.
SECONDS = st.one_of(
    st.sampled_from([1, 31, 53, 61]),
    st.sampled_from([1, 31, 119, 120, 179, 180, 240]),
    st.sampled_from([299, 300, 599, 600, 899, 900, 43_200, 86_400]),
)


def as_it_is(town: Town, store: MemoryStore) -> None:
    """Spoil nothing."""


class TownMachine(RuleBasedStateMachine):
    """Two users, three phones, two browsers, and the cellar. `spoil` breaks the portal, to see if it is noticed."""

    def __init__(self, policy: Policy | None = None, spoil: Callable[[Town, MemoryStore], None] = as_it_is) -> None:
        super().__init__()
        store = MemoryStore()
        self.town = Town(policy=policy or Policy(), between=BetweenSteps(store))
        self.verifier = self.town.verifier
        self.model = ModelTown(policy=self.town.policy, now_ms=self.town.clock.now_ms())
        self.watch = Watch(town=self.town, tables=store._tables, model=self.model)
        self.people: dict[str, Person] = {}
        for name, number in NUMBERS.items():
            self.people[name] = self.town.adds(name, number=number)
            self.model.users[name] = User(name=name, password=PASSWORD.reveal_text())
        spoil(self.town, store)
        self.places = {name: Place(name=name) for name in ("desk", "sofa", CELLAR)}
        self.hands = [Hand(phone=self.town.sells_phone()) for _ in range(3)]
        self.burner = Hand(phone=self.town.sells_phone(), is_thief=True)
        self.stolen: list[Hand] = []
        self.asked: list[Asked] = []
        self.sent: list[Sent] = []
        self.adds: list[Adds] = []
        self.overheard = "00000000"
        self.logs_in("desk", "alice", True)
        self.scans_code(0, "desk", 1)

    def scans_code(self, number: int, where: str, back: int) -> None:
        """Overridden by the rule of that name."""
        raise NotImplementedError

    # -- what is true after each step

    @invariant()
    def model_and_portal_agree(self) -> None:
        self.watch.require()

    def teardown(self) -> None:
        self.watch.require_whole_record(unheard=UNHEARD)

    # -- passwords

    def passes(self, place: Place, name: str, password: str) -> FirstFactorPassed | None:
        is_right = self.model.types_password(self.model.users[name], password)
        first = happens(
            lambda: passwords.require_password(self.verifier, name=name, password=Secret(password), client=place.client)
        )
        assert (first is not None) == is_right, "a password"
        return first

    def known_password(self, who: Place | Hand, name: str) -> str:
        return PASSWORD.reveal_text() if who.is_thief else self.model.users[name].password

    @rule(place=PLACES, name=NAMES, notify=st.booleans())
    def logs_in(self, place: str, name: str, notify: bool) -> None:
        """Type name and password: a login if there is an active phone, else the limited session."""
        where, user = self.places[place], self.model.users[name]
        first = self.passes(where, name, self.known_password(where, name))
        if first is None:
            return
        if user.key is not None and user.key.state == ACTIVE:
            begun = login.begin_login(self.verifier, first, mode=Mode.LIVE, notify=notify)
            where.begun = Begun(self.model.begins(place, user, notify=notify), begun)
            self.is_asked(where.begun)
            return
        with refused(Reason.NO_ACTIVE_DEVICE):
            login.begin_login(self.verifier, first, mode=Mode.LIVE, notify=notify)
        entry = activation.open_limited_session(self.verifier, first)
        where.is_in = SignedIn(model_phones.enters(self.model, place, user), entry.token)
        where.is_in.session.portal_id = entry.session.session_id
        self.sees_code(where)

    @rule(name=NAMES, count=st.sampled_from([1, 1, 2, 4, 5, 10]), is_patient=st.booleans())
    def types_wrong_passwords(self, name: str, count: int, is_patient: bool) -> None:
        """Guess, with or without waiting for the throttle."""
        for _ in range(count):
            self.passes(self.places[CELLAR], name, WRONG.reveal_text())
            if is_patient:
                self.time_passes(900)

    @rule()
    def types_an_unknown_name(self) -> None:
        """Somebody types what is no user's name, and a password that may be good somewhere else."""
        for name in (UNHEARD, f"{UNHEARD}-{'x' * 40}"):
            with refused(Reason.WRONG_PASSWORD):
                passwords.require_password(
                    self.verifier, name=name, password=Secret(UNHEARD), client=self.places[CELLAR].client
                )
        self.watch.require_nothing_of(UNHEARD)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.town.clock.advance(seconds=seconds)
        self.model.now_ms += seconds * 1_000

    # -- logins that wait

    def waiting(self, pick: int = 0) -> list[Place]:
        """The browsers that began a login, the picked one first."""
        places = [place for place in self.places.values() if place.begun is not None]
        return places[pick % len(places) :] if places else []

    def hand_of(self, key: Key, who: str) -> Hand:
        """The hand that holds the phone with this key, or whoever else is meant."""
        hands = [*self.hands, self.burner]
        found = {
            "owner": next((hand for hand in hands if hand.key is key), hands[0]),
            "stolen": next((hand for hand in reversed(self.stolen) if hand.key is key), self.burner),
            "other": next((hand for hand in hands if hand.key not in (key, None)), self.burner),
        }
        return found[who]

    def is_asked(self, begun: Begun) -> None:
        asked = begun.pending.push
        assert asked is not None
        request = begun.login.requests[-1]
        assert asked.is_notified == request.is_announced, "what is announced"
        self.asked.append(Asked(request, asked))

    def signs_in(self, place: Place, expected: Session | None, entry: Authenticated | None) -> None:
        assert (entry is not None) == (expected is not None), "a second factor"
        if entry is not None and expected is not None:
            expected.portal_id = entry.session.session_id
            place.is_in = SignedIn(expected, entry.token)

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK, who=WHO)
    def types_response(self, pick: int, who: str) -> None:
        """Type what a phone answers; in the cellar, what the thief's own phone says, or what was overheard."""
        where = self.waiting(pick)[0]
        assert where.begun is not None
        begun, waiting = where.begun
        hand = self.burner if where.is_thief else self.hand_of(begun.key, who)
        response, key = self.overheard, hand.key
        if key is not None:
            self.overheard = response = hand.phone.respond(question_of(waiting))
        expected = self.model.answers(begun, is_right=key is begun.key)
        entry = happens(
            lambda: challenge_response.complete_challenge(
                self.verifier, token=waiting.token, response=response, client=where.client
            )
        )
        self.signs_in(where, expected, entry)

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK)
    def collects(self, pick: int) -> None:
        """Go on after the phone approved, or try to."""
        where = self.waiting(pick)[0]
        assert where.begun is not None
        begun, waiting = where.begun
        expected = self.model.collects(begun)
        entry = happens(lambda: push.complete_approved(self.verifier, token=waiting.token, client=where.client))
        self.signs_in(where, expected, entry)

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK)
    def resends(self, pick: int) -> None:
        where = self.waiting(pick)[0]
        assert where.begun is not None
        begun, waiting = where.begun
        is_sent = self.model.resends(begun)
        again = happens(lambda: push.resend_request(self.verifier, token=waiting.token, client=where.client))
        assert (again is not None) == is_sent, "another request"
        if again is not None:
            where.begun = Begun(begun, again)
            self.is_asked(where.begun)

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK)
    def looks_at_the_login(self, pick: int) -> None:
        """Reload the page that waits."""
        where = self.waiting(pick)[0]
        assert where.begun is not None
        begun, waiting = where.begun
        found = happens(lambda: pending.find_pending(self.verifier, waiting.token))
        assert (found is not None) == self.model.is_waiting(begun), "a login that waits"

    # -- browsers that are in

    def shows_page(self, place: Place) -> sessions.SignedIn | None:
        if place.is_in is None:
            return None
        session, token = place.is_in
        is_open = self.model.uses(session)
        signed_in = happens(lambda: sessions.require_session(self.verifier, token))
        assert (signed_in is not None) == is_open, "a page"
        return signed_in

    @rule(place=PLACES, is_leaving=st.booleans())
    def uses_a_page(self, place: str, is_leaving: bool) -> None:
        """Open a page of a session; or sign out on it."""
        where = self.places[place]
        signed_in = self.shows_page(where)
        if signed_in is not None and is_leaving and where.is_in is not None:
            sessions.end_session(self.verifier, signed_in.session)
            where.is_in.session.is_ended = True

    @rule(place=PLACES)
    def steps_up(self, place: str) -> None:
        """Press *Sign in with your phone* in the limited session."""
        where = self.places[place]
        signed_in = self.shows_page(where)
        if signed_in is None or where.is_in is None or where.is_in.session.key is not None:
            return
        session = where.is_in.session
        user = session.user
        may_begin = not self.model.is_locked(user) and user.key is not None and user.key.state == ACTIVE
        begun = happens(lambda: login.begin_step_up(self.verifier, signed_in.session, client=where.client))
        assert (begun is not None) == may_begin, "a step up"
        if begun is not None:
            where.begun = Begun(self.model.begins(place, user, session=session), begun)
            self.is_asked(where.begun)

    def sees_code(self, place: Place) -> None:
        """Read the QR code that the page of the limited session shows, if it does."""
        assert place.is_in is not None
        session, token = place.is_in
        row = self.watch.tables.sessions[session.portal_id]  # type: ignore[index]
        view = happens(lambda: activation.show_activation(self.verifier, session=row, token=token))
        offer = None if view is None else view.offer
        is_shown = session.code is not None and model_phones.is_fresh(self.model, session.code)
        assert (offer is not None) == is_shown, "a QR code"
        if offer is not None and session.code is not None:
            place.shown.append(Shown(session.code, offer.uri))

    @rule(place=PLACES, disowns=st.booleans())
    def asks_for_another_code(self, place: str, disowns: bool) -> None:
        """Press *New code*, or *This was not me*, in the limited session."""
        where = self.places[place]
        signed_in = self.shows_page(where)
        if signed_in is None or where.is_in is None or where.is_in.session.key is not None:
            return
        session, token = where.is_in
        act = activation.disown if disowns else activation.fresh_activation
        expected = (model_phones.disowns if disowns else model_phones.renews)(self.model, session)
        offer = happens(lambda: act(self.verifier, session=signed_in.session, token=token))
        assert (offer is not None) == (expected is not None), "another code"
        self.sees_code(where)
