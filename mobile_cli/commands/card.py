"""`authkey card`: the Digital Security Card+, a device of its own with a PIN of its own. Works without any network."""

import sys

import click

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.card import Card, OpenCard, require_card_pin, respond_with_card
from authsim.errors import MessageError, RefusalError
from authsim.protocol.codes import require_card_challenge
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command, phone_group
from mobile_cli.prompts import is_interactive, read_pin_file
from mobile_cli.scan import MOST_PICTURE_BYTES, find_in_argument, find_in_bytes, read_letter
from mobile_cli.wallet import Wallet

_PIN = "element_card"

command = phone_group(
    "card",
    "The Digital Security Card+: receive it, answer with it.",
    text="Receive the card that the portal sends, and answer challenge codes with it.\n\n"
    "A card is no part of the phone: it has a PIN of its own, and lies in the folder cards beside it.",
    examples=(
        "authkey card receive letter.txt",
        "authkey card respond 123456",
        "authkey card change-pin",
        "authkey card list",
    ),
)


@phone_command(
    "receive",
    "Take a card out of its letter.",
    pin=True,
    element=_PIN,
    examples=("authkey card receive letter.txt", "authkey card receive - --pin-file card.pin < letter.txt"),
)
@click.argument("source", metavar="URI|TEXT|IMAGE|-")
def receive(invocation: Invocation, source: str) -> None:
    """Take the card out of the letter that the portal sent: its text, a picture of it, or - for standard input.

    Choose a PIN of four digits. Five wrong ones lock the card for good; then request another at the portal.
    """
    if source == "-" and invocation.pin_stdin:
        raise PhoneError(Exit.USAGE, "one_stdin", element=invocation.element)
    uri = (
        find_in_bytes(sys.stdin.buffer.read(MOST_PICTURE_BYTES + 1), read_letter)
        if source == "-"
        else find_in_argument(source, read_letter)
    )
    wallet = _wallet(invocation)
    wallet.require_room(uri.serial)
    pin = _require_pin(invocation, invocation.read_pin("new_element")) if invocation.has_pin else _type_new(invocation)
    card = Card(instance_id=uri.instance_id, serial=uri.serial, seed=uri.seed)
    wallet.receive(card, pin=pin, entropy=SystemEntropy())
    console = invocation.console
    console.line(console.say("card_received", serial=card.serial))
    console.line(console.say("card_confirm", serial=card.serial))
    console.json({"card": card.serial, "state": "ready"})


@phone_command(
    "respond",
    "Answer a challenge code with the card.",
    pin=True,
    element=_PIN,
    examples=(
        "authkey card respond 123456",
        "authkey card respond 123456 --serial 20417735",
        "authkey card respond 123456 --pin-file card.pin",
    ),
)
@click.argument("challenge", nargs=-1, metavar="[CHALLENGE...]")
@click.option("--serial", metavar="N", help="Which card, when there are several: the number that stands on it.")
def respond(invocation: Invocation, challenge: tuple[str, ...], serial: str | None) -> None:
    """Press the round button, give the PIN and the challenge code: the card shows the response, eight digits."""
    given = " ".join(challenge)
    if not given and not is_interactive():
        raise PhoneError(Exit.USAGE, "card_need_challenge")
    digits = _require_challenge(given) if given else None
    wallet = _wallet(invocation)
    chosen = _choose(wallet, serial)
    _display(invocation, f"{invocation.console.say('card')} {chosen}", "", "  ( press )", "")
    opened = wallet.unlock(chosen, _require_pin(invocation, invocation.read_pin("card_pin")))
    _display(invocation, "OK")
    digits = _enter(invocation, digits)
    _display(invocation, "OK", "")
    response = respond_with_card(opened.card, digits)
    invocation.console.code("response", response)
    invocation.console.json({"card": chosen, "response": response})


@phone_command(
    "change-pin",
    "Change the PIN of the card.",
    pin=True,
    element=_PIN,
    examples=("authkey card change-pin", "authkey card change-pin --pin-file OLD --new-pin-file NEW"),
)
@click.option("--serial", metavar="N", help="Which card, when there are several: the number that stands on it.")
@click.option("--new-pin-file", metavar="FILE", help="Read the new PIN from a file.")
def change_pin(invocation: Invocation, serial: str | None, new_pin_file: str | None) -> None:
    """Give the current PIN of the card, then the new one twice. A forgotten one cannot be changed."""
    wallet = _wallet(invocation)
    chosen = _choose(wallet, serial)
    opened = _open(invocation, wallet, chosen)
    if new_pin_file is not None:
        pin = _require_pin(invocation, read_pin_file(new_pin_file))
    else:
        pin = _type_new(invocation, no_terminal="need_new_element")
    wallet.change_pin(chosen, opened.dek, pin, entropy=SystemEntropy())
    console = invocation.console
    console.line(console.say("element_changed", element=invocation.element))
    console.json({"card": chosen, "changed": True})


@phone_command(
    "list",
    "List the cards that are here.",
    pin=False,
    examples=("authkey card list", "authkey card list --json"),
)
def list_cards(invocation: Invocation) -> None:
    """List the cards by the number that stands on them, and how many tries of the PIN are left."""
    console, cards = invocation.console, _wallet(invocation).list_cards()
    if not cards:
        console.note(console.say("no_card"))
    console.table(
        [
            (card.serial, console.say("card_is_locked" if card.is_locked else "card_ready", left=card.tries_left))
            for card in cards
        ]
    )
    described = [
        {"serial": card.serial, "state": "locked" if card.is_locked else "ready", "tries_left": card.tries_left}
        for card in cards
    ]
    console.json({"cards": described})


for _command in (receive, respond, change_pin, list_cards):
    command.add_command(_command)


def _wallet(invocation: Invocation) -> Wallet:
    return Wallet(invocation.home.path)


def _choose(wallet: Wallet, serial: str | None) -> str:
    """Return the card that is meant; without a number, the only one that is not locked."""
    cards = wallet.list_cards()
    if serial is not None:
        cards = tuple(card for card in cards if card.serial == serial.replace(" ", ""))
        if not cards:
            raise PhoneError(Exit.REFUSED, "no_such_card", serial=serial)
    if not cards:
        raise PhoneError(Exit.REFUSED, "no_card")
    ready = [card.serial for card in cards if not card.is_locked]
    if not ready:
        raise PhoneError(Exit.REFUSED, "card_locked", serial=", ".join(card.serial for card in cards))
    if len(ready) > 1:
        raise PhoneError(Exit.USAGE, "need_serial", serials=", ".join(ready))
    return ready[0]


def _open(invocation: Invocation, wallet: Wallet, serial: str) -> OpenCard:
    return wallet.unlock(serial, _require_pin(invocation, invocation.read_pin("current_element")))


def _require_pin(invocation: Invocation, pin: Secret) -> Secret:
    """Return a PIN of four digits; another one costs no try."""
    try:
        return require_card_pin(pin)
    except RefusalError:
        raise PhoneError(Exit.USAGE, "card_pin_digits", element=invocation.element) from None


def _type_new(invocation: Invocation, *, no_terminal: str = "no_terminal") -> Secret:
    """Return a PIN that a person typed twice; one who errs is told, and asked again."""
    while True:
        typed = invocation.type_pin("new_element", no_terminal)
        try:
            pin = require_card_pin(typed)
        except RefusalError:
            invocation.say_again("card_pin_digits")
            continue
        if invocation.type_pin("repeat_element", no_terminal) == pin:
            return pin
        invocation.say_again("pin_differs")


def _enter(invocation: Invocation, digits: str | None) -> str:
    """Return the challenge that the display shows after its sign: the one that was given, else as it is typed."""
    if digits is None:
        return _require_challenge(invocation.ask("card_challenge"))
    _display(invocation, f"{invocation.console.say('card_challenge')} {digits}")
    return digits


def _require_challenge(text: str) -> str:
    try:
        return require_card_challenge(text)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "card_bad_challenge") from None


def _display(invocation: Invocation, *lines: str) -> None:
    """Show lines of the card's display to a person; a pipe gets the response alone."""
    if is_interactive() and not invocation.console.as_json:
        for line in lines:
            invocation.console.line(line)
