"""The phone's text messages: what the portal's simulated SIM card received for a number."""

from typing import Final, NamedTuple

from authsim.authenticator.settings import require_number
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.encodings import parse_json_object, require_integer
from authsim.protocol.texted_code import find_code
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome
from mobile_cli.transport import TOTAL_SECONDS, fetch

MOST_BYTES: Final = 256 * 1024
#: How long one request may wait at the portal; the answer itself is waited for as long as any other.
LONGEST_WAIT_S: Final = 25


class Text(NamedTuple):
    """One text message. `sequence` is its place in the inbox, `sent_ms` the portal's clock."""

    sequence: int
    body: str
    sent_ms: int

    @property
    def code(self) -> str | None:
        """The code that a phone would offer to fill in."""
        return find_code(self.body)


def number_of(home: PhoneHome) -> str | None:
    """Return the number of this phone, if it was ever told."""
    return home.settings.read().number if home.has_settings else None


def read_texts(home: PhoneHome, address: str, number: str, *, after: int = 0, wait_s: float = 0) -> tuple[Text, ...]:
    """Return the texts after place `after`, oldest first; with `wait_s`, up to 25, wait for one when there is none.

    Refuses with `PHONE_OFFLINE` in airplane mode. Without Internet, texts still come.
    """
    if home.has_settings and home.settings.read().conditions.airplane:
        raise RefusalError(Reason.PHONE_OFFLINE)
    wait_ms = int(min(wait_s, LONGEST_WAIT_S) * 1000)
    answer = fetch(
        address,
        "GET",
        f"/inbox/{require_number(number)}/texts?after={after}&wait_ms={wait_ms}",
        patience=wait_ms / 1000 + TOTAL_SECONDS,
        certificate=home.read_certificate(address),
        most_bytes=MOST_BYTES,
    )
    if answer.status == 404:
        raise PhoneError(Exit.REFUSED, "no_inbox", origin=address, number=number)
    if answer.status >= 500 or answer.status == 429:
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=address)
    try:
        if answer.status == 200 and answer.is_json:
            return _parse_texts(answer.body)
    except MessageError:
        pass
    raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=address)


def _parse_texts(body: bytes) -> tuple[Text, ...]:
    texts = parse_json_object(body, most_bytes=MOST_BYTES).get("texts")
    if type(texts) is not list:
        raise MessageError("an inbox is a list of texts")
    return tuple(_parse_text(item) for item in texts)


def _parse_text(item: object) -> Text:
    if type(item) is not dict or item.keys() != {"sequence", "sent_ms", "text"} or type(item["text"]) is not str:
        raise MessageError("a text has exactly its members")
    return Text(require_integer(item["sequence"]), item["text"], require_integer(item["sent_ms"]))
