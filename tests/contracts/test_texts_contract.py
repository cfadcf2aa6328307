"""What `ports.Texts` promises, on every store. Texts come by the changes that send them."""

import pytest

from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import TextMessage, User
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, add_user, event

ONE, TWO = "+15550100", "+447700900111"


def deliver(store: Store, user: User, number: str = ONE) -> TextMessage:
    """Send a user a text, the way every text comes."""
    sent = nouns.text(number)
    store.enrolments.begin(
        nouns.enrolment(user.user_id), text=sent, judged=nouns.HASH, not_since_ms=LATER_MS, event=event()
    )
    return sent


def test_texts_come_in_the_order_in_which_they_were_sent(store: Store) -> None:
    """Each inbox has its own, value for value, with ascending sequences, whoever they were sent to."""
    alice, bob = add_user(store), add_user(store)
    sent = [deliver(store, alice), deliver(store, bob), deliver(store, alice, TWO), deliver(store, alice)]

    first, second, third = store.texts.list_of(ONE, after=0, most=9)

    assert [text.body for text in (first, second, third)] == [sent[0].body, sent[1].body, sent[3].body]
    assert [text.sequence for text in (first, second, third)] == sorted(
        {first.sequence, second.sequence, third.sequence}
    )
    assert (first.number, first.sent_ms) == (ONE, sent[0].sent_ms)
    assert [text.body for text in store.texts.list_of(TWO, after=0, most=9)] == [sent[2].body]
    assert store.texts.list_of("+15550199", after=0, most=9) == []


def test_a_reader_reads_on(store: Store) -> None:
    """Only what came after is given, oldest first; of too many, the newest."""
    user = add_user(store)
    for _ in range(4):
        deliver(store, user)
    texts = store.texts.list_of(ONE, after=0, most=9)

    assert store.texts.list_of(ONE, after=texts[1].sequence, most=9) == texts[2:]
    assert store.texts.list_of(ONE, after=texts[3].sequence, most=9) == []
    assert store.texts.list_of(ONE, after=0, most=2) == texts[2:]
    assert store.texts.list_of(ONE, after=0, most=0) == []


def test_texts_go_with_their_user(store: Store) -> None:
    """A removed user's texts are gone; those of another user of the same number stay, and no sequence comes again."""
    alice, bob = add_user(store), add_user(store)
    kept, gone = deliver(store, bob), deliver(store, alice)
    last = store.texts.list_of(ONE, after=0, most=9)[-1]

    store.users.remove(alice.user_id, event=event(EventKind.USER_REMOVED))

    assert [text.body for text in store.texts.list_of(ONE, after=0, most=9)] == [kept.body]
    assert gone.body == last.body
    deliver(store, bob)
    assert store.texts.list_of(ONE, after=0, most=9)[-1].sequence > last.sequence


def test_the_inboxes_are_the_users_numbers(store: Store) -> None:
    """Each number once, ascending by its characters, whether or not a text came; nobody without a number."""
    for phone in (TWO, ONE, None, ONE):
        add_user(store, phone=phone)

    assert store.texts.list_numbers() == [ONE, TWO]


def test_a_text_that_was_not_sent_is_nowhere(store: Store) -> None:
    """When the enrolment is refused, its text is not delivered."""
    user = add_user(store)
    begun = nouns.enrol(store, user.user_id)
    before = store.texts.list_of(ONE, after=0, most=9)

    refused = nouns.enrolment(user.user_id)
    with pytest.raises(StoreConflictError):
        store.enrolments.begin(refused, text=nouns.text(), judged=nouns.HASH, not_since_ms=NOW_MS - 1, event=event())

    assert store.texts.list_of(ONE, after=0, most=9) == before
    assert store.enrolments.get(refused.flow_id) is None
    assert store.enrolments.get(begun.flow_id) == begun
