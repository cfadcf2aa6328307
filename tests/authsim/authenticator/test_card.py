"""A card's own half: four digits of PIN, six of challenge, eight of response."""

import json
from collections.abc import Callable

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.card import (
    Card,
    create_card,
    require_card_pin,
    require_serial,
    respond_with_card,
    unlock_card,
)
from authsim.authenticator.keystore import create_sealed, format_keystore, parse_keystore
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.ocra import compute_response
from authsim.secret import Secret
from tests.support.phones import CountedStretch

CARD = Card(instance_id="11" * 16, serial="20417735", seed=Secret(b"\x07" * 32))
KEY = Secret(b"\x08" * 32)
PIN = Secret("4938")


def test_a_card_opens_with_its_pin_alone() -> None:
    """Through the bytes of its file; another PIN or another card's key is refused alike."""
    stretch = CountedStretch()
    made = create_card(CARD, pin=PIN, card_key=KEY, entropy=SystemEntropy(), stretch=stretch)
    read = parse_keystore(format_keystore(made, device_key=KEY), device_key=KEY)

    assert unlock_card(read, pin=PIN, card_key=KEY, stretch=stretch).card == CARD
    for pin, key in ((Secret("4939"), KEY), (PIN, Secret(b"\x09" * 32))):
        with pytest.raises(RefusalError) as refused:
            unlock_card(read, pin=pin, card_key=key, stretch=stretch)
        assert refused.value.reason is Reason.WRONG_PIN


def test_the_response_is_ocra_without_a_purpose() -> None:
    """The suite of a card; blanks and hyphens in the challenge do not matter."""
    expected = compute_response("OCRA-1:HOTP-SHA256-8:QN06", b"\x07" * 32, question="123456")

    assert respond_with_card(CARD, "123456") == respond_with_card(CARD, "123-456 ") == expected


@pytest.mark.parametrize("text", ["", "12345", "1234567", "012345", "12345x", "१२३४५६"])
def test_what_is_no_challenge_is_refused(text: str) -> None:
    """Six ASCII digits, the first of them not 0."""
    with pytest.raises(MessageError):
        respond_with_card(CARD, text)


@pytest.mark.parametrize("pin", ["", "493", "49380", "49 8", "493x", "४९३८", "4938\n"])
def test_a_pin_has_four_digits(pin: str) -> None:
    """Anything else is refused before a try is counted."""
    with pytest.raises(RefusalError) as refused:
        require_card_pin(Secret(pin))

    assert refused.value.reason is Reason.PIN_UNSUITABLE
    assert require_card_pin(PIN) == PIN


@pytest.mark.parametrize("serial", ["", "2041773", "204177350", "2041773x", 20417735, None])
def test_a_serial_has_eight_digits(serial: object) -> None:
    """It is a folder's name, so nothing else may pass."""
    with pytest.raises(MessageError):
        require_serial(serial)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members | {"more": 1},
        lambda members: {"card": members["card"]},
        lambda members: members | {"card": "1"},
        lambda members: members | {"instance_id": "11"},
        lambda members: members | {"seed": "AA"},
    ],
)
def test_a_body_that_is_no_card_is_refused(change: Callable[[dict[str, object]], dict[str, object]]) -> None:
    """Whatever was sealed with the right keys."""
    members: dict[str, object] = {"card": CARD.serial, "instance_id": CARD.instance_id, "seed": "Bw" * 21 + "c"}
    stretch = CountedStretch()
    sealed = create_sealed(
        Secret(json.dumps(change(members))), pin=PIN, device_key=KEY, entropy=SystemEntropy(), stretch=stretch
    )

    with pytest.raises(MessageError):
        unlock_card(sealed, pin=PIN, card_key=KEY, stretch=stretch)


def test_a_card_does_not_show_its_seed() -> None:
    """Its parts are named, its secret is wrapped."""
    assert "0707" not in repr(CARD)
    assert "\\x07" not in repr(CARD)
