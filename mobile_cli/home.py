"""One phone in one folder: which files there are, and in which order they change so that a crash never loses a key.

`keystore.json` is the phone (it is there, or there is none), `device.key` stands for its hardware key, `attempts`
counts PIN tries, `phone.json` shows what needs no PIN. What these files say is `authsim.authenticator`'s business.
`certificates.json` holds the TLS certificates that were trusted, `settings.json` what was ever set on the phone.
"""

import contextlib
import enum
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, final

from authsim.authenticator import attempts, keystore, summary
from authsim.authenticator.device import Phone, Platform
from authsim.authenticator.keystore import Keystore, Unlocked
from authsim.authenticator.pin import PinPolicy
from authsim.authenticator.sealing import KEY_BYTES, Stretch, stretch_pin
from authsim.authenticator.summary import Summary
from authsim.errors import MessageError, Reason, RefusalError
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.files import Folder, SystemCalls, make_folder, open_folder

if TYPE_CHECKING:
    from authsim.authenticator.biometrics import Biometry
    from authsim.ports import Entropy
    from mobile_cli.calls import Calls
    from mobile_cli.settings_file import SettingsFile

_KEYSTORE: Final = "keystore.json"
_DEVICE_KEY: Final = "device.key"
_ATTEMPTS: Final = "attempts"
_SUMMARY: Final = "phone.json"
_SETTINGS: Final = "settings.json"
_CERTIFICATES: Final = "certificates.json"
_SIGNING: Final = "signing"


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
        try:
            with open_folder(self.path, calls=self._calls) as folder:
                return _read_summary(folder)
        except FileNotFoundError:
            return None

    def count_tries_left(self) -> int:
        """Return how many PIN tries are left."""
        with open_folder(self.path, calls=self._calls) as folder:
            return _count_tries_left(folder, _require_device_key(folder))

    @property
    def has_settings(self) -> bool:
        """Say whether anything was ever set on this phone; without, it is set as recommended."""
        try:
            with open_folder(self.path, calls=self._calls) as folder:
                return folder.read(_SETTINGS, most_bytes=0) is not None
        except FileNotFoundError:
            return False

    @property
    def settings(self) -> "SettingsFile":
        """What the phone is set to. Nothing in it is secret."""
        from mobile_cli.settings_file import SettingsFile

        return SettingsFile(self.path, calls=self._calls, platform=self._platform)

    def _platform(self) -> Platform:
        known = self.read_summary()
        return Platform.IOS if known is None else known.platform

    def read_certificate(self, origin: str) -> str | None:
        """Return the PEM text of the certificate that was trusted for this portal, if any."""
        from mobile_cli.certificates import find_certificate

        return find_certificate(self.path, origin, calls=self._calls)

    def keep_certificate(self, origin: str, certificate: str | None) -> None:
        """Trust this certificate for this portal in place of any other; None trusts none any more."""
        from mobile_cli.certificates import keep_certificate

        keep_certificate(self.path, origin, certificate, calls=self._calls)

    def create(self, phone: Phone, *, pin: Secret, entropy: "Entropy") -> None:
        """Make a phone where there is none, or in place of one that was wiped. The PIN is normalised."""
        make_folder(self.path)
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            if folder.read(_KEYSTORE, most_bytes=keystore.MOST_BYTES) not in (None, keystore.format_tombstone()):
                raise PhoneError(Exit.REFUSED, "phone_exists", path=self.path)
            folder.remove(_SETTINGS)
            self._make(folder, phone, pin=pin, entropy=entropy)

    def start_anew(self, phone: Phone, *, pin: Secret, entropy: "Entropy") -> None:
        """Give up what this phone knows and make it one of another PIN; what it is set to stays."""
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            folder.remove(_KEYSTORE)
            self._make(folder, phone, pin=pin, entropy=entropy)

    def _make(self, folder: Folder, phone: Phone, *, pin: Secret, entropy: "Entropy") -> None:
        device_key = Secret(entropy.token_bytes(KEY_BYTES))
        made = keystore.create_keystore(phone, pin=pin, device_key=device_key, entropy=entropy, stretch=self._stretch)
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
            _forgive_looks(folder)
            return unlocked

    def look(self, *, is_match: bool) -> Unlocked:
        """Open with simulated biometrics. A look that does not match is refused; after the fifth only the PIN opens."""
        from authsim.authenticator.biometrics import count_look, require_match
        from mobile_cli.settings_file import find_settings, replace_settings

        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            device_key, sealed = _require_keystore(folder)
            settings = find_settings(folder)
            if settings is None or not settings.biometrics.is_on:
                raise RefusalError(Reason.NOT_ENROLLED)
            # Counted on disk before it is judged, as a PIN is.
            counted = replace_settings(folder, None, settings._replace(biometrics=count_look(settings.biometrics)))
            judged = require_match(counted.biometrics, is_match=is_match)
            unlocked = keystore.unlock_with_biometrics(sealed, device_key=device_key)
            replace_settings(folder, None, counted._replace(biometrics=judged))
            _write_summary(folder, unlocked.phone)
            return unlocked

    def set_biometrics(self, dek: Secret, kind: "Biometry", *, entropy: "Entropy") -> None:
        """Let simulated biometrics open the phone from now on, or no longer, with an earlier unlocking's key."""
        from authsim.authenticator.biometrics import Biometrics

        changed = Biometrics(kind=kind)
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            device_key, sealed = _require_keystore(folder)
            sealed = sealed._replace(bio=None)
            if changed.is_on:
                sealed = keystore.with_biometrics(sealed, dek, device_key=device_key, entropy=entropy)
            folder.replace(_KEYSTORE, keystore.format_keystore(sealed, device_key=device_key))
        self.settings.change(lambda settings: settings._replace(biometrics=changed))

    def read(self, dek: Secret) -> Phone:
        """Return what the phone knows now, with an earlier unlocking's key."""
        with open_folder(self.path, calls=self._calls) as folder:
            return keystore.read_phone(_require_keystore(folder)[1], dek)

    def change(self, dek: Secret, change: Callable[[Phone], Phone], *, entropy: "Entropy") -> Phone:
        """Replace what the phone knows by a function of it, in one atomic write, with an earlier unlocking's key."""
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            device_key, sealed = _require_keystore(folder)
            phone = change(keystore.read_phone(sealed, dek))
            changed = keystore.with_phone(sealed, dek, phone, entropy=entropy)
            folder.replace(_KEYSTORE, keystore.format_keystore(changed, device_key=device_key))
            _write_summary(folder, phone)
            return phone

    @contextlib.contextmanager
    def signing(self) -> Iterator[None]:
        """Let nobody else of this phone sign meanwhile: a portal takes counters in the order in which they were drawn.

        Held from drawing a counter until the portal has answered, by whatever process or thread sends it.
        """
        with open_folder(self.path, calls=self._calls) as folder, folder.locked(_SIGNING):
            yield

    def change_pin(self, dek: Secret, pin: Secret, *, policy: PinPolicy, entropy: "Entropy") -> None:
        """Put the phone under another normalised PIN, in one atomic write, with an earlier unlocking's key."""
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            device_key, sealed = _require_keystore(folder)
            phone = keystore.read_phone(sealed, dek)._replace(pin_policy=policy)
            made = keystore.with_phone(sealed, dek, phone, entropy=entropy)
            made = keystore.rewrap(made, dek, pin=pin, device_key=device_key, entropy=entropy, stretch=self._stretch)
            folder.replace(_KEYSTORE, keystore.format_keystore(made, device_key=device_key))
            _write_summary(folder, phone)

    def erase(self) -> None:
        """Remove the phone: its own key first, so that nothing else matters any more."""
        with open_folder(self.path, calls=self._calls) as folder, folder.locked():
            folder.remove(_DEVICE_KEY)
            folder.overwrite(_KEYSTORE)
            for name in (_ATTEMPTS, _SUMMARY, _SETTINGS, _CERTIFICATES, _SIGNING, _KEYSTORE):
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


def _forgive_looks(folder: Folder) -> None:
    if folder.read(_SETTINGS, most_bytes=0) is not None:
        from mobile_cli.settings_file import forgive_looks

        forgive_looks(folder)


def _wipe(folder: Folder) -> None:
    folder.remove(_DEVICE_KEY)
    folder.overwrite(_KEYSTORE)
    folder.replace(_KEYSTORE, keystore.format_tombstone())
    folder.remove(_ATTEMPTS)
    folder.remove(_SUMMARY)
