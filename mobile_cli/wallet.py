"""The cards of a person: each in a folder of its own beside the phone, and no part of it.

`cards/<serial>/` of the home holds `card.json` (it is there, or there is no card), `card.key`, which stands for what
nobody can read out of the card, and `attempts`. Erasing or wiping the phone leaves the cards as they are.
"""

import contextlib
import os
from typing import TYPE_CHECKING, Final, NamedTuple, final

from authsim.authenticator import attempts, keystore
from authsim.authenticator.card import MOST_TRIES, Card, OpenCard, create_card, require_serial, unlock_card
from authsim.authenticator.keystore import Keystore
from authsim.authenticator.sealing import KEY_BYTES, Stretch, stretch_pin
from authsim.errors import MessageError, RefusalError
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.files import Folder, SystemCalls, make_folder, open_folder

if TYPE_CHECKING:
    from authsim.ports import Entropy
    from mobile_cli.calls import Calls

_CARDS: Final = "cards"
_CARD: Final = "card.json"
_CARD_KEY: Final = "card.key"
_ATTEMPTS: Final = "attempts"


class CardState(NamedTuple):
    """What a card shows without its PIN: the number that stands on it, and the tries left; none when it is locked."""

    serial: str
    tries_left: int

    @property
    def is_locked(self) -> bool:
        """Say whether it is locked for good."""
        return self.tries_left == 0


@final
class Wallet:
    """The cards beside the phone of `home`. `stretch` is how a PIN becomes a key; a test counts it."""

    __slots__ = ("_calls", "_stretch", "path")

    def __init__(self, home: str, *, calls: "Calls | None" = None, stretch: Stretch = stretch_pin) -> None:
        self.path = os.path.join(home, _CARDS)
        self._calls = calls or SystemCalls()
        self._stretch = stretch

    def list_cards(self) -> tuple[CardState, ...]:
        """Return the cards that are here, in the order of their numbers."""
        try:
            with open_folder(self.path, calls=self._calls):
                names = sorted(os.listdir(self.path))
        except FileNotFoundError:
            return ()
        return tuple(state for name in names if (state := self._look_at(name)) is not None)

    def require_room(self, serial: str) -> None:
        """Raise when a card of this number is here already, whether it answers or is locked."""
        if any(state.serial == serial for state in self.list_cards()):
            raise PhoneError(Exit.REFUSED, "card_exists", serial=serial)

    def receive(self, card: Card, *, pin: Secret, entropy: "Entropy") -> None:
        """Put a new card here, under a PIN of four digits."""
        make_folder(self.path)
        make_folder(os.path.join(self.path, require_serial(card.serial)))
        with open_folder(self.path, calls=self._calls), self._open(card.serial) as folder, folder.locked():
            if folder.read(_CARD, most_bytes=0) is not None:
                raise PhoneError(Exit.REFUSED, "card_exists", serial=card.serial)
            card_key = Secret(entropy.token_bytes(KEY_BYTES))
            made = create_card(card, pin=pin, card_key=card_key, entropy=entropy, stretch=self._stretch)
            # The sealed file comes last: until it is there, the folder holds no card.
            folder.replace(_CARD_KEY, card_key.reveal())
            folder.replace(_ATTEMPTS, attempts.format_attempts(MOST_TRIES, device_key=card_key))
            folder.replace(_CARD, keystore.format_keystore(made, device_key=card_key))

    def unlock(self, serial: str, pin: Secret) -> OpenCard:
        """Open with a PIN of four digits. A wrong one is refused with the tries left; the fifth locks the card."""
        with self._open(serial) as folder, folder.locked():
            card_key, sealed = _require_card(folder, serial)
            left = _count_tries_left(folder, card_key) - 1
            if left < 0:
                _lock(folder)
                raise PhoneError(Exit.REFUSED, "card_locked", serial=serial)
            # The try is on disk before anything is derived: whoever takes the battery out has spent it.
            folder.rewrite(_ATTEMPTS, attempts.format_attempts(left, device_key=card_key), durable=True)
            try:
                opened = unlock_card(sealed, pin=pin, card_key=card_key, stretch=self._stretch)
            except RefusalError:
                if left == 0:
                    _lock(folder)
                    raise PhoneError(Exit.REFUSED, "card_locked", serial=serial) from None
                raise PhoneError(
                    Exit.REFUSED, "card_wrong_pin_one" if left == 1 else "card_wrong_pin", left=left
                ) from None
            folder.rewrite(_ATTEMPTS, attempts.format_attempts(MOST_TRIES, device_key=card_key), durable=False)
            return opened

    def change_pin(self, serial: str, dek: Secret, pin: Secret, *, entropy: "Entropy") -> None:
        """Put the card under another PIN of four digits, in one atomic write, with an earlier unlocking's key."""
        with self._open(serial) as folder, folder.locked():
            card_key, sealed = _require_card(folder, serial)
            changed = keystore.rewrap(sealed, dek, pin=pin, device_key=card_key, entropy=entropy, stretch=self._stretch)
            folder.replace(_CARD, keystore.format_keystore(changed, device_key=card_key))

    def _open(self, serial: str) -> contextlib.AbstractContextManager[Folder]:
        return open_folder(os.path.join(self.path, serial), calls=self._calls)

    def _look_at(self, name: str) -> CardState | None:
        try:
            serial = require_serial(name)
        except MessageError:
            return None  # nobody of ours put it there
        with self._open(serial) as folder:
            if folder.read(_CARD, most_bytes=0) is None:
                return None
            card_key = folder.read(_CARD_KEY, most_bytes=KEY_BYTES)
            left = 0 if card_key is None else _count_tries_left(folder, Secret(card_key))
            return CardState(serial=serial, tries_left=left)


def _require_card(folder: Folder, serial: str) -> tuple[Secret, Keystore]:
    content, file = folder.read(_CARD_KEY, most_bytes=KEY_BYTES), folder.read(_CARD, most_bytes=keystore.MOST_BYTES)
    if file is None:
        raise PhoneError(Exit.REFUSED, "no_such_card", serial=serial)
    if content is None:
        # Locking removes this file first; whatever else is still there cannot be opened any more.
        raise PhoneError(Exit.REFUSED, "card_locked", serial=serial)
    card_key = Secret(content)
    try:
        return card_key, keystore.parse_keystore(file, device_key=card_key)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "card_damaged", path=folder.path) from None


def _count_tries_left(folder: Folder, card_key: Secret) -> int:
    record = folder.read(_ATTEMPTS, most_bytes=attempts.MOST_BYTES)
    return attempts.parse_attempts(record, device_key=card_key)


def _lock(folder: Folder) -> None:
    folder.remove(_CARD_KEY)
    folder.overwrite(_CARD)
    folder.replace(_CARD, keystore.format_tombstone())
    folder.remove(_ATTEMPTS)
