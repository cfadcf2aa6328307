"""Web tickets: what their user writes, whose they are, and evidence that opens nothing any more."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim.errors import MessageError, Reason
from authsim.events import EventKind
from authsim.model import Attachment, AttachmentId, Author, Reach, Role, Ticket, TicketId
from authsim.protocol.activation_uri import format_session_id, parse_activation_uri
from authsim.protocol.device_session import SessionReply, parse_session_reply
from authsim.protocol.encodings import format_b64u
from authsim.secret import Secret
from authsim.verifier import help_desk, tickets
from authsim.verifier.device_sessions import open_device_session
from authsim.verifier.sessions import SignedIn, require_session
from authsim.verifier.tickets import Evidence
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town, refused

HAR = Evidence(har=b'{"log":{}}', report=b'{"removed":3}', uploaded_bytes=4_096)


def sign_in(town: Town, person: Person) -> SignedIn:
    """Activate a new phone and log in with both factors."""
    phone = town.sells_phone()
    person.activates(phone)
    return require_session(town.verifier, person.logs_in(with_=phone).token)


@pytest.fixture
def signed_in(town: Town, alice: Person) -> SignedIn:
    """alice's browser, signed in with both factors."""
    return sign_in(town, alice)


@pytest.fixture
def ticket(town: Town, signed_in: SignedIn) -> Ticket:
    """A ticket of alice's, with evidence."""
    return tickets.open_ticket(
        town.verifier,
        signed_in,
        subject="The page stays white",
        body="After the password nothing happens.",
        reference="Ms Smith",
        evidence=HAR,
    )


class TestOpening:
    """A subject, a message, and what somebody was told to write."""

    def test_it_is_kept_with_its_message_and_evidence(self, town: Town, signed_in: SignedIn, ticket: Ticket) -> None:
        """As it was written, with a number to quote; of the evidence only what was clean."""
        shown = tickets.show_ticket(town.verifier, signed_in, ticket.ticket_id)

        assert shown.ticket == ticket
        assert (ticket.subject, ticket.reference, ticket.is_open) == ("The page stays white", "Ms Smith", True)
        assert ticket.number > 0
        assert [(message.author, message.body) for message in shown.messages] == [
            (Author.USER, "After the password nothing happens.")
        ]
        assert [(one.har, one.report, one.uploaded_bytes) for one in shown.attachments] == [
            (HAR.har, HAR.report, HAR.uploaded_bytes)
        ]
        assert shown.owner == "alice"
        assert tickets.list_tickets(town.verifier, signed_in) == [ticket]

    def test_the_record_says_so_without_what_was_written(self, town: Town, ticket: Ticket) -> None:
        """Who, from where, which ticket: a subject may hold anything."""
        rows = [row for row in town.record() if row.kind in (EventKind.TICKET_OPENED, EventKind.EVIDENCE_ATTACHED)]

        assert [row.kind for row in rows] == [EventKind.TICKET_OPENED, EventKind.EVIDENCE_ATTACHED]
        for row in rows:
            assert row.facts == {
                "by": "user",
                "ticket": ticket.ticket_id,
                "address": BROWSER.address,
                "agent": BROWSER.agent,
            }

    def test_without_evidence_there_is_no_row_of_it(self, town: Town, signed_in: SignedIn) -> None:
        """Most tickets have none."""
        ticket = tickets.open_ticket(town.verifier, signed_in, subject="Hello", body="One\r\ntwo\rthree\tfour ")

        shown = tickets.show_ticket(town.verifier, signed_in, ticket.ticket_id)
        assert (shown.attachments, ticket.reference) == ([], "")
        assert shown.messages[0].body == "One\ntwo\nthree\tfour"
        assert EventKind.EVIDENCE_ATTACHED not in {kind for kind, _ in town.events()}

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"subject": " "}, "a subject has 1 to 100"),
            ({"subject": "x" * 101}, "a subject has 1 to 100"),
            ({"subject": "two\nlines"}, "one line"),
            ({"subject": "turned \u202e around"}, "one line"),
            ({"body": "\n \n"}, "a message has 1 to 4000"),
            ({"body": "x" * 4001}, "a message has 1 to 4000"),
            ({"body": "a\0b"}, "no control characters"),
            ({"body": "a\x1b[2Jb"}, "no control characters"),
            ({"reference": "x" * 61}, "a reference has 0 to 60"),
            ({"reference": "a\x7fb"}, "one line"),
        ],
    )
    def test_what_is_no_text_for_people_is_malformed(
        self, town: Town, signed_in: SignedIn, fields: dict[str, str], rule: str
    ) -> None:
        """The rule is named, and nothing is kept."""
        with pytest.raises(MessageError, match=rule):
            tickets.open_ticket(town.verifier, signed_in, **{"subject": "Hello", "body": "There"} | fields)
        assert tickets.list_tickets(town.verifier, signed_in) == []

    def test_the_longest_are_taken(self, town: Town, signed_in: SignedIn) -> None:
        """Characters count, not bytes."""
        ticket = tickets.open_ticket(
            town.verifier, signed_in, subject="件" * 100, body="文" * 4000, reference="番" * 60
        )
        assert ticket.subject == "件" * 100


class TestReplies:
    """The conversation."""

    def test_messages_stand_in_their_order(self, town: Town, signed_in: SignedIn, ticket: Ticket) -> None:
        """With what each brought along."""
        town.clock.advance(seconds=1)
        tickets.reply(town.verifier, signed_in, ticket.ticket_id, body="It works again.")
        tickets.reply(town.verifier, signed_in, ticket.ticket_id, body="No.", evidence=HAR)

        shown = tickets.show_ticket(town.verifier, signed_in, ticket.ticket_id)
        assert [message.body for message in shown.messages][1:] == ["It works again.", "No."]
        assert len(shown.attachments) == 2
        assert town.events()[-3:] == [
            (EventKind.TICKET_REPLIED, None),
            (EventKind.TICKET_REPLIED, None),
            (EventKind.EVIDENCE_ATTACHED, None),
        ]

    def test_a_closed_ticket_takes_no_more(self, town: Town, signed_in: SignedIn, ticket: Ticket) -> None:
        """Nor one that is closed at that very moment."""
        desk = sign_in(town, town.adds("desk", role=Role.HELP_DESK))
        town.between.before("tickets.reply", lambda: help_desk.close(town.verifier, desk, ticket.ticket_id))

        for _ in range(2):
            with refused(Reason.TICKET_CLOSED):
                tickets.reply(town.verifier, signed_in, ticket.ticket_id, body="Still there?")
        assert len(tickets.show_ticket(town.verifier, signed_in, ticket.ticket_id).messages) == 1


class TestClosing:
    """Whoever opened it may say that all is well."""

    def test_its_owner_closes_it_once(self, town: Town, signed_in: SignedIn, ticket: Ticket) -> None:
        """Nothing more is added then; it can still be read."""
        tickets.close(town.verifier, signed_in, ticket.ticket_id)

        assert not tickets.show_ticket(town.verifier, signed_in, ticket.ticket_id).ticket.is_open
        assert town.events()[-1] == (EventKind.TICKET_CLOSED, None)
        with refused(Reason.TICKET_CLOSED):
            tickets.close(town.verifier, signed_in, ticket.ticket_id)


class TestOwners:
    """Nobody reads or writes another's ticket; an id of another is as unknown as none."""

    @pytest.mark.parametrize(
        "act",
        [
            lambda town, stranger, ticket: tickets.show_ticket(town.verifier, stranger, ticket.ticket_id),
            lambda town, stranger, ticket: tickets.reply(town.verifier, stranger, ticket.ticket_id, body="Mine?"),
            lambda town, stranger, ticket: tickets.close(town.verifier, stranger, ticket.ticket_id),
            lambda town, stranger, ticket: tickets.show_attachment(
                town.verifier,
                stranger,
                town.verifier.store.tickets.attachments_of(ticket.ticket_id)[0].attachment_id,
            ),
            lambda town, stranger, _: tickets.show_ticket(town.verifier, stranger, TicketId("0" * 32)),
            lambda town, stranger, _: tickets.show_attachment(town.verifier, stranger, AttachmentId("0" * 32)),
        ],
    )
    def test_foreign_ids_are_not_yours(
        self, town: Town, ticket: Ticket, act: Callable[[Town, SignedIn, Ticket], object]
    ) -> None:
        """Even for another user of the same account."""
        for name, role, account in (("bob", Role.PRIMARY, None), ("dana", Role.SECONDARY, "alice")):
            stranger = sign_in(town, town.adds(name, role=role, account=account))
            with refused(Reason.NOT_YOURS):
                act(town, stranger, ticket)
            assert tickets.list_tickets(town.verifier, stranger) == []

    def test_the_owner_reads_the_evidence(self, town: Town, signed_in: SignedIn, ticket: Ticket) -> None:
        """As it was kept."""
        attachment = tickets.show_ticket(town.verifier, signed_in, ticket.ticket_id).attachments[0]

        found: Attachment = tickets.show_attachment(town.verifier, signed_in, attachment.attachment_id)
        assert found == attachment

    @pytest.mark.parametrize(
        ("reach", "reason"),
        [
            (Reach.FULL, None),
            (Reach.RESTRICTED, None),
            (Reach.CARD_ONLY, Reason.OUT_OF_REACH),
            (Reach.TRADING, Reason.SESSION_EXPIRED),
        ],
    )
    def test_sessions_that_reach_it(self, town: Town, signed_in: SignedIn, reach: Reach, reason: Reason | None) -> None:
        """A passcode that restricts is enough to ask for help; the online card and the trading device are not."""
        session = replace(signed_in, session=replace(signed_in.session, reach=reach))
        if reason is None:
            assert tickets.list_tickets(town.verifier, session) == []
            return
        with refused(reason):
            tickets.list_tickets(town.verifier, session)
        with refused(reason):
            tickets.open_ticket(town.verifier, session, subject="Hello", body="There")

    def test_one_factor_reaches_nothing(self, town: Town, alice: Person) -> None:
        """The limited session shows a QR code, and that is all."""
        limited = require_session(town.verifier, alice.enters().token)
        with refused(Reason.SECOND_FACTOR_REQUIRED):
            tickets.list_tickets(town.verifier, limited)

    def test_the_help_desk_asks_itself_nothing(self, town: Town) -> None:
        """There would be nobody to answer."""
        desk = sign_in(town, town.adds("desk", role=Role.HELP_DESK))
        with refused(Reason.NOT_PERMITTED):
            tickets.open_ticket(town.verifier, desk, subject="Hello", body="There")


class TestEvidence:
    """Nothing that opens anything here may be kept."""

    def test_whatever_opens_something_is_found(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Tokens of sessions, logins and phones; the code of a QR as bytes, as Session ID and as URI."""
        limited = alice.enters()
        uri = alice.sees_code(limited)
        code = parse_activation_uri(uri.reveal_text()).code
        phone.activate(town.verifier, uri)
        login = alice.begins()
        session = alice.logs_in(with_=phone)
        reply = parse_session_reply(open_device_session(town.verifier, phone.asks_for_session(town.verifier)).encode())
        assert isinstance(reply, SessionReply)

        secrets = [
            limited.token,
            login.token,
            session.token,
            reply.token,
            uri,
            format_session_id(code),
            Secret(format_b64u(code.reveal())),
        ]
        for secret in secrets:
            assert tickets.count_secrets(town.verifier, [secret.reveal_text()]) == 1
        texts = [secret.reveal_text() for secret in secrets]
        assert tickets.count_secrets(town.verifier, texts * 2) == len(secrets)

    def test_what_only_looks_like_it_is_none(self, town: Town) -> None:
        """Tokens of somebody else's portal, words, numbers."""
        texts = ["A" * 43, "A" * 22, "0" * 26, "123456", "", "authsim://activate/1", "é" * 43]

        assert tickets.count_secrets(town.verifier, texts) == 0
        tickets.require_no_secret(town.verifier, texts)

    def test_evidence_with_one_is_refused_and_recorded(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """It would be our own fault: nothing is kept, neither the file nor the message."""
        token = alice.begins().token.reveal_text()
        leaking = replace(HAR, tokens=(token,))

        with refused(Reason.EVIDENCE_UNREADABLE):
            tickets.open_ticket(town.verifier, signed_in, subject="Hello", body="There", evidence=leaking)

        assert tickets.list_tickets(town.verifier, signed_in) == []
        assert town.events()[-1] == (EventKind.EVIDENCE_REFUSED, Reason.EVIDENCE_UNREADABLE)
        assert token not in repr(leaking)

    def test_what_was_refused_before_is_recorded_too(self, town: Town, signed_in: SignedIn) -> None:
        """A file that was too large never came here; its user reads of it."""
        refusal = tickets.note_refused_evidence(town.verifier, signed_in, Reason.EVIDENCE_TOO_LARGE)

        assert refusal.reason is Reason.EVIDENCE_TOO_LARGE
        assert town.events()[-1] == (EventKind.EVIDENCE_REFUSED, Reason.EVIDENCE_TOO_LARGE)
