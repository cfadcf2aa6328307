"""What `ports.Tickets` promises, on every store."""

from dataclasses import replace

import pytest

from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Author, Ticket, TicketId, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.factor_nouns import attachment, message, open_ticket, ticket
from tests.support.nouns import LATER_MS, NOW_MS, add_user, event, read_all


@pytest.fixture
def opened(store: Store) -> Ticket:
    """An open ticket with one message."""
    return open_ticket(store, add_user(store).user_id)


def close(store: Store, of: Ticket) -> None:
    """Close a ticket."""
    store.tickets.close(of.ticket_id, now_ms=LATER_MS, event=event(EventKind.TICKET_CLOSED))


def reply(store: Store, of: Ticket) -> None:
    """Answer a ticket."""
    store.tickets.reply(message(of.ticket_id), attachment=None, events=[event(EventKind.TICKET_REPLIED)])


def test_a_ticket_is_kept_with_all_that_came_with_it(store: Store) -> None:
    """It gets a number, and comes back with its message and its evidence."""
    user = add_user(store)
    new = ticket(user.user_id, subject="困っています", reference="KB2895")
    written, evidence = message(new.ticket_id, body="二行\nlines"), attachment(new.ticket_id, har=b"\x00\xff")

    kept = store.tickets.open(new, written, attachment=evidence, events=[event(EventKind.TICKET_OPENED)])

    assert kept == replace(new, number=kept.number)
    assert store.tickets.get(new.ticket_id) == kept
    assert store.tickets.messages_of(new.ticket_id) == [written]
    assert store.tickets.attachments_of(new.ticket_id) == [evidence]
    assert store.tickets.attachment(evidence.attachment_id) == evidence
    assert read_all(store)[-1] is EventKind.TICKET_OPENED


def test_numbers_ascend(store: Store, opened: Ticket) -> None:
    """A user's tickets are listed newest first, the open ones of all users oldest first, at most so many."""
    second = open_ticket(store, add_user(store).user_id)
    third = open_ticket(store, opened.user_id)
    fourth = open_ticket(store, opened.user_id)
    close(store, third)

    assert opened.number < second.number < third.number < fourth.number
    closed = replace(third, is_open=False, closed_ms=LATER_MS)
    assert store.tickets.list_of(opened.user_id) == [fourth, closed, opened]
    assert store.tickets.list_open(most=9) == [opened, second, fourth]
    assert store.tickets.list_open(most=2) == [opened, second]


def test_what_is_unknown_is_nowhere(store: Store, opened: Ticket) -> None:
    """Ids that nobody has give nothing, and nothing is added to them."""
    unknown = replace(opened, ticket_id=TicketId(nouns.new_hex()))

    assert store.tickets.get(unknown.ticket_id) is None
    assert store.tickets.messages_of(unknown.ticket_id) == []
    assert store.tickets.attachments_of(unknown.ticket_id) == []
    assert store.tickets.attachment(attachment(unknown.ticket_id).attachment_id) is None
    for deed in (reply, close):
        with pytest.raises(StoreConflictError):
            deed(store, unknown)


@pytest.mark.parametrize("what", ["taken id", "unknown user", "taken attachment"])
def test_a_ticket_that_cannot_be_kept_leaves_nothing(store: Store, opened: Ticket, what: str) -> None:
    """Taken ids and users that are gone are refused, with message and evidence."""
    evidence = attachment(opened.ticket_id)
    store.tickets.reply(message(opened.ticket_id), attachment=evidence, events=[])
    new = ticket(UserId(nouns.new_hex()) if what == "unknown user" else opened.user_id)
    brought = replace(evidence, ticket_id=new.ticket_id) if what == "taken attachment" else None
    if what == "taken id":
        new = replace(new, ticket_id=opened.ticket_id)
    recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        store.tickets.open(new, message(new.ticket_id), attachment=brought, events=[event()])

    assert store.tickets.list_of(opened.user_id) == [opened]
    assert len(store.tickets.messages_of(opened.ticket_id)) == 2
    assert store.tickets.attachment(evidence.attachment_id) == evidence
    assert read_all(store) == recorded


def test_messages_are_listed_oldest_first(store: Store, opened: Ticket) -> None:
    """Whatever the order in which they came; evidence likewise."""
    late = message(opened.ticket_id, author=Author.HELP_DESK, at_ms=LATER_MS)
    early = message(opened.ticket_id, body="before", at_ms=NOW_MS - 1)
    files = [attachment(opened.ticket_id, attached_ms=at_ms) for at_ms in (LATER_MS, NOW_MS)]
    for written, brought in zip((late, early), files, strict=True):
        store.tickets.reply(written, attachment=brought, events=[event(EventKind.TICKET_REPLIED)])

    assert store.tickets.messages_of(opened.ticket_id) == [early, message(opened.ticket_id), late]
    assert store.tickets.attachments_of(opened.ticket_id) == files[::-1]
    assert read_all(store)[-2:] == [EventKind.TICKET_REPLIED] * 2


def test_a_closed_ticket_stays_closed(store: Store, opened: Ticket) -> None:
    """It takes no message and is not closed again."""
    close(store, opened)
    recorded = read_all(store)

    for deed in (reply, close):
        with pytest.raises(StoreConflictError):
            deed(store, opened)

    assert len(store.tickets.messages_of(opened.ticket_id)) == 1
    assert read_all(store) == recorded


def test_tickets_go_with_their_user(store: Store, opened: Ticket) -> None:
    """Messages and evidence too; another user's stay."""
    evidence, theirs = attachment(opened.ticket_id), open_ticket(store, add_user(store).user_id)
    store.tickets.reply(message(opened.ticket_id), attachment=evidence, events=[])

    store.users.remove(opened.user_id, event=event(EventKind.USER_REMOVED))

    assert store.tickets.get(opened.ticket_id) is None
    assert store.tickets.messages_of(opened.ticket_id) == []
    assert store.tickets.attachment(evidence.attachment_id) is None
    assert store.tickets.list_open(most=9) == [theirs]
