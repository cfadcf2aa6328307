"""The town as a state machine, continued: what happens on phones, by text, and at the help desk."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from authsim.errors import Reason, RefusalError
from authsim.model import Decision, Device
from authsim.protocol.device_session import SessionReply, parse_session_reply
from authsim.secret import Secret
from authsim.verifier import add_user, device_sessions, operators, push, redemption, suspension
from tests.support import model_phones
from tests.support.device import NETWORK
from tests.support.model_nouns import CONSUMED, GONE, SUSPENDED, User
from tests.support.people import WRONG, refused
from tests.support.town_cast import CELLAR, Adds, Asked, Hand, Sent, happens
from tests.support.town_machine import NAMES, PLACES, WHO, TownMachine

BACK = st.sampled_from([1, 1, 1, 2, 3, 4])
CODES = st.sampled_from(["right", "right", "wrong", "overheard"])
HELP = st.sampled_from(["suspend", "resume", "revoke", "lock", "unlock", "on", "off"])


class PhoneRules(TownMachine):
    """The number of a hand: 0 to 2 a person's, 3 the thief's own phone, above a stolen keystore."""

    def hand(self, number: int) -> Hand:
        hands = [*self.hands, self.burner, *self.stolen[-2:]]
        return hands[number % len(hands)]

    # -- phones and QR codes

    @rule(number=st.integers(0, 2), where=PLACES, back=BACK)
    def scans_code(self, number: int, where: str, back: int) -> None:
        """Scan a code that a page shows or showed, with a phone of whoever sits there."""
        place = self.places[where]
        hand = self.burner if place.is_thief else self.hands[number]
        if not place.shown:
            return
        code, uri = place.shown[-min(back, len(place.shown))]
        attempt = hand.phone.scan(uri)
        key = model_phones.activates(self.model, code, is_thief=hand.is_thief)
        reply = happens(lambda: redemption.redeem(self.verifier, attempt.request))
        assert (reply is not None) == (key is not None), "an activation"
        if reply is not None and key is not None:
            hand.phone.accept(attempt, reply)
            hand.key, key.portal_id = key, hand.phone.device_id
            assert redemption.redeem(self.verifier, attempt.request) == reply, "a lost reply"

    @rule(number=st.integers(0, 2))
    def is_stolen(self, number: int) -> None:
        """A keystore is copied; the phone stays in use until it is replaced."""
        if self.hands[number].key is not None:
            self.stolen.append(self.hands[number].copies())

    # -- decisions

    def opens_line(self, hand: Hand) -> bool:
        """Let a phone prove its key, and see what waits for it."""
        assert hand.key is not None
        expected = self.model.signs(hand.key, hand.phone.counter + 1)
        request = hand.phone.asks_for_session(self.verifier)
        text = happens(lambda: device_sessions.open_device_session(self.verifier, request))
        reply = None if text is None else parse_session_reply(text.encode())
        assert isinstance(reply, SessionReply) == expected, "a phone's session"
        if not isinstance(reply, SessionReply):
            return False
        signed_in = device_sessions.require_device_session(self.verifier, reply.token)
        waiting = {asked.push.request_id for asked in self.asked if self._rings(asked, hand)}
        listed = {row.request_id for row in push.list_requests(self.verifier, signed_in)}
        assert listed == waiting, "what a phone is asked"
        for asked in self.asked[-3:]:
            is_own = asked.request.key is hand.key
            found = happens(lambda: push.get_request(self.verifier, signed_in, asked.push.request_id))  # noqa: B023
            assert (found is not None) == is_own, "a request of somebody else"
        return True

    def _rings(self, asked: Asked, hand: Hand) -> bool:
        request = asked.request
        return request.key is hand.key and request.is_announced and self.model.takes_decision(request)

    @rule(number=st.integers(0, 5))
    def looks_at_the_phone(self, number: int) -> None:
        hand = self.hand(number)
        if hand.key is not None:
            self.opens_line(hand)

    @precondition(lambda self: self.asked)
    @rule(
        who=WHO,
        back=BACK,
        decision=st.sampled_from(Decision),
        is_number_right=st.integers(0, 3).map(bool),
        is_scanned=st.booleans(),
    )
    def decides(self, who: str, back: int, decision: Decision, is_number_right: bool, is_scanned: bool) -> None:
        """Answer a request, also a late one. People approve what they began themselves, and thieves do not collude."""
        asked = self.asked[-min(back, len(self.asked))]
        request, pushed = asked
        hand = self.hand_of(request.key, who)
        if hand.key is None:
            return
        if decision is Decision.APPROVE and request.login.place == CELLAR and hand is not self.burner:
            decision = Decision.DENY
        if is_scanned and not (self.opens_line(hand) and request.key is hand.key):
            return
        typed = pushed.number if is_number_right else f"{(int(pushed.number or 0) + 1) % 10**6:06d}"
        expected = self.model.decides(
            request, hand.key, counter=hand.phone.counter + 1, decision=decision, is_number_right=is_number_right
        )
        info = push.request_info(self.verifier, pushed)
        message = hand.phone.signs_decision(self.verifier, info, decision, number=typed)
        refused_for = None
        try:
            push.decide(self.verifier, pushed.request_id, message)
        except RefusalError as refusal:
            refused_for = refusal.reason
        assert (refused_for is None) == expected, "a decision"
        self.sent.append(Sent(asked, hand.key, decision, is_number_right, message, refused_for))

    @precondition(lambda self: self.sent)
    @rule(back=BACK, other=BACK)
    def repeats_a_decision(self, back: int, other: int) -> None:
        """Send what was seen on the wire again, for the request that it was for or for another one.

        What was accepted is answered as it was; what was refused for its number is refused again. Neither is an alarm.
        """
        asked, key, decision, is_number_right, message, refused_for = self.sent[-min(back, len(self.sent))]
        target = self.asked[-min(other, len(self.asked))]
        if target is asked and refused_for in (None, Reason.WRONG_NUMBER):
            again = happens(lambda: push.decide(self.verifier, target.push.request_id, message))
            assert again == (None if refused_for else decision), "the same decision"
            return
        expected = target is asked and self.model.decides(
            asked.request, key, counter=message.ctr, decision=decision, is_number_right=is_number_right
        )
        done = happens(lambda: push.decide(self.verifier, target.push.request_id, message))
        assert not expected
        assert done is None, "a decision that was sent before"

    # -- password and text

    def _reads_text(self, user: User) -> str:
        return self.people[user.name].reads_code()

    @rule(number=st.integers(0, 3), name=NAMES, is_right=st.integers(0, 4).map(bool))
    def asks_for_a_text(self, number: int, name: str, is_right: bool) -> None:
        """Begin to add a user on any phone: activation in the app, add user, migration and recovery are all this."""
        hand, user = self.hand(number), self.model.users[name]
        password = self.known_password(hand, name) if is_right else WRONG.reveal_text()
        flow = model_phones.asks_text(self.model, user, password, is_thief=hand.is_thief)
        adding = happens(lambda: hand.phone.starts_adding(self.verifier, name, Secret(password)))
        assert (adding is not None) == (flow is not None), "a text"
        if adding is not None and flow is not None:
            flow.code = self._reads_text(user)
            self.adds.append(Adds(flow, adding, hand))

    @precondition(lambda self: self.adds)
    @rule(back=BACK)
    def asks_for_another_text(self, back: int) -> None:
        flow, adding, _ = self.adds[-min(back, len(self.adds))]
        is_sent = model_phones.texts_again(self.model, flow)
        again = happens(lambda: add_user.resend_code(self.verifier, adding.flow_id))
        assert (again is not None) == is_sent, "another text"
        flow.code = self._reads_text(flow.user) if is_sent else flow.code

    @precondition(lambda self: self.adds)
    @rule(back=BACK, what=CODES)
    def brings_a_code(self, back: int, what: str) -> None:
        """Bring a code: the right one, a guess, or the right one from another phone. A thief can only guess."""
        flow, adding, hand = self.adds[-min(back, len(self.adds))]
        if what == "overheard":
            self._meddles(flow.user, adding.flow_id, flow.code)
            return
        is_right = what == "right" and not hand.is_thief
        code = flow.code if is_right else f"{(int(flow.code) + 1) % 10 ** len(flow.code):0{len(flow.code)}d}"
        if is_right and flow.state == CONSUMED:
            self._brings_again(adding.flow_id)
            return
        key = model_phones.brings_code(self.model, flow, is_right=is_right)
        done = happens(lambda: hand.phone.finishes_adding(adding, code))
        assert (done is not None) == (key is not None), "a texted code"
        if key is not None:
            hand.key, key.portal_id = key, hand.phone.device_id

    def _meddles(self, user: User, flow_id: str, code: str) -> None:
        """Whoever reads the text, and nothing else, signs with a phone of their own."""
        overheard = self.burner.phone.begin_adding(self.verifier, user.name)
        with refused(Reason.ENROLMENT_MISMATCH):
            add_user.complete_add_user(self.verifier, overheard.brings(code, flow_id=flow_id), client=NETWORK)

    def _brings_again(self, flow_id: str) -> None:
        """The reply was lost: the same request gets the same reply for a while, and changes nothing."""
        flow, adding, _ = next(adds for adds in self.adds if adds.adding.flow_id == flow_id)
        again = happens(lambda: add_user.complete_add_user(self.verifier, adding.brings(flow.code), client=NETWORK))
        assert (again is not None) == (self.model.now_ms < flow.ends_ms), "a lost reply"

    # -- the help desk, and a lost phone

    @rule(name=NAMES, what=HELP)
    def help_desk(self, name: str, what: str) -> None:
        user, real = self.model.users[name], operators.require_user(self.verifier, name)
        if what in ("suspend", "resume", "revoke"):
            self._changes_phone(user, what)
        elif what == "lock":
            model_phones.locks(self.model, user)
            operators.lock(self.verifier, real)
        elif what == "unlock":
            model_phones.unlocks(self.model, user)
            operators.unlock(self.verifier, real)
        else:
            user.is_seamless = what == "on"
            operators.set_seamless(self.verifier, real, user.is_seamless)

    @rule(name=NAMES)
    def help_desk_sets_a_password(self, name: str) -> None:
        """A new password, which the thief does not know."""
        user = self.model.users[name]
        model_phones.gets_password(self.model, user, f"correct horse {self.model.now_ms}")
        operators.set_password(self.verifier, operators.require_user(self.verifier, name), Secret(user.password))

    def _changes_phone(self, user: User, what: str) -> None:
        real = operators.require_user(self.verifier, user.name)
        if what == "resume":
            expected = model_phones.resumes(self.model, user)
            done: Device | None = happens(lambda: operators.resume(self.verifier, real))
        elif what == "suspend":
            expected = model_phones.takes_out(self.model, user, SUSPENDED)
            done = happens(lambda: operators.suspend(self.verifier, real))
        else:
            expected = model_phones.takes_out(self.model, user, GONE)
            done = happens(lambda: operators.revoke_device(self.verifier, real))
        assert (done is not None) == expected, "a change of the phone"

    @rule(place=PLACES, name=NAMES)
    def says_that_the_phone_is_lost(self, place: str, name: str) -> None:
        """Suspend the phone with the password alone, as its owner, or as a thief who knows the password."""
        where, user = self.places[place], self.model.users[name]
        password = self.known_password(where, name)
        expected = self.model.types_password(user, password) and model_phones.takes_out(self.model, user, SUSPENDED)
        done = happens(
            lambda: suspension.suspend_with_password(
                self.verifier, name=name, password=Secret(password), client=where.client
            )
        )
        assert (done is not None) == expected, "a lost phone"
