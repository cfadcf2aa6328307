"""The phones of a lab as they lie on the shelf: one document for each, changed in one serialised step.

A document holds the keystore of `authsim.authenticator`, and beside it what stands for the hardware key and for the PIN
in its owner's head. So nothing in it is safe from who reads the lab's private file; it is sealed all the same, because
then a wrong PIN, a wiped phone and a raised counter are what they are on the device, by the same code.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, final

from authsim import ports
from authsim.authenticator.device import Phone
from authsim.errors import StoreError
from authsim.lab.phones.handset import Handset, format_handset, parse_handset, with_change
from authsim.lab.ports import Shelf
from authsim.secret import Secret

MOST_PHONES: Final = 10_000
_MADE: Final = "phones-made"
_PHONE: Final = "phone:"
_HOLDERS: Final = "phones-of:"
_SIGNING: Final = "phone-signs:"
#: Device sessions that are open, as a running app holds them in memory. They go and come back with the world, and all
#: workers have the same: so the same calls lead to the same requests.
_SESSIONS: Final = "phone-sessions:"
#: A worker that died while its phone signed holds nobody up for longer.
_LONGEST_SIGNING_S: Final = 5.0
_AGAIN_S: Final = 0.002


class UnknownPhoneError(LookupError):
    """There is no phone of that id."""


class WorldLeftError(StoreError):
    """What a phone was about to do belongs to a world that is no more."""


@final
class Drawer:
    """All virtual phones. `entropy` seals documents: what it draws is never seen, so it need not repeat."""

    __slots__ = ("_entropy", "_longest_wait_s", "_shelf")

    def __init__(self, shelf: Shelf, entropy: ports.Entropy, *, longest_wait_s: float = 2 * _LONGEST_SIGNING_S) -> None:
        self._shelf = shelf
        self._longest_wait_s = longest_wait_s
        self._entropy = entropy

    def read_world(self) -> int:
        """Return the number of the world that the phones live in: each one that is brought back has another."""
        return self._shelf.turns()

    def require_world(self, world: int) -> None:
        """Raise `WorldLeftError` unless the phones live in that world still."""
        if self.read_world() != world:
            raise WorldLeftError("a snapshot was restored meanwhile. What was begun before it is not sent")

    def draw_id(self) -> str:
        """Return the id of the next phone: `phone-1`, `phone-2` and so on; none is given twice."""
        return f"phone-{self._shelf.change(_MADE, lambda text: str(int(text or '0') + 1))}"

    def put(self, handset: Handset) -> None:
        """Put a new phone here. Raises `FileExistsError` when one of that id is here already."""

        def put(text: str | None) -> str:
            if text is not None:
                raise FileExistsError(handset.phone_id)
            return format_handset(handset)

        self._shelf.change(_PHONE + handset.phone_id, put)
        for device_id in handset.devices:
            self._hold(device_id, lambda ids: [*ids, handset.phone_id])

    def list_ids(self) -> Sequence[str]:
        """Return the ids of all phones, ascending."""
        names = self._shelf.list_names(_PHONE)
        return sorted((name.removeprefix(_PHONE) for name in names), key=lambda name: (len(name), name))

    def holds(self, phone_id: str) -> bool:
        """Say whether there is a phone of that id."""
        return self._shelf.read(_PHONE + phone_id) is not None

    def read(self, phone_id: str) -> Handset:
        """Return a phone as it is now. Raises `UnknownPhoneError`."""
        text = self._shelf.read(_PHONE + phone_id)
        if text is None:
            raise UnknownPhoneError(phone_id)
        return parse_handset(text)

    def change(self, phone_id: str, change: Callable[[Handset], Handset]) -> Handset:
        """Replace a phone by a pure function of it, in one serialised step; return it. Raises `UnknownPhoneError`."""
        changed: list[Handset] = []

        def rewrite(text: str | None) -> str:
            if text is None:
                raise UnknownPhoneError(phone_id)
            changed.append(change(parse_handset(text)))
            return format_handset(changed[-1])

        self._shelf.change(_PHONE + phone_id, rewrite)
        return changed[-1]

    def change_phone(self, phone_id: str, dek: Secret, change: Callable[[Phone], Phone]) -> Phone:
        """Replace what the device itself knows, as `change` does, with the data key that unlocking it gave."""
        told: list[Phone] = []
        before: list[Handset] = []

        def rewrite(handset: Handset) -> Handset:
            before.append(handset)
            changed, phone = with_change(handset, dek, change, entropy=self._entropy)
            told.append(phone)
            return changed

        after = self.change(phone_id, rewrite)
        for device_id in set(after.devices) - set(before[-1].devices):
            self._hold(device_id, lambda ids: [*(kept for kept in ids if kept != phone_id), phone_id])
        return told[-1]

    def erase(self, phone_id: str) -> Handset:
        """Take a phone away; return what it was. Raises `UnknownPhoneError`."""
        handset = self.read(phone_id)
        self._shelf.change(_PHONE + phone_id, lambda _: None)
        for device_id in handset.devices:
            self._hold(device_id, lambda ids: [kept for kept in ids if kept != phone_id])
        self._shelf.change(_SIGNING + phone_id, lambda _: None)
        self._shelf.change(_SESSIONS + phone_id, lambda _: None)
        return handset

    def find_session(self, phone_id: str, device_id: str) -> Secret | None:
        """Return the token of the session that a phone has open for a device, or None."""
        token: str | None = json.loads(self._shelf.read(_SESSIONS + phone_id) or "{}").get(device_id)
        return None if token is None else Secret(token)

    def keep_session(self, phone_id: str, device_id: str, token: Secret) -> None:
        """Keep the token of a session, in place of an older one."""
        opened = {device_id: token.reveal_text()}
        self._shelf.change(_SESSIONS + phone_id, lambda text: json.dumps(json.loads(text or "{}") | opened))

    def list_holders(self, device_id: str) -> Sequence[str]:
        """Return the ids of the phones that hold a device's key: one, and its copies."""
        return _parse_ids(self._shelf.read(_HOLDERS + device_id))

    @contextmanager
    def signing(self, phone_id: str) -> Iterator[None]:
        """Let nobody else of this phone sign meanwhile, in any worker: counters arrive in the order they were drawn.

        Raises `StoreError` when others sign for so long.
        """
        token = f"{os.getpid()}/{time.monotonic_ns()}"
        deadline = time.monotonic() + self._longest_wait_s
        while not self._take_turn(_SIGNING + phone_id, token):
            if time.monotonic() > deadline:
                raise StoreError("this phone is busy signing for others. Ask it again in a moment")
            time.sleep(_AGAIN_S)
        try:
            yield
        finally:
            self._shelf.change(_SIGNING + phone_id, lambda text: None if text and text.endswith(token) else text)

    def _take_turn(self, name: str, token: str) -> bool:
        now_s = time.monotonic()  # the same for all processes of a machine

        def take(text: str | None) -> str:
            is_held = text is not None and 0 <= now_s - float(text.partition(" ")[0]) < _LONGEST_SIGNING_S
            return text if text is not None and is_held else f"{now_s} {token}"

        return (self._shelf.change(name, take) or "").endswith(token)

    def _hold(self, device_id: str, change: Callable[[Sequence[str]], Sequence[str]]) -> None:
        def rewrite(text: str | None) -> str | None:
            ids = change(_parse_ids(text))
            return json.dumps(ids) if ids else None

        self._shelf.change(_HOLDERS + device_id, rewrite)


def _parse_ids(text: str | None) -> Sequence[str]:
    return () if text is None else tuple(json.loads(text))
