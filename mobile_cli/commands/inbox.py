"""`authkey inbox`: the text messages of this phone's number."""

import time

import click

from authsim.authenticator.settings import require_number
from authsim.errors import MessageError
from mobile_cli.ceremonies.inbox import LONGEST_WAIT_S, Text, number_of, read_texts
from mobile_cli.enrolling import known_address
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.portal import require_address


@phone_command(
    "inbox",
    "Read this phone's text messages.",
    pin=False,
    examples=(
        "authkey inbox",
        "authkey inbox +15555550101 --portal http://127.0.0.1:8765",
        "authkey inbox --wait 30 --json",
        "authkey inbox --follow",
    ),
)
@click.argument("number", required=False, metavar="[NUMBER]")
@click.option("--portal", metavar="URL", help="Where the portal is; the one that this phone knows.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only texts after this place in the inbox.")
@click.option("--wait", type=click.IntRange(1, 3600), metavar="SECONDS", help="Wait for a text when there is none.")
@click.option("--follow", is_flag=True, help="Go on writing texts as they come, until interrupted.")
def command(
    invocation: Invocation, number: str | None, portal: str | None, after: int, wait: int | None, follow: bool
) -> None:
    """Show the texts that the simulated SIM card of NUMBER received; without one, of this phone's own number."""
    chosen = number or number_of(invocation.home)
    if chosen is None:
        raise PhoneError(Exit.USAGE, "need_inbox_number")
    try:
        chosen = require_number(chosen)
    except MessageError:
        raise PhoneError(Exit.USAGE, "bad_telephone") from None
    address = known_address(invocation) if portal is None else require_address(portal)
    if address is None:
        raise PhoneError(Exit.USAGE, "need_portal_url")
    if follow:
        _follow(invocation, address, chosen, after)
    texts = read_texts(invocation.home, address, chosen, after=after)
    if not texts and wait is not None:
        texts = _wait(invocation, address, chosen, after, wait)
    _show(invocation, chosen, texts)


def _follow(invocation: Invocation, address: str, number: str, after: int) -> None:
    console = invocation.console
    while True:
        for text in read_texts(invocation.home, address, number, after=after, wait_s=LONGEST_WAIT_S):
            after = text.sequence
            _write(invocation, text)
            console.json(_describe(text))


def _wait(invocation: Invocation, address: str, number: str, after: int, seconds: int) -> tuple[Text, ...]:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        texts = read_texts(invocation.home, address, number, after=after, wait_s=left)
        if texts:
            return texts
    raise PhoneError(Exit.REFUSED, "no_text_came", number=number, seconds=seconds)


def _show(invocation: Invocation, number: str, texts: tuple[Text, ...]) -> None:
    console = invocation.console
    if not texts:
        console.note(console.say("no_texts", number=number))
    for text in texts:
        _write(invocation, text)
    console.json({"number": number, "texts": [_describe(text) for text in texts]})


def _write(invocation: Invocation, text: Text) -> None:
    console = invocation.console
    for line in text.body.splitlines():
        console.line(console.visible(line))
    if console.is_terminal:
        console.line()


def _describe(text: Text) -> dict[str, object]:
    return {"code": text.code, "sent_ms": text.sent_ms, "sequence": text.sequence, "text": text.body}
