"""What `authkey card` says, in English. `PIN>`, `CHALLNG>` and `OK` are what the device's display shows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "card": "Digital Security Card+",
        "card_pin": "PIN>",
        "card_challenge": "CHALLNG>",
        "element_card": "PIN",
        "card_ready": "ready, {left} tries left",
        "card_is_locked": "locked",
        # what was done
        "card_received": "The card {serial} is ready.",
        "card_confirm": (
            "Activate it at the portal: authkey card respond CHALLENGE answers the challenge code on its page."
        ),
        # usage
        "card_need_challenge": "Say which challenge: authkey card respond CHALLENGE.",
        "need_serial": "There are several cards. Say which one with --serial: {serials}.",
        "card_pin_digits": "The {element} of a card has 4 digits.",
        # malformed
        "card_letter": "This is the letter of a card. Take the card out with authkey card receive.",
        "foreign_letter": "This is not the letter of an AuthSim card. Name the one that the portal sent.",
        "card_bad_challenge": (
            "This is not a challenge code for a card: it has 6 digits and begins with 1 to 9. Read it again from the "
            "page."
        ),
        "card_damaged": "The card in {path} is damaged. Restore it from a copy, or request another at the portal.",
        # refused
        "card_wrong_pin": "Wrong PIN. {left} tries left, then this card locks for good.",
        "card_wrong_pin_one": "Wrong PIN. 1 try left, then this card locks for good.",
        "card_locked": (
            "The card {serial} is locked for good: 5 wrong PINs. Request another at the portal, or ask the help desk."
        ),
        "card_exists": "The card {serial} is here already. authkey card list shows its state.",
        "no_such_card": "There is no card {serial} here. authkey card list shows the cards that are.",
        "no_card": "There is no card here. Request one at the portal, then authkey card receive SOURCE.",
    }
)
