"""The simulated SIM card."""

from dataclasses import replace

import pytest

from authsim.errors import StoreError
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.inbox import list_numbers, list_texts
from authsim.verifier.sealing import open_text
from authsim.verifier.texting import mask_name, write_text
from tests.support.people import NUMBER, PASSWORD, Person, Town

OTHER = "+447700900123"


def sends(town: Town, alice: Person, times: int) -> None:
    """Let phones ask for alice, one after the other."""
    for _ in range(times):
        town.sells_phone().starts_adding(town.verifier, alice.user.name, PASSWORD)
        town.clock.advance(seconds=120)


def test_texts_are_read_in_order_and_on(town: Town, alice: Person) -> None:
    """Oldest first, with their instants; reading on from the last that was seen gives what came since."""
    begun_ms = town.clock.now_ms()
    sends(town, alice, 3)

    received = list_texts(town.verifier, NUMBER)

    assert [one.sent_ms for one in received] == [begun_ms, begun_ms + 120_000, begun_ms + 240_000]
    assert [one.sequence for one in received] == sorted({one.sequence for one in received})
    assert list(list_texts(town.verifier, NUMBER, after=received[1].sequence)) == [received[2]]
    assert list(list_texts(town.verifier, NUMBER, most=2)) == list(received[1:])


def test_each_number_has_its_own(town: Town, alice: Person) -> None:
    """Two users may share a number; another number receives nothing of it."""
    town.adds("bob", number=OTHER)
    town.adds("carol")
    town.adds("dave", number=None)
    sends(town, alice, 1)

    assert list(list_numbers(town.verifier)) == [NUMBER, OTHER]
    assert list(list_texts(town.verifier, OTHER)) == []
    assert list(list_texts(town.verifier, "+12125550199")) == []


def test_what_is_kept_does_not_say_the_code(town: Town, alice: Person) -> None:
    """The text is sealed, and for this number alone."""
    sends(town, alice, 1)
    (message,) = town.verifier.store.texts.list_of(NUMBER, after=0, most=9)
    code = alice.reads_code()

    assert code.encode() not in repr(message).encode() + message.body.ciphertext
    with pytest.raises(StoreError):
        open_text(town.verifier, replace(message, number=OTHER))


def test_a_reading_does_not_print_itself(town: Town, alice: Person) -> None:
    """The code is not in its repr."""
    sends(town, alice, 1)

    assert alice.reads_code() not in repr(list_texts(town.verifier, NUMBER))


def test_a_label_is_text_and_nothing_else(town: Town, alice: Person) -> None:
    """What looks like a pattern or a code in a label is tamed, and leaves the end of the text as it is."""
    message = write_text(
        town.verifier, alice.user, NUMBER, label="{code} @localhost #999999", code=Secret("123456"), now_ms=0
    )

    text = open_text(town.verifier, message).reveal_text()

    assert '"·code· ·localhost ·999999"' in text
    assert text.endswith(" @localhost #123456")


def test_names_are_masked() -> None:
    """Two letters are enough to know which of one's own users it is."""
    assert (mask_name("alice"), mask_name("bob")) == ("al***", "bo***")


def test_an_operator_reads_them_too(town: Town, alice: Person) -> None:
    """The help desk sees what the user's number received; without a number there is nothing."""
    sends(town, alice, 1)
    bob = town.adds("bob", number=None)

    assert [one.text for one in operators.texts(town.verifier, alice.user)] == alice.texts()
    assert list(operators.texts(town.verifier, bob.user)) == []
