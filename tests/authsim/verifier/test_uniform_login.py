"""A login of which nobody sees why it fails: the second page comes always, and only the owner goes on from it."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.model import Authenticated, Device, Factor, FactorId, FactorKind, Mode, Reach, SecureLogin, UniformLogin
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.login_uri import parse_login_uri
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from authsim.verifier import activation, operators, uniform_answers, uniform_login
from authsim.verifier.tokens import hash_token
from authsim.verifier.trading_entry import EnteredTrading
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, WRONG, Person, Town, refused


@pytest.fixture
def town() -> Town:
    """A portal of the hardened profile."""
    return Town(policy=PROFILES[HARDENED], suite=STRICT10)


@pytest.fixture
def owner(town: Town, alice: Person, phone: TestPhone) -> Person:
    """Alice, whose phone is active."""
    alice.activates(phone)
    town.clock.advance(seconds=1)
    return alice


def begin(town: Town, name: str = "alice", password: Secret = PASSWORD, mode: Mode = Mode.LIVE) -> UniformLogin:
    """Type a name and a password."""
    return uniform_login.begin_uniform_login(town.verifier, name=name, password=password, mode=mode, client=BROWSER)


def answer(town: Town, shown: UniformLogin, response: str) -> Authenticated | Device:
    """Type an answer into the second page."""
    return uniform_answers.answer_uniform_login(town.verifier, token=shown.token, response=response, client=BROWSER)


def show(town: Town, shown: UniformLogin) -> UniformLogin:
    """Open the second page again."""
    return uniform_login.show_uniform_login(town.verifier, token=shown.token)


def resend(town: Town, shown: UniformLogin) -> UniformLogin:
    """Ask for another notification, and look at the page."""
    uniform_answers.resend_uniform_login(town.verifier, token=shown.token, client=BROWSER)
    return show(town, shown)


def wrong(town: Town, shown: UniformLogin, response: str = "00000000") -> RefusalError:
    """Type an answer that is not the right one."""
    with pytest.raises(RefusalError) as caught:
        answer(town, shown, response)
    return caught.value


class TestOwner:
    """Who has the password and the phone."""

    @pytest.mark.usefixtures("owner")
    def test_types_the_response(self, town: Town, phone: TestPhone) -> None:
        """The challenge on the page is the phone's; its response opens the session, with FULL reach."""
        shown = begin(town)

        proof = answer(town, shown, phone.respond(shown.question))

        assert isinstance(proof, Authenticated)
        assert proof.user.name == "alice"
        assert proof.session.proof is FactorKind.IB_KEY

    def test_approves_with_the_number_on_the_page(self, town: Town, owner: Person, phone: TestPhone) -> None:
        """The number on the page is the request's; the page then says that the phone agreed, and goes on."""
        shown = begin(town)
        [asked] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        with refused(Reason.PUSH_NOT_APPROVED):
            uniform_answers.collect_uniform_login(town.verifier, token=shown.token, client=BROWSER)

        phone.approves(town.verifier, asked, number=shown.number)

        assert show(town, shown).is_approved
        assert (
            uniform_answers.collect_uniform_login(town.verifier, token=shown.token, client=BROWSER).user == owner.user
        )

    @pytest.mark.usefixtures("owner")
    def test_scans_the_code_on_the_page(self, town: Town, phone: TestPhone) -> None:
        """The QR code names the request, which asks for the same number; its end is that of the login."""
        shown = begin(town)

        info = phone.scans(town.verifier, shown.uri)

        assert info.digits == 6
        assert parse_login_uri(shown.uri.reveal_text()).expires_s == (shown.issued_ms + 300_000) // 1_000

    @pytest.mark.usefixtures("owner")
    def test_sees_the_same_at_each_reload(self, town: Town) -> None:
        """A reload draws nothing anew."""
        shown = begin(town)

        assert show(town, shown) == shown

    def test_an_early_press_costs_nothing_later(self, town: Town, owner: Person) -> None:
        """Pressed too soon, the pause is no longer for it: the owner's page and a decoy's agree."""
        for name in ("alice", "nobody"):
            shown = begin(town, name=name)
            town.clock.advance(seconds=2)
            with refused(Reason.RESENT_TOO_SOON) as caught:
                resend(town, shown)
            assert caught.value.retry_after_ms == 3_000
            town.clock.advance(seconds=3)
            assert resend(town, shown).number != shown.number
        assert owner.device is not None

    def test_a_request_for_a_login_that_is_over(self, town: Town, owner: Person, phone: TestPhone) -> None:
        """The phone said no: nothing is sent again."""
        shown = begin(town)
        [asked] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        phone.denies(town.verifier, asked)
        town.clock.advance(seconds=10)

        with refused(Reason.PUSH_DENIED):
            resend(town, shown)

    def test_gets_another_request(self, town: Town, owner: Person, phone: TestPhone) -> None:
        """A new number for a new request, and the same challenge; not at once after the first."""
        shown = begin(town)
        with refused(Reason.RESENT_TOO_SOON):
            resend(town, shown)
        town.clock.advance(seconds=10)

        again = resend(town, shown)

        assert again.question == shown.question
        assert again.number != shown.number
        [asked, *_] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        assert phone.approves(town.verifier, asked, number=again.number)

    def test_gets_a_silent_one_where_none_may_be_announced(self, town: Town, owner: Person, phone: TestPhone) -> None:
        """After a report nothing is announced, and the page looks as always: the code on it can be scanned."""
        first = begin(town)
        [asked] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        phone.reports(town.verifier, asked)
        with pytest.raises(RefusalError):
            show(town, first)
        town.clock.advance(seconds=180)
        shown = begin(town)
        town.clock.advance(seconds=10)

        again = resend(town, shown)

        assert again.number != shown.number
        assert phone.scans(town.verifier, again.uri).state == "issued"

    def test_a_silent_one_comes_too_late_for_an_approved_login(
        self, town: Town, owner: Person, phone: TestPhone
    ) -> None:
        """The phone said yes in that moment: the request stays as it is."""
        for _ in range(3):
            shown = begin(town)
            town.clock.advance(seconds=61)
        [asked] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        town.between.before("pushes.issue", lambda: phone.approves(town.verifier, asked, number=shown.number))
        with refused(Reason.PUSH_CLOSED):
            resend(town, shown)
        assert show(town, shown).is_approved

    @pytest.mark.usefixtures("owner", "phone")
    def test_has_three_tries(self, town: Town) -> None:
        """Two wrong responses leave the page, the third ends it."""
        shown = begin(town)

        assert [wrong(town, shown).attempts_remaining for _ in range(3)] == [2, 1, 0]
        with refused(Reason.LOGIN_CLOSED):
            show(town, shown)


class TestEverybodyElse:
    """Who has not: the page is the same, and nothing opens it."""

    @pytest.fixture(
        params=["unknown", "wrong password", "locked", "no device", "wrong mode", "expired", "too many challenges"]
    )
    def shown(self, request: pytest.FixtureRequest, town: Town, owner: Person) -> UniformLogin:
        """The second page of somebody who will not get in."""
        if request.param == "unknown":
            return begin(town, name="nobody")
        if request.param == "wrong password":
            return begin(town, password=WRONG)
        if request.param == "locked":
            owner.is_locked()
        if request.param == "no device":
            town.adds("bob")
            return begin(town, name="bob")
        if request.param == "wrong mode":
            return begin(town, mode=Mode.PAPER)
        if request.param == "expired":
            town.clock.advance(days=7)
        if request.param == "too many challenges":
            town.under(challenges_per_day=1)
            begin(town)
        return begin(town)

    def test_sees_what_the_owner_sees(self, town: Town, shown: UniformLogin) -> None:
        """A challenge of the suite with a right check digit, six digits, a code, three tries, three minutes."""
        assert len(shown.question) == 10
        assert shown.question.startswith("1")
        assert len(shown.number) == 6
        assert shown.attempts_remaining == 3
        assert shown.expires_ms == shown.issued_ms + 180_000
        assert not shown.is_approved
        assert show(town, shown) == shown
        uri = parse_login_uri(shown.uri.reveal_text())
        assert uri.expires_s == (shown.issued_ms + 300_000) // 1_000

    def test_fails_like_the_owner(self, town: Town, shown: UniformLogin) -> None:
        """Three tries, each a wrong response; then it is over."""
        refusals = [wrong(town, shown) for _ in range(3)]

        assert [(refusal.reason, refusal.attempts_remaining) for refusal in refusals] == [
            (Reason.WRONG_RESPONSE, remaining) for remaining in (2, 1, 0)
        ]
        with refused(Reason.LOGIN_CLOSED):
            show(town, shown)
        with refused(Reason.LOGIN_CLOSED):
            answer(town, shown, "00000000")

    def test_what_is_no_response_counts_nothing(self, town: Town, shown: UniformLogin) -> None:
        """As on a real page."""
        refusal = wrong(town, shown, "123")

        assert (refusal.reason, refusal.attempts_remaining) == (Reason.MALFORMED_RESPONSE, 3)
        assert show(town, shown).attempts_remaining == 3

    def test_nobody_approves_it(self, town: Town, shown: UniformLogin) -> None:
        """Pressing Continue is answered as for a phone that has not answered yet."""
        with refused(Reason.PUSH_NOT_APPROVED):
            uniform_answers.collect_uniform_login(town.verifier, token=shown.token, client=BROWSER)

    def test_gets_another_number(self, town: Town, shown: UniformLogin) -> None:
        """Not at once, and not twice in a moment; the challenge stays."""
        with refused(Reason.RESENT_TOO_SOON):
            resend(town, shown)
        town.clock.advance(seconds=10)
        again = resend(town, shown)
        assert (again.question, again.number != shown.number) == (shown.question, True)
        assert again.uri != shown.uri
        with refused(Reason.RESENT_TOO_SOON):
            resend(town, shown)

    def test_it_ends_when_the_owners_would(self, town: Town, shown: UniformLogin) -> None:
        """The challenge after three minutes; with a late request the page two minutes after that was sent."""
        town.clock.advance(seconds=100)
        again = resend(town, shown)
        assert again.expires_ms == shown.issued_ms + 220_000
        town.clock.advance(seconds=80)
        assert show(town, shown) == again
        with refused(Reason.CHALLENGE_EXPIRED):
            answer(town, shown, "00000000")
        town.clock.advance(seconds=40)
        with refused(Reason.LOGIN_EXPIRED):
            show(town, shown)

    def test_a_late_request_ends_with_the_login(self, town: Town, shown: UniformLogin) -> None:
        """No page lives longer than five minutes, however often one asks again."""
        town.clock.advance(seconds=100)
        resend(town, shown)
        town.clock.advance(seconds=100)
        assert resend(town, shown).expires_ms == shown.issued_ms + 300_000

    def test_a_passcode_that_is_none_opens_nothing(self, town: Town, shown: UniformLogin) -> None:
        """One hash, one word; what cannot be a passcode counts nothing."""
        with refused(Reason.MALFORMED_RESPONSE):
            uniform_answers.answer_with_passcode(town.verifier, token=shown.token, passcode="x", client=BROWSER)
        compared = len(town.passwords.compared)
        with refused(Reason.WRONG_RESPONSE):
            uniform_answers.answer_with_passcode(
                town.verifier, token=shown.token, passcode="ABCD EFGH JKMN PQRS", client=BROWSER
            )
        assert len(town.passwords.compared) == compared + 1

    @pytest.mark.usefixtures("shown")
    def test_the_record_says_why(self, town: Town) -> None:
        """The operator reads the true reason; nothing that was typed for an unknown name stands there."""
        issued = [event for event in town.record() if event.kind is EventKind.DECOY_ISSUED]

        assert len(issued) == 1
        assert issued[0].reason is not None


class TestConfirmation:
    """Who has the password and a phone that waits: its code is typed as the answer."""

    @pytest.fixture
    def waiting(self, town: Town, alice: Person, phone: TestPhone) -> TestPhone:
        """A phone that used an operator's code."""
        offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=False)
        phone.activate(town.verifier, offer.uri)
        return phone

    def test_the_code_makes_the_phone_active(self, town: Town, alice: Person, waiting: TestPhone) -> None:
        """The phone is active, nobody is signed in yet, and the page is over; the next login is the phone's."""
        shown = begin(town)

        confirmed = answer(town, shown, waiting.confirmation)

        assert isinstance(confirmed, Device)
        assert (confirmed.device_id, confirmed.state) == (waiting.device_id, states.Device.ACTIVE)
        assert (EventKind.SESSION_OPENED, None) not in alice.events()
        login = town.verifier.store.logins.find(hash_token(shown.token))
        assert login is not None
        assert login.state is states.Login.EXPIRED
        again = begin(town)
        assert isinstance(answer(town, again, waiting.respond(again.question)), Authenticated)

    def test_a_phone_that_was_added_by_text_too(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Credentials and a text bring it in, and its code confirms it."""
        alice.adds_herself(phone)

        assert isinstance(answer(town, begin(town), phone.confirmation), Device)

    @pytest.mark.usefixtures("alice")
    def test_a_wrong_code_is_a_wrong_answer(self, town: Town, waiting: TestPhone) -> None:
        """Three of them end page and phone."""
        shown = begin(town)

        assert [wrong(town, shown).reason for _ in range(3)] == [Reason.WRONG_RESPONSE] * 3
        device = town.verifier.store.devices.get(waiting.device_id)
        assert device is not None
        assert device.state is states.Device.EXPIRED

    def test_without_the_password_the_code_is_worth_nothing(
        self, town: Town, alice: Person, waiting: TestPhone
    ) -> None:
        """The thief whose phone waits does not confirm it himself."""
        shown = begin(town, password=WRONG)

        assert wrong(town, shown, waiting.confirmation).reason is Reason.WRONG_RESPONSE
        assert alice.device is None

    def test_after_another_password_the_page_confirms_nothing(
        self, town: Town, alice: Person, waiting: TestPhone
    ) -> None:
        """Whoever had the old one sees the page until its end, and that is all."""
        shown = begin(town)
        alice.takes_password(Secret("another horse battery"))

        assert wrong(town, shown, waiting.confirmation).reason is Reason.WRONG_RESPONSE

    @pytest.mark.usefixtures("waiting")
    def test_a_password_that_was_replaced_in_that_moment(self, town: Town, alice: Person) -> None:
        """The login is not even begun; the page is a decoy's."""
        town.between.before("logins.offer", lambda: alice.takes_password(Secret("another horse battery")))

        shown = begin(town)

        assert town.verifier.store.logins.find(hash_token(shown.token)) is None
        assert show(town, shown) == shown

    @pytest.mark.usefixtures("alice")
    def test_a_phone_that_lapsed_is_not_confirmed(self, town: Town, waiting: TestPhone) -> None:
        """Its ten minutes are over between the two pages."""
        town.clock.advance(seconds=590)
        shown = begin(town)
        town.clock.advance(seconds=10)

        assert wrong(town, shown, waiting.confirmation).reason is Reason.WRONG_RESPONSE


class TestPasscode:
    """Who has the password and a temporary passcode."""

    CODE = "ABCD EFGH JKMN PQRS"

    def holds(self, town: Town, person: Person) -> None:
        """Give a person a passcode."""
        factor = Factor(
            factor_id=FactorId("fa" * 16),
            user_id=person.user.user_id,
            kind=FactorKind.TEMPORARY_PASSCODE,
            state=states.Factor.ACTIVE,
            secret_hash=town.passwords.hash(Secret(self.CODE.replace(" ", ""))),
            made_ms=town.clock.now_ms(),
            activated_ms=town.clock.now_ms(),
            expires_ms=town.clock.now_ms() + 86_400_000,
            full_until_ms=town.clock.now_ms() + 86_400_000,
        )
        event = Event(kind=EventKind.PASSCODE_ISSUED, at_ms=town.clock.now_ms(), user_id=person.user.user_id)
        town.verifier.store.factors.add(factor, closes=frozenset(), event=event)

    def types(self, town: Town, shown: UniformLogin, code: str = CODE) -> Authenticated:
        """Type a passcode into the second page."""
        return uniform_answers.answer_with_passcode(town.verifier, token=shown.token, passcode=code, client=BROWSER)

    def test_without_a_phone(self, town: Town, alice: Person) -> None:
        """The page is the one of somebody who holds nothing; the passcode opens a restricted session, once."""
        self.holds(town, alice)
        shown = begin(town)

        assert show(town, shown) == shown
        assert self.types(town, shown).session.reach is Reach.RESTRICTED
        with refused(Reason.WRONG_RESPONSE):
            self.types(town, begin(town))

    def test_beside_a_phone(self, town: Town, owner: Person) -> None:
        """The login that asks the phone takes the passcode too."""
        self.holds(town, owner)

        assert self.types(town, begin(town)).session.proof is FactorKind.TEMPORARY_PASSCODE

    def test_a_wrong_one_leaves_the_page(self, town: Town, owner: Person) -> None:
        """It may be typed again by who kept the page, as often as any answer; the challenge is over."""
        self.holds(town, owner)
        shown = begin(town)

        for _ in range(2):
            with refused(Reason.WRONG_RESPONSE):
                self.types(town, shown, self.CODE.lower())
        with refused(Reason.LOGIN_CLOSED):
            show(town, shown)
        with refused(Reason.CHALLENGE_SUPERSEDED):
            answer(town, shown, "00000000")

    def test_a_wrong_one_is_answered_as_to_somebody_without(self, town: Town, alice: Person) -> None:
        """Whether the page is left does not tell that the password was right and that a passcode is valid."""
        with refused(Reason.WRONG_RESPONSE) as without:
            self.types(town, begin(town), self.CODE.lower())
        self.holds(town, alice)
        with refused(Reason.WRONG_RESPONSE) as holding:
            self.types(town, begin(town), self.CODE.lower())
        assert holding.value.attempts_remaining == without.value.attempts_remaining == 0

    def test_with_a_phone_that_waits(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Both ways are open: the code of the phone is taken as well."""
        self.holds(town, alice)
        offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=False)
        phone.activate(town.verifier, offer.uri)

        assert isinstance(answer(town, begin(town), phone.confirmation), Device)

    def test_a_login_that_is_over_takes_none(self, town: Town, owner: Person, phone: TestPhone) -> None:
        """The phone said no: a passcode is too late."""
        self.holds(town, owner)
        shown = begin(town)
        [asked] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        phone.denies(town.verifier, asked)

        with refused(Reason.WRONG_RESPONSE):
            self.types(town, shown)


class TestTradingDevice:
    """The same on a trading device, which has no switch and announces nothing."""

    def trades(self, town: Town, name: str, password: Secret = PASSWORD) -> UniformLogin | EnteredTrading:
        """Type a name and a password there."""
        return uniform_login.begin_uniform_trading(town.verifier, name=name, password=password, client=BROWSER)

    def test_the_owner_is_asked_in_silence(self, town: Town, owner: Person, phone: TestPhone) -> None:
        """The challenge is real, and nothing is announced to the phone."""
        shown = self.trades(town, "alice")

        assert isinstance(shown, UniformLogin)
        assert town.verifier.store.pushes.list_decided(owner.user.user_id, most=1) == []
        assert isinstance(answer(town, shown, phone.respond(shown.question)), Authenticated)

    @pytest.mark.usefixtures("owner")
    def test_everybody_else_sees_the_same(self, town: Town) -> None:
        """An unknown name, and a wrong password."""
        for name, password in (("nobody", PASSWORD), ("alice", WRONG)):
            shown = self.trades(town, name, password)
            assert isinstance(shown, UniformLogin)
            assert wrong(town, shown).reason is Reason.WRONG_RESPONSE

    def test_who_has_opted_out_is_in(self, town: Town, owner: Person) -> None:
        """For them the password is all that is asked, and opens what a trading device reaches."""
        now_ms = town.clock.now_ms()
        event = Event(kind=EventKind.OPTED_OUT, at_ms=now_ms, user_id=owner.user.user_id)
        town.verifier.store.users.set_secure_login(
            owner.user.user_id,
            before=SecureLogin.ENROLLED,
            after=SecureLogin.OPTED_OUT,
            opts_out_ms=now_ms,
            event=event,
        )

        entered = self.trades(town, "alice")

        assert isinstance(entered, EnteredTrading)
        assert entered.session.reach is Reach.TRADING


class TestLimits:
    """What slows down is told to everybody alike, what blocks to nobody."""

    @pytest.mark.parametrize("name", ["alice", "nobody"])
    @pytest.mark.usefixtures("owner")
    def test_too_many_passwords(self, town: Town, name: str) -> None:
        """The eleventh attempt on a name within five minutes is told to wait, whether or not somebody is called so."""
        for _ in range(10):
            begin(town, name=name, password=WRONG)
        with refused(Reason.SLOW_DOWN) as caught:
            begin(town, name=name)
        assert caught.value.retry_after_ms

    def test_a_password_replaced_in_the_middle_is_a_wrong_one(self, town: Town, owner: Person) -> None:
        """The page comes all the same."""
        town.between.before("logins.begin", lambda: owner.takes_password(Secret("another horse battery")))

        shown = begin(town)

        assert wrong(town, shown).reason is Reason.WRONG_RESPONSE

    @pytest.mark.usefixtures("owner")
    def test_a_block_looks_like_a_wrong_answer(self, town: Town, phone: TestPhone) -> None:
        """After five wrong ones nothing is judged, not even the right one: the page takes three tries all the same."""
        for tries in (3, 2):
            shown = begin(town)
            for _ in range(tries):
                assert wrong(town, shown).reason is Reason.WRONG_RESPONSE
            town.clock.advance(seconds=181)

        shown, decoy = begin(town), begin(town, password=WRONG)
        blocked = [wrong(town, shown, phone.respond(shown.question)) for _ in range(3)]
        others = [wrong(town, decoy) for _ in range(3)]

        assert {refusal.reason for refusal in blocked} == {Reason.SECOND_FACTOR_BLOCKED}
        assert [one.attempts_remaining for one in blocked] == [one.attempts_remaining for one in others] == [2, 1, 0]
        for over in (shown, decoy):
            with refused(Reason.LOGIN_CLOSED):
                show(town, over)

    def test_a_block_is_told_to_the_user(self, town: Town, owner: Person) -> None:
        """It stands in the record that the activity page reads, with its reason."""
        for _ in range(2):
            shown = begin(town)
            for _ in range(3):
                wrong(town, shown)
            town.clock.advance(seconds=181)

        assert (EventKind.LOGIN_REFUSED, Reason.SECOND_FACTOR_BLOCKED) in owner.events()

    def test_a_blocked_answer_that_is_overtaken(self, town: Town, owner: Person, phone: TestPhone) -> None:
        """The login was ended on the phone in that moment: it is over, as any other would be."""
        town.under(block_responses=1)
        wrong(town, begin(town))
        shown = begin(town)
        [asked] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        town.between.before("logins.count_response", lambda: phone.denies(town.verifier, asked))
        assert wrong(town, shown).reason is Reason.CHALLENGE_CONSUMED

        shown = begin(town)
        [asked] = town.verifier.store.pushes.list_decided(owner.user.user_id, most=1)
        for _ in range(2):
            wrong(town, shown)
        town.between.before("logins.fail", lambda: phone.denies(town.verifier, asked))
        assert wrong(town, shown).attempts_remaining == 0

    @pytest.mark.usefixtures("owner")
    def test_tries_at_an_address_are_told_alike(self, town: Town) -> None:
        """The eleventh answer from one address within five minutes is told to wait, by a real page and by a decoy."""
        town.under(user_tries_per_5_minutes=0, block_responses=0, challenges_open=0)
        for name in ("alice", "nobody"):
            for _ in range(3):
                shown = begin(town, name=name)
                for _ in range(3):
                    assert wrong(town, shown).reason is Reason.WRONG_RESPONSE
            shown = begin(town, name=name)
            wrong(town, shown)
            assert wrong(town, shown).reason is Reason.SLOW_DOWN
            town.clock.advance(seconds=3_600)

    def test_a_decoy_with_many_tries_goes_on(self, town: Town) -> None:
        """A decoy's own limit shows as little as a user's."""
        town.under(responses_per_challenge=8)
        shown = begin(town, name="nobody")

        assert [wrong(town, shown).attempts_remaining for _ in range(8)] == [7, 6, 5, 4, 3, 2, 1, 0]

    def test_nothing_is_known_of_a_foreign_token(self, town: Town) -> None:
        """A cookie of nobody's is a login that expired."""
        with refused(Reason.LOGIN_EXPIRED):
            uniform_login.show_uniform_login(town.verifier, token=Secret("x" * 43))

    @pytest.mark.usefixtures("owner")
    def test_a_decoy_is_closed_by_who_was_faster(self, town: Town) -> None:
        """Two answers at the same moment: the one that finds it closed is refused like one to a real login."""
        shown = begin(town, name="nobody")
        decoy = town.verifier.store.decoys.find(hash_token(shown.token))
        assert decoy is not None

        def close() -> None:
            for _ in range(3):
                town.verifier.store.decoys.count(decoy.decoy_id, now_ms=town.clock.now_ms(), event=town.record()[-1])

        town.between.before("decoys.count", close)
        with refused(Reason.CHALLENGE_CONSUMED):
            answer(town, shown, "00000000")
        assert replace(decoy, attempts=3, is_open=False) == town.verifier.store.decoys.find(hash_token(shown.token))

    @pytest.mark.usefixtures("owner")
    def test_another_request_for_a_decoy_that_was_closed_in_that_moment(self, town: Town) -> None:
        """It is over."""
        shown = begin(town, name="nobody")
        decoy = town.verifier.store.decoys.find(hash_token(shown.token))
        assert decoy is not None
        town.clock.advance(seconds=10)

        def close() -> None:
            for _ in range(3):
                town.verifier.store.decoys.count(decoy.decoy_id, now_ms=town.clock.now_ms(), event=town.record()[-1])

        town.between.before("decoys.renew", close)
        with refused(Reason.LOGIN_CLOSED):
            resend(town, shown)


def test_who_is_suspended_is_told_nothing(town: Town, owner: Person) -> None:
    """A suspended phone is no active one: the page is a decoy's."""
    operators.suspend(town.verifier, owner.user)

    assert wrong(town, begin(town)).reason is Reason.WRONG_RESPONSE
