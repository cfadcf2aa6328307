"""One phone in one folder: which files there are, and in which order they change so that a crash never loses a key.

`keystore.json` is the phone (it is there, or there is none), `device.key` stands for its hardware key, `attempts`
counts PIN tries, `phone.json` shows what needs no PIN. What the files say is `authsim.authenticator`'s business.
"""

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, final

from authsim.authenticator import attempts, keystore, summary
from authsim.authenticator.device import Phone
from authsim.authenticator.keystore import Keystore, Unlocked
from authsim.authenticator.sealing import KEY_BYTES, Stretch, stretch_pin
from authsim.authenticator.summary import Summary
from authsim.errors import MessageError, Reason, RefusalError
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.files import Folder, SystemCalls, make_folder, open_folder

if TYPE_CHECKING:
    from authsim.ports import Entropy
    from mobile_cli.calls import Calls

_KEYSTORE: Final = "keystore.json"
_DEVICE_KEY: Final = "device.key"
_ATTEMPTS: Final = "attempts"
_SUMMARY: Final = "phone.json"


class State(enum.Enum):
    """What lies in the folder."""

    NONE = "none"
    READY = "ready"
    WIPED = "wiped"


@final
class PhoneHome:
    """The phone that lives in `path`. `stretch` is how a PIN becomes a key; a test counts it."""

    __slots__ = ("_calls", "_stretch", "path")

    def __init__(self, path: str, *, calls: "Calls | None" = None, stretch: Stretch = stretch_pin) -> None:
        self.path = path
        self._calls = calls or SystemCalls()
        self._stretch = stretch

    def state(self) -> State:
        """Say what lies here."""
        try:
            with open_folder(self.path, calls=self._calls) as folder:
                return _state_of(folder)
        except FileNotFoundError:
            return State.NONE

    def require_phone(self) -> None:
        """Raise unless a phone lies here: `PhoneError` when there is none, `PHONE_WIPED` when it was wiped."""
        state = self.state()
        if state is State.NONE:
            raise PhoneError(Exit.REFUSED, "no_phone", path=self.path)
        if state is State.WIPED:
            raise RefusalError(Reason.PHONE_WIPED)

    def read_summary(self) -> Summary | None:
        """Return what the phone shows without its PIN, or None when that file is missing or damaged."""
        with open_folder(self.path, calls=self._calls) as folder:
            return _read_summary(folder)

    def count_tries_left(self) -> int:
        """Return how many PIN tries are left."""
        with open_folder(self.path, calls=self._calls) as folder:
            return _count_tries_left(folder, _require_device_key(folder))

    def create(self, phone: Phone, *, pin: Secret, entropy: "Entropy") -> None:
        """Make a phone where there is none, or in place of one that was wiped. The PIN is normalised."""
        make_folder(self.path)
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            if folder.read(_KEYSTORE, most_bytes=keystore.MOST_BYTES) not in (None, keystore.format_tombstone()):
                raise PhoneError(Exit.REFUSED, "phone_exists", path=self.path)
            device_key = Secret(entropy.token_bytes(KEY_BYTES))
            made = keystore.create_keystore(
                phone, pin=pin, device_key=device_key, entropy=entropy, stretch=self._stretch
            )
            # The keystore comes last: until it is there, the folder holds no phone.
            folder.replace(_DEVICE_KEY, device_key.reveal())
            folder.replace(_ATTEMPTS, attempts.format_attempts(attempts.MOST_TRIES, device_key=device_key))
            folder.replace(_SUMMARY, summary.format_summary(summary.summarise(phone)))
            folder.replace(_KEYSTORE, keystore.format_keystore(made, device_key=device_key))

    def unlock(self, pin: Secret) -> Unlocked:
        """Open with a normalised PIN. A wrong one is refused with the tries left; the eighth wipes the phone."""
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            device_key, sealed = _require_keystore(folder)
            left = _count_tries_left(folder, device_key) - 1
            if left < 0:
                _wipe(folder)
                raise RefusalError(Reason.PHONE_WIPED)
            # The try is on disk before anything is derived: whoever pulls the plug has spent it.
            folder.rewrite(_ATTEMPTS, attempts.format_attempts(left, device_key=device_key), durable=True)
            try:
                unlocked = keystore.unlock(sealed, pin=pin, device_key=device_key, stretch=self._stretch)
            except RefusalError:
                if left == 0:
                    _wipe(folder)
                    raise RefusalError(Reason.PHONE_WIPED) from None
                raise RefusalError(Reason.WRONG_PIN, attempts_remaining=left) from None
            # Forgetting this one costs the person a try until the next success, and nobody else anything.
            restored = attempts.format_attempts(attempts.MOST_TRIES, device_key=device_key)
            folder.rewrite(_ATTEMPTS, restored, durable=False)
            _write_summary(folder, unlocked.phone)
            return unlocked

    def change(self, dek: Secret, change: Callable[[Phone], Phone], *, entropy: "Entropy") -> Phone:
        """Replace what the phone knows by a function of it, in one atomic write, with an earlier unlocking's key."""
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            device_key, sealed = _require_keystore(folder)
            phone = change(keystore.read_phone(sealed, dek))
            changed = keystore.with_phone(sealed, dek, phone, entropy=entropy)
            folder.replace(_KEYSTORE, keystore.format_keystore(changed, device_key=device_key))
            _write_summary(folder, phone)
            return phone

    def erase(self) -> None:
        """Remove the phone: its own key first, so that nothing else matters any more."""
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            folder.remove(_DEVICE_KEY)
            folder.overwrite(_KEYSTORE)
            for name in (_ATTEMPTS, _SUMMARY, _KEYSTORE):
                folder.remove(name)


def _state_of(folder: Folder) -> State:
    file = folder.read(_KEYSTORE, most_bytes=keystore.MOST_BYTES)
    if file is None:
        return State.NONE
    has_key = folder.read(_DEVICE_KEY, most_bytes=KEY_BYTES) is not None
    return State.READY if has_key and file != keystore.format_tombstone() else State.WIPED


def _require_device_key(folder: Folder) -> Secret:
    content = folder.read(_DEVICE_KEY, most_bytes=KEY_BYTES)
    if content is None:
        # A wipe removes this file first; whatever else is still there cannot be opened any more.
        raise RefusalError(Reason.PHONE_WIPED)
    if len(content) != KEY_BYTES:
        raise MessageError("the phone's own key has 32 bytes")
    return Secret(content)


def _require_keystore(folder: Folder) -> tuple[Secret, Keystore]:
    file = folder.read(_KEYSTORE, most_bytes=keystore.MOST_BYTES)
    if file is None:
        raise PhoneError(Exit.REFUSED, "no_phone", path=folder.path)
    device_key = _require_device_key(folder)
    return device_key, keystore.parse_keystore(file, device_key=device_key)


def _count_tries_left(folder: Folder, device_key: Secret) -> int:
    record = folder.read(_ATTEMPTS, most_bytes=attempts.MOST_BYTES)
    return attempts.parse_attempts(record, device_key=device_key)


def _read_summary(folder: Folder) -> Summary | None:
    file = folder.read(_SUMMARY, most_bytes=summary.MOST_BYTES)
    try:
        return None if file is None else summary.parse_summary(file)
    except MessageError:
        return None


def _write_summary(folder: Folder, phone: Phone) -> None:
    """Bring the plain file in line with the sealed one, which alone is believed; a crash between the two heals here."""
    truth = summary.format_summary(summary.summarise(phone))
    if folder.read(_SUMMARY, most_bytes=summary.MOST_BYTES) != truth:
        folder.replace(_SUMMARY, truth)


def _wipe(folder: Folder) -> None:
    folder.remove(_DEVICE_KEY)
    folder.overwrite(_KEYSTORE)
    folder.replace(_KEYSTORE, keystore.format_tombstone())
    folder.remove(_ATTEMPTS)
    folder.remove(_SUMMARY)
