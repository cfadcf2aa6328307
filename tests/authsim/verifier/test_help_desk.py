"""The help desk: who may, what is seen, what is done, and that all of it is written down."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import MessageError, Reason
from authsim.events import EventKind
from authsim.model import (
    AttachmentId,
    Author,
    Factor,
    FactorId,
    FactorKind,
    Reach,
    Role,
    SecureLogin,
    Ticket,
    TicketId,
    UserId,
)
from authsim.policy import DAY, SECOND
from authsim.verifier import help_desk, operators, tickets
from authsim.verifier.prompted import complete_prompt
from authsim.verifier.sessions import SignedIn, require_session
from authsim.verifier.tickets import Evidence
from authsim.verifier.tokens import draw_id
from tests.support.device import TestPhone
from tests.support.nouns import event, sealed
from tests.support.people import BROWSER, NUMBER, Person, Town, refused

WHY = "Called, and named the last three logins."
CALLER = UserId("0" * 32)


def sign_in(town: Town, person: Person, phone: TestPhone | None = None) -> SignedIn:
    """Activate a phone and log in with both factors."""
    phone = phone or town.sells_phone()
    person.activates(phone)
    return require_session(town.verifier, person.logs_in(with_=phone).token)


@pytest.fixture
def desk(town: Town) -> SignedIn:
    """The browser of somebody who answers the telephone."""
    return sign_in(town, town.adds("desk", role=Role.HELP_DESK, number="+12125550190"))


@pytest.fixture
def ticket(town: Town, alice: Person) -> Ticket:
    """A ticket of alice's, with evidence."""
    return tickets.open_ticket(
        town.verifier,
        sign_in(town, alice),
        subject="White page",
        body="Nothing happens.",
        evidence=Evidence(har=b"{}", report=b"{}", uploaded_bytes=2),
    )


Function = Callable[[Town, SignedIn, UserId, Ticket | None], object]

#: What is done to a user. Each takes a reason, and each leaves a row of its kind.
ACTS: dict[EventKind, Function] = {
    EventKind.DESK_UNLOCKED: lambda town, desk, user_id, _: help_desk.unlock(town.verifier, desk, user_id, reason=WHY),
    EventKind.DESK_SUSPENDED: lambda town, desk, user_id, _: help_desk.suspend(
        town.verifier, desk, user_id, reason=WHY
    ),
    EventKind.DESK_RESUMED: lambda town, desk, user_id, _: help_desk.resume(town.verifier, desk, user_id, reason=WHY),
    EventKind.DESK_NUMBER_SET: lambda town, desk, user_id, _: help_desk.set_number(
        town.verifier, desk, user_id, number="+44 7700 900123", reason=WHY
    ),
    EventKind.DESK_PASSCODE: lambda town, desk, user_id, _: help_desk.issue_passcode(
        town.verifier, desk, user_id, reason=WHY
    ),
}
#: What may be done again at once.
REPEATABLE = [kind for kind in ACTS if kind is not EventKind.DESK_PASSCODE]
#: What is read, and what is done to tickets.
OTHERS: dict[str, Function] = {
    "find": lambda town, desk, _user_id, _ticket: help_desk.find(town.verifier, desk, query="alice", reason=WHY),
    "show": lambda town, desk, user_id, _ticket: help_desk.show(town.verifier, desk, user_id),
    "list_tickets": lambda town, desk, _user_id, _ticket: help_desk.list_tickets(town.verifier, desk),
    "show_ticket": lambda town, desk, _user_id, ticket: help_desk.show_ticket(
        town.verifier, desk, TicketId("0" * 32) if ticket is None else ticket.ticket_id
    ),
    "show_attachment": lambda town, desk, _user_id, _ticket: help_desk.show_attachment(
        town.verifier, desk, AttachmentId("0" * 32)
    ),
    "reply": lambda town, desk, _user_id, ticket: help_desk.reply(
        town.verifier, desk, TicketId("0" * 32) if ticket is None else ticket.ticket_id, body="We look into it."
    ),
    "close": lambda town, desk, _user_id, ticket: help_desk.close(
        town.verifier, desk, TicketId("0" * 32) if ticket is None else ticket.ticket_id
    ),
}
EVERYTHING = [*ACTS.values(), *OTHERS.values()]
NAMES = [*(kind.name for kind in ACTS), *OTHERS]


@pytest.mark.parametrize("function", EVERYTHING, ids=NAMES)
class TestWhoMay:
    """Every function, for everybody who is no help-desk user with a full session of two factors."""

    @pytest.mark.parametrize("role", [Role.PRIMARY, Role.SECONDARY])
    def test_no_customer(self, town: Town, alice: Person, role: Role, function: Function) -> None:
        """Neither primary nor secondary users, and nothing is written."""
        customer = sign_in(town, town.adds("customer", role=role, account=None if role is Role.PRIMARY else "alice"))
        before = len(town.record())

        with refused(Reason.NOT_PERMITTED):
            function(town, customer, alice.user.user_id, None)
        assert len(town.record()) == before

    def test_no_single_factor(self, town: Town, alice: Person, function: Function) -> None:
        """The limited session of a help-desk user shows a QR code."""
        limited = require_session(town.verifier, town.adds("desk", role=Role.HELP_DESK).enters().token)

        with refused(Reason.SECOND_FACTOR_REQUIRED):
            function(town, limited, alice.user.user_id, None)

    @pytest.mark.parametrize(
        ("reach", "reason"),
        [
            (Reach.RESTRICTED, Reason.OUT_OF_REACH),
            (Reach.CARD_ONLY, Reason.OUT_OF_REACH),
            (Reach.TRADING, Reason.SESSION_EXPIRED),
        ],
    )
    def test_no_session_that_reaches_less(
        self, town: Town, alice: Person, desk: SignedIn, reach: Reach, reason: Reason, function: Function
    ) -> None:
        """A temporary passcode opens no desk."""
        less = replace(desk, session=replace(desk.session, reach=reach))

        with refused(reason):
            function(town, less, alice.user.user_id, None)


class TestFinding:
    """By name and by number."""

    @pytest.mark.parametrize("query", ["alice", " alice ", NUMBER, "+1 (212) 555-01 42"])
    def test_by_name_and_by_number(self, town: Town, alice: Person, desk: SignedIn, query: str) -> None:
        """As it is said on the telephone; the record has who looked, and why."""
        found = help_desk.find(town.verifier, desk, query=query, reason=f"  {WHY} ")

        assert (found.name, found.user_id, found.number) == ("alice", alice.user.user_id, NUMBER)
        row = town.record()[-1]
        assert (row.kind, row.user_id, row.reason) == (EventKind.DESK_LOOKED_UP, alice.user.user_id, None)
        assert row.facts == {"by": "desk", "why": WHY, "address": BROWSER.address, "agent": BROWSER.agent}

    @pytest.mark.usefixtures("alice")
    def test_users_of_one_number_are_named(self, town: Town, desk: SignedIn) -> None:
        """One person may have several names: the first is shown, the others are to be asked for."""
        town.adds("bob")
        town.adds("zoe", number=None)

        found = help_desk.find(town.verifier, desk, query=NUMBER, reason=WHY)
        assert (found.name, found.also) == ("alice", ["bob"])
        assert help_desk.find(town.verifier, desk, query="zoe", reason=WHY).also == []

    @pytest.mark.parametrize("query", ["nobody", "", "+12125550100", "not a name", "a' or 1=1 --"])
    @pytest.mark.usefixtures("alice")
    def test_nobody_is_found(self, town: Town, desk: SignedIn, query: str) -> None:
        """The record has the attempt, and nothing that was typed."""
        with refused(Reason.NO_SUCH_USER):
            help_desk.find(town.verifier, desk, query=query, reason=WHY)

        row = town.record()[-1]
        assert (row.kind, row.user_id, row.reason) == (EventKind.DESK_LOOKED_UP, None, Reason.NO_SUCH_USER)
        assert not query or query not in row.facts.values()

    @pytest.mark.parametrize("name", ["desk", "colleague"])
    def test_nobody_of_the_desk_is_shown(self, town: Town, desk: SignedIn, name: str) -> None:
        """Neither a colleague nor oneself."""
        town.adds("colleague", role=Role.HELP_DESK)

        with refused(Reason.NOT_PERMITTED):
            help_desk.find(town.verifier, desk, query=name, reason=WHY)
        assert town.events()[-1] == (EventKind.DESK_LOOKED_UP, Reason.NOT_PERMITTED)

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "two\nlines"])
    @pytest.mark.usefixtures("alice")
    def test_it_takes_a_reason(self, town: Town, desk: SignedIn, reason: str) -> None:
        """1 to 200 characters on one line."""
        before = len(town.record())
        with pytest.raises(MessageError, match="a reason"):
            help_desk.find(town.verifier, desk, query="alice", reason=reason)
        assert len(town.record()) == before


class TestReadingAgain:
    """The file of somebody who was looked up in this session."""

    def test_it_is_shown_without_another_row(self, town: Town, alice: Person, desk: SignedIn) -> None:
        """A page may be loaded again; it is as of now."""
        help_desk.find(town.verifier, desk, query="alice", reason=WHY)
        alice.fails_password()
        before = len(town.record())

        assert help_desk.show(town.verifier, desk, alice.user.user_id).failures == 1
        assert len(town.record()) == before

    def test_nobody_else_is(self, town: Town, alice: Person, desk: SignedIn) -> None:
        """Whom nobody looked up, whom a colleague did, and whom oneself did in another session."""
        colleague = sign_in(town, town.adds("colleague", role=Role.HELP_DESK))
        help_desk.find(town.verifier, colleague, query="alice", reason=WHY)
        for user_id in (alice.user.user_id, UserId("f" * 32), desk.user.user_id):
            with refused(Reason.NOT_YOURS):
                help_desk.show(town.verifier, desk, user_id)

        help_desk.find(town.verifier, desk, query="alice", reason=WHY)
        later = replace(desk, session=replace(desk.session, opened_ms=town.clock.now_ms() + 1))
        with refused(Reason.NOT_YOURS):
            help_desk.show(town.verifier, later, alice.user.user_id)


class TestFile:
    """What the desk sees."""

    def test_it_holds_the_facts(self, town: Town, alice: Person, phone: TestPhone, desk: SignedIn) -> None:
        """Who, where, which phone, which factors, which browsers."""
        signed_in = sign_in(town, alice, phone)
        hold(town, alice, FactorKind.SECURITY_CARD, serial="12345678")
        operators.set_secure_login(town.verifier, alice.user, is_needed=False)

        found = help_desk.find(town.verifier, desk, query="alice", reason=WHY)

        assert (found.role, found.account, found.locale, found.region) == (Role.PRIMARY, "alice", "en", "US")
        assert (found.is_number_verified, found.is_seamless, found.is_expired) == (False, True, False)
        assert (found.secure_login, found.opts_out_ms) == (SecureLogin.OPTED_OUT, town.clock.now_ms())
        assert [(one.label, one.state) for one in found.phones] == [(phone.label, states.Device.ACTIVE)]
        assert [(one.kind, one.state, one.serial, one.is_shared) for one in found.factors] == [
            (FactorKind.SECURITY_CARD, states.Factor.ACTIVE, "12345678", False)
        ]
        assert signed_in.session.opened_ms in {one.opened_ms for one in found.sessions}
        assert found.expires_ms - found.created_ms == 7 * DAY

    def test_it_says_why_the_last_attempts_were_refused(
        self, town: Town, alice: Person, phone: TestPhone, desk: SignedIn
    ) -> None:
        """The true reasons, which the pages keep to themselves, newest first, and how long to wait."""
        alice.activates(phone)
        for _ in range(4):
            alice.fails_password()
        alice.fails_response(alice.begins())

        found = help_desk.find(town.verifier, desk, query="alice", reason=WHY)

        reasons = [row.event.reason for row in found.story if row.event.kind is EventKind.LOGIN_REFUSED]
        assert reasons == [Reason.WRONG_RESPONSE] + [Reason.WRONG_PASSWORD] * 4
        assert (found.failures, found.locked_for_ms) == (5, 0)
        assert found.throttled_for_ms == 53 * SECOND
        town.clock.advance(days=2)
        assert help_desk.find(town.verifier, desk, query="alice", reason=WHY).failures == 0

    def test_it_holds_no_secret(self, town: Town, alice: Person, phone: TestPhone, desk: SignedIn) -> None:
        """No hash, no sealed seed, no key, no token, no question: whatever it is asked for."""
        sign_in(town, alice, phone)
        pending = alice.begins()
        card = hold(town, alice, FactorKind.SECURITY_CARD, secret=sealed(), secret_hash="$argon2id$card")
        device = alice.device
        assert device is not None
        assert pending.challenge is not None
        assert card.secret is not None

        told = repr(help_desk.find(town.verifier, desk, query="alice", reason=WHY))

        for secret in (
            alice.user.password_hash,
            repr(device.seed.ciphertext),
            repr(device.sign_pk),
            repr(card.secret.ciphertext),
            "$argon2id$card",
            pending.challenge.question,
            pending.token.reveal_text(),
            repr(pending.login.token_hash),
        ):
            assert secret not in told


def hold(town: Town, person: Person, kind: FactorKind, **fields: object) -> Factor:
    """Give a user an active factor."""
    factor = Factor(
        **{
            "factor_id": FactorId(draw_id(town.entropy)),
            "user_id": person.user.user_id,
            "kind": kind,
            "state": states.Factor.ACTIVE,
            "made_ms": town.clock.now_ms(),
            **fields,
        }  # type: ignore[arg-type]
    )
    town.verifier.store.factors.add(factor, closes=frozenset(), event=event(EventKind.FACTOR_ACTIVATED))
    return factor


class TestActs:
    """What the desk does to a user."""

    @pytest.mark.parametrize("kind", REPEATABLE, ids=lambda kind: kind.name)
    def test_every_act_is_written_down(
        self, town: Town, alice: Person, phone: TestPhone, desk: SignedIn, kind: EventKind
    ) -> None:
        """By whom, why and from where, about the user whom it concerns; doing it twice is no error."""
        alice.activates(phone)

        for _ in range(2):
            ACTS[kind](town, desk, alice.user.user_id, None)
            row = next(row for row in reversed(town.record()) if row.kind is kind)
            assert (row.user_id, row.reason) == (alice.user.user_id, None)
            assert (row.facts["by"], row.facts["why"], row.facts["address"]) == ("desk", WHY, BROWSER.address)
        assert town.events().count((kind, None)) == 2

    @pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.name)
    @pytest.mark.parametrize("name", ["desk", "colleague"])
    def test_nothing_is_done_to_the_desk(self, town: Town, desk: SignedIn, kind: EventKind, name: str) -> None:
        """Neither to a colleague nor to oneself; the attempt is written down."""
        colleague = town.adds("colleague", role=Role.HELP_DESK)
        target = desk.user if name == "desk" else colleague.user

        with refused(Reason.NOT_PERMITTED):
            ACTS[kind](town, desk, target.user_id, None)
        row = town.record()[-1]
        assert (row.kind, row.user_id, row.reason) == (kind, target.user_id, Reason.NOT_PERMITTED)
        assert town.verifier.store.users.get(target.user_id) == target

    @pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.name)
    def test_nobody_is_nobody(self, town: Town, desk: SignedIn, kind: EventKind) -> None:
        """An id that nobody has is refused, and is not written down."""
        with refused(Reason.NO_SUCH_USER):
            ACTS[kind](town, desk, CALLER, None)
        row = town.record()[-1]
        assert (row.kind, row.user_id, row.reason) == (kind, None, Reason.NO_SUCH_USER)

    @pytest.mark.parametrize("kind", [EventKind.DESK_SUSPENDED, EventKind.DESK_RESUMED], ids=lambda kind: kind.name)
    def test_without_a_phone_there_is_nothing_to_stop(
        self, town: Town, alice: Person, desk: SignedIn, kind: EventKind
    ) -> None:
        """And the record says that it was tried."""
        with refused(Reason.NO_ACTIVE_DEVICE):
            ACTS[kind](town, desk, alice.user.user_id, None)
        assert town.events()[-1] == (kind, Reason.NO_ACTIVE_DEVICE)

    def test_unlocking_lets_the_user_in(self, town: Town, alice: Person, phone: TestPhone, desk: SignedIn) -> None:
        """After the tenth failure not even the right password helps; after the call it does."""
        alice.activates(phone)
        for number in range(10):
            alice.fails_password()
            if number >= 4:
                town.clock.advance(seconds=53 << (number - 4))
        alice.is_refused(Reason.USER_LOCKED)
        assert help_desk.find(town.verifier, desk, query="alice", reason=WHY).locked_for_ms > 0

        help_desk.unlock(town.verifier, desk, alice.user.user_id, reason=WHY)

        assert alice.lockout.failures_ms == ()
        assert alice.logs_in(with_=phone).failures_before == 0

    def test_a_suspended_phone_answers_again_after_resuming(
        self, town: Town, alice: Person, phone: TestPhone, desk: SignedIn
    ) -> None:
        """In between no login begins with it, and its sessions are over."""
        alice.activates(phone)
        signed_in = alice.logs_in(with_=phone)

        help_desk.suspend(town.verifier, desk, alice.user.user_id, reason=WHY)
        with refused(Reason.SESSION_EXPIRED):
            require_session(town.verifier, signed_in.token)
        with refused(Reason.NO_ACTIVE_DEVICE):
            alice.begins()
        help_desk.resume(town.verifier, desk, alice.user.user_id, reason=WHY)

        assert alice.logs_in(with_=phone).user.name == "alice"
        by = [row.facts["by"] for row in town.record() if row.kind is EventKind.DEVICE_SUSPENDED]
        assert by == ["help_desk"]

    def test_a_passcode_goes_to_the_user_and_to_nobody_else(
        self, town: Town, alice: Person, phone: TestPhone, desk: SignedIn
    ) -> None:
        """The desk learns where it went; what it is stands in the text alone, and opens the portal."""
        alice.activates(phone)
        operators.suspend(town.verifier, alice.user)

        told = help_desk.issue_passcode(town.verifier, desk, alice.user.user_id, reason=WHY)

        code = next(word for word in alice.texts()[-1].split() if word.count("-") == 3).strip(".,")
        assert told == "…42"
        shown = repr(help_desk.find(town.verifier, desk, query="alice", reason=WHY))
        for spelling in (code, code.replace("-", "")):
            assert spelling not in shown
            assert spelling not in repr(town.record())
        row = next(row for row in town.record() if row.kind is EventKind.DESK_PASSCODE)
        assert (row.user_id, row.reason, row.facts["by"]) == (alice.user.user_id, None, "desk")
        assert [one.kind for one in help_desk.show(town.verifier, desk, alice.user.user_id).factors] == [
            FactorKind.TEMPORARY_PASSCODE
        ]
        proof = complete_prompt(town.verifier, token=alice.begins().token, answer=code, client=BROWSER)
        assert proof.session.proof is FactorKind.TEMPORARY_PASSCODE

    def test_a_second_passcode_is_refused_and_written_down(self, town: Town, alice: Person, desk: SignedIn) -> None:
        """While the first is valid, and after it until something lasting was active."""
        help_desk.issue_passcode(town.verifier, desk, alice.user.user_id, reason=WHY)
        with refused(Reason.PASSCODE_STILL_VALID):
            help_desk.issue_passcode(town.verifier, desk, alice.user.user_id, reason=WHY)
        assert town.events()[-1] == (EventKind.DESK_PASSCODE, Reason.PASSCODE_STILL_VALID)

    def test_a_new_number_is_not_verified(self, town: Town, alice: Person, desk: SignedIn) -> None:
        """Its user has to prove it; the record has its last digits."""
        help_desk.set_number(town.verifier, desk, alice.user.user_id, number="+44 7700 900123", reason=WHY)

        found = help_desk.find(town.verifier, desk, query="+447700900123", reason=WHY)
        assert (found.name, found.is_number_verified) == ("alice", False)
        row = next(row for row in town.record() if row.kind is EventKind.DESK_NUMBER_SET)
        assert row.facts["number"] == "…23"

    def test_a_real_number_is_malformed(self, town: Town, alice: Person, desk: SignedIn) -> None:
        """Only numbers that belong to nobody, whoever is called."""
        with pytest.raises(MessageError, match="fictional"):
            help_desk.set_number(town.verifier, desk, alice.user.user_id, number="+4915112345678", reason=WHY)

    @pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.name)
    def test_no_act_without_a_reason(self, town: Town, alice: Person, desk: SignedIn, kind: EventKind) -> None:
        """Nothing is done and nothing is written."""
        before = len(town.record())
        with pytest.raises(MessageError, match="a reason"):
            {
                EventKind.DESK_UNLOCKED: lambda: help_desk.unlock(town.verifier, desk, alice.user.user_id, reason=" "),
                EventKind.DESK_SUSPENDED: lambda: help_desk.suspend(
                    town.verifier, desk, alice.user.user_id, reason=" "
                ),
                EventKind.DESK_RESUMED: lambda: help_desk.resume(town.verifier, desk, alice.user.user_id, reason=" "),
                EventKind.DESK_NUMBER_SET: lambda: help_desk.set_number(
                    town.verifier, desk, alice.user.user_id, number=NUMBER, reason=" "
                ),
                EventKind.DESK_PASSCODE: lambda: help_desk.issue_passcode(
                    town.verifier, desk, alice.user.user_id, reason=" "
                ),
            }[kind]()
        assert len(town.record()) == before


class TestTickets:
    """Answering what users write."""

    @pytest.mark.usefixtures("alice")
    def test_the_open_ones_are_listed_with_their_owners(self, town: Town, desk: SignedIn, ticket: Ticket) -> None:
        """Oldest first; a closed one is gone from the list, and can still be read."""
        listed = help_desk.list_tickets(town.verifier, desk)
        assert [(one.ticket, one.owner) for one in listed] == [(ticket, "alice")]

        help_desk.close(town.verifier, desk, ticket.ticket_id)

        assert help_desk.list_tickets(town.verifier, desk) == []
        shown = help_desk.show_ticket(town.verifier, desk, ticket.ticket_id)
        assert (shown.ticket.is_open, shown.owner) == (False, "alice")
        assert town.events()[-1] == (EventKind.TICKET_CLOSED, None)

    def test_an_answer_is_one_of_the_desk(self, town: Town, alice: Person, desk: SignedIn, ticket: Ticket) -> None:
        """The user reads that the desk wrote it; the record has who."""
        town.clock.advance(seconds=1)
        help_desk.reply(town.verifier, desk, ticket.ticket_id, body="We look into it.")

        shown = help_desk.show_ticket(town.verifier, desk, ticket.ticket_id)
        assert [(one.author, one.body) for one in shown.messages][1:] == [(Author.HELP_DESK, "We look into it.")]
        row = town.record()[-1]
        assert (row.kind, row.user_id) == (EventKind.TICKET_REPLIED, alice.user.user_id)
        assert (row.facts["by"], row.facts["ticket"]) == ("desk", ticket.ticket_id)

    def test_the_desk_reads_the_evidence(self, town: Town, desk: SignedIn, ticket: Ticket) -> None:
        """It was sanitised before it was kept."""
        attachment = help_desk.show_ticket(town.verifier, desk, ticket.ticket_id).attachments[0]

        assert help_desk.show_attachment(town.verifier, desk, attachment.attachment_id) == attachment

    @pytest.mark.parametrize("name", ["show_ticket", "show_attachment", "reply", "close"])
    def test_unknown_ones_are_unknown(self, town: Town, desk: SignedIn, name: str) -> None:
        """An id that no ticket has."""
        with refused(Reason.TICKET_UNKNOWN):
            OTHERS[name](town, desk, CALLER, None)

    def test_a_closed_one_takes_no_answer(self, town: Town, desk: SignedIn, ticket: Ticket) -> None:
        """And is not closed twice."""
        help_desk.close(town.verifier, desk, ticket.ticket_id)

        with refused(Reason.TICKET_CLOSED):
            help_desk.reply(town.verifier, desk, ticket.ticket_id, body="One more thing")
        with refused(Reason.TICKET_CLOSED):
            help_desk.close(town.verifier, desk, ticket.ticket_id)

    @pytest.mark.usefixtures("alice")
    def test_a_user_who_is_gone_has_no_name(self, town: Town, desk: SignedIn, ticket: Ticket) -> None:
        """Removed between two reads of one page."""
        town.between.replace("users.get", lambda _: None)

        assert help_desk.show_ticket(town.verifier, desk, ticket.ticket_id).owner == ""
