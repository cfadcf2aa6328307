"""What a virtual phone needs of the world outside: a way to the portal, and eyes that read the portal's page.

Who carries the bytes is not known here; `web/lab/transport.py` runs the portal's own application in its process.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from authsim.errors import Reason, RefusalError, StoreError
from authsim.secret import Secret

_JSON: Final = frozenset({"application/json", "application/json;charset=utf-8"})
_MOST_DIGITS: Final = 6


class Answer(NamedTuple):
    """What came back: the status, the headers by their names in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Say whether it calls itself JSON."""
        return self.headers.get("content-type", "").lower().replace(" ", "") in _JSON

    @property
    def retry_after_ms(self) -> int:
        """How long the portal says to wait; 0 when it does not say."""
        return (self._number("retry-after") or 0) * 1_000

    @property
    def tries_left(self) -> int | None:
        """How many tries the portal says are left, when it does."""
        return self._number("authsim-attempts-remaining")

    def _number(self, name: str) -> int | None:
        text = self.headers.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


class UnreachableError(StoreError):
    """The portal is busy or broken: it answered with an error of its own, and the same may be asked again."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the portal gave the phone no answer but an error ({status}): nothing was decided. Try again")
        self.status = status


class Text(Protocol):
    """One text message; `sequence` is its place among all that the portal sent."""

    @property
    def sequence(self) -> int:
        """Its place."""

    @property
    def text(self) -> str:
        """Its words."""


class Portal(Protocol):
    """The portal as a phone meets it, and as the person sees it who holds the phone and its SIM card."""

    def send(self, method: str, path: str, *, body: bytes | None = None, bearer: Secret | None = None) -> Answer:
        """Send one request of a phone and return its answer."""

    def knows(self, username: str) -> bool:
        """Say whether there is such a user."""

    def read_number(self, request_id: str) -> str:
        """Return the number that the page of the login shows for a request: what the person has to type."""

    def list_texts(self, username: str, *, after: int = 0) -> Sequence[Text]:
        """Return the texts that came to a user's number after a place, oldest first; none for whom there is none."""

    def wait_for_texts(self, username: str, *, after: int, seconds: float) -> Sequence[Text]:
        """Return the texts after a place as soon as there are any, or none after so many seconds of the machine."""


def require_reached(answer: Answer) -> Answer:
    """Return an answer of a portal that works. Raises `UnreachableError`."""
    if answer.status >= 500:
        raise UnreachableError(answer.status)
    return answer


def read_json(answer: Answer, *, expected: int = 200) -> bytes:
    """Return the body of an answer that is one. Raises `UnreachableError` for what no portal says."""
    if answer.status != expected or not answer.is_json:
        raise UnreachableError(answer.status)
    return answer.body


def require_accepted(
    answer: Answer, refusals: Mapping[int, Reason], *, expected: int = 200, busy: Reason = Reason.THROTTLED
) -> bytes:
    """Return the body of an accepted request. Refuses with what the status stands for, `busy` for a 429."""
    require_reached(answer)
    if answer.status == 429:
        raise RefusalError(busy, retry_after_ms=answer.retry_after_ms or None)
    if answer.status in refusals:
        raise RefusalError(refusals[answer.status], attempts_remaining=answer.tries_left)
    return read_json(answer, expected=expected)
