"""The letter that brings a security card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol.card_uri import CardUri, format_card_uri, parse_card_uri
from authsim.secret import Secret

CARD = CardUri(instance_id="00" * 15 + "01", serial="01234567", seed=Secret(bytes(range(32))))
TEXT = "authsim://card/1?i=" + "00" * 15 + "01&n=01234567&k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def test_its_text() -> None:
    """Portal, serial number and seed, in this order."""
    assert format_card_uri(CARD).reveal_text() == TEXT
    assert parse_card_uri(TEXT) == CARD
    assert "BAUG" not in repr(CARD)


@given(
    st.builds(
        CardUri,
        instance_id=st.binary(min_size=16, max_size=16).map(bytes.hex),
        serial=st.from_regex("[0-9]{8}", fullmatch=True),
        seed=st.binary(min_size=32, max_size=32).map(Secret),
    )
)
def test_every_letter_is_read_as_it_was_written(card: CardUri) -> None:
    """Any card survives the letter."""
    assert parse_card_uri(format_card_uri(card).reveal_text()) == card


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "A",
        TEXT + "\n",
        " " + TEXT,
        TEXT[:-1] + "9",  # the last character has bits that no byte holds
        TEXT.replace("card/1", "card/2"),
        TEXT.replace("card", "Card"),
        TEXT.replace("n=01234567", "n=0123456"),
        TEXT.replace("n=01234567", "n=٠1234567"),
        TEXT.replace("&n=01234567", "") + "&n=01234567",
        TEXT + "&n=01234567",
        TEXT + "&z=1",
        TEXT.replace("01&n", "0G&n"),
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    """Each parameter once, in this order, nothing else."""
    with pytest.raises(MessageError):
        parse_card_uri(text)


@pytest.mark.parametrize("changes", [{"serial": "123"}, {"instance_id": "00"}])
def test_no_other_letter_is_written(changes: dict[str, str]) -> None:
    """A serial number has 8 digits, and a portal its id."""
    with pytest.raises(MessageError):
        format_card_uri(
            CardUri(**{"instance_id": CARD.instance_id, "serial": CARD.serial, "seed": CARD.seed} | changes)
        )
