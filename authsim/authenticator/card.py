"""A Digital Security Card+: its seed, sealed under a PIN of its own, and the response to the number typed into it.

A card has no menu: its response does not say what it is for. Counting tries durably is the shell's business.
"""

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from authsim.authenticator.keystore import Keystore, create_sealed, open_sealed
from authsim.authenticator.sealing import Stretch, stretch_pin
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.codes import compute_card_response
from authsim.protocol.encodings import format_b64u, parse_b64u, parse_json_object, require_id
from authsim.secret import Secret

if TYPE_CHECKING:
    from authsim.ports import Entropy

#: Wrong PINs until the card locks for good: the articles name no number, so the simulator's own.
MOST_TRIES: Final = 5

_PIN: Final = re.compile(rb"[0-9]{4}")
_SERIAL: Final = re.compile(r"[0-9]{8}", re.ASCII)
_SEED_BYTES: Final = 32
_MOST_BODY_BYTES: Final = 1024
_MEMBERS: Final = frozenset({"card", "instance_id", "seed"})


class Card(NamedTuple):
    """What one card knows: which portal sent it, the eight digits that stand on it, and its own seed of 32 bytes."""

    instance_id: str
    serial: str
    seed: Secret


class OpenCard(NamedTuple):
    """Proof that the PIN was right: the data key, and what the card knows."""

    dek: Secret
    card: Card


def require_card_pin(pin: Secret) -> Secret:
    """Return the PIN if it has four digits, else refuse with `PIN_UNSUITABLE`. No try is counted."""
    if not _PIN.fullmatch(pin.reveal()):
        raise RefusalError(Reason.PIN_UNSUITABLE)
    return pin


def require_serial(text: object) -> str:
    """Return what stands on a card: eight digits."""
    if type(text) is not str or not _SERIAL.fullmatch(text):
        raise MessageError("the number of a card has 8 digits")
    return text


def create_card(
    card: Card, *, pin: Secret, card_key: Secret, entropy: "Entropy", stretch: Stretch = stretch_pin
) -> Keystore:
    """Return the card, sealed under a PIN of four digits and the card's own key of 32 bytes."""
    plain = Secret(json.dumps({"card": card.serial, "instance_id": card.instance_id, "seed": _spell(card.seed)}))
    return create_sealed(plain, pin=require_card_pin(pin), device_key=card_key, entropy=entropy, stretch=stretch)


def unlock_card(keystore: Keystore, *, pin: Secret, card_key: Secret, stretch: Stretch = stretch_pin) -> OpenCard:
    """Open with a PIN of four digits, or refuse with `WRONG_PIN`. The caller has durably counted the try before."""
    opened = open_sealed(keystore, pin=pin, device_key=card_key, stretch=stretch)
    members = parse_json_object(opened.body.reveal(), most_bytes=_MOST_BODY_BYTES)
    if members.keys() != _MEMBERS:
        raise MessageError("a card has exactly its members")
    card = Card(
        instance_id=require_id(members["instance_id"]),
        serial=require_serial(members["card"]),
        seed=Secret(parse_b64u(members["seed"], length=_SEED_BYTES)),
    )
    return OpenCard(dek=opened.dek, card=card)


def respond_with_card(card: Card, challenge: str) -> str:
    """Return the 8 digits that the card shows for a challenge; `MessageError` when it is mistyped."""
    return compute_card_response(card.seed, challenge)


def _spell(seed: Secret) -> str:
    return format_b64u(seed.reveal())
