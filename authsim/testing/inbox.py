"""The simulated SIM cards: texts to users' numbers, and waiting for the next one."""

from dataclasses import dataclass, field
from typing import final

from authsim.testing.client import Lab
from authsim.testing.errors import LabError
from authsim.testing.patience import wait_for
from authsim.testing.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text. `code` is what it ends with after `#`, "" where there is none; `sent_ms` is by the lab's clock."""

    sequence: int
    text: str = field(repr=False)
    code: str = field(repr=False)
    sent_ms: int


@final
class Inbox:
    """All numbers' texts. It remembers, for each number, up to where `wait_for` has read."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._read: dict[str, int] = {}

    def wait_for(self, user: User | str, *, seconds: float = 5) -> Text:
        """Return the newest text to a user (or a number) that was not returned before; wait for it by the real clock.

        Raises `LabError` when none has come in time.
        """
        number = _number_of(user)
        after = self._read.get(number, 0)
        found = wait_for(lambda wait_ms: self._lab.list_texts(number, after=after, wait_ms=wait_ms), seconds=seconds)
        if not found:
            raise LabError(0, f"no text has come to {_hide(number)} within {seconds:g} s")
        self._read[number] = max(text["sequence"] for text in found)
        return _parse(found[-1])

    def list_texts(self, user: User | str) -> list[Text]:
        """Return all texts to a user (or a number) that have arrived, oldest first; none counts as read by that."""
        return [_parse(text) for text in self._lab.list_texts(_number_of(user))]


def _parse(members: dict[str, object]) -> Text:
    return Text(
        sequence=int(str(members["sequence"])),
        text=str(members["text"]),
        code=str(members["code"] or ""),
        sent_ms=int(str(members["sent_ms"])),
    )


def _number_of(user: User | str) -> str:
    number = user if isinstance(user, str) else user.phone
    if number is None:
        raise LabError(0, "this user has no mobile number, so no text can come")
    return number


def _hide(number: str) -> str:
    return f"••• {number[-2:]}"
