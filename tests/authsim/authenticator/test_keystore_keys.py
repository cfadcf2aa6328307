"""What opens a keystore: another PIN, and simulated biometrics beside it."""

import pytest

from authsim.authenticator.device import Platform
from authsim.authenticator.keystore import (
    Keystore,
    create_keystore,
    format_keystore,
    parse_keystore,
    read_phone,
    rewrap,
    unlock,
    unlock_with_biometrics,
    with_biometrics,
    with_phone,
    without_biometrics,
)
from authsim.authenticator.sealing import derive_biometric_kek, unwrap_key
from authsim.errors import Reason, RefusalError
from authsim.protocol.hkdf import expand
from authsim.secret import Secret
from tests.support.phones import PIN, CountedStretch, make_account, make_phone
from tests.support.ports import CountedEntropy

DEVICE_KEY = Secret(b"\x08" * 32)
OTHER_PIN = Secret("735102")
PHONE = make_phone(make_account())


class Drawer:
    """A keystore and what it takes to change it."""

    def __init__(self) -> None:
        self.entropy = CountedEntropy("drawer")
        self.stretch = CountedStretch()
        self.keystore = create_keystore(
            PHONE, pin=PIN, device_key=DEVICE_KEY, entropy=self.entropy, stretch=self.stretch
        )
        self.dek = unlock(self.keystore, pin=PIN, device_key=DEVICE_KEY, stretch=self.stretch).dek

    def is_opened(self, keystore: Keystore, pin: Secret) -> bool:
        """Say whether a PIN opens what was written, on this phone."""
        file = format_keystore(keystore, device_key=DEVICE_KEY)
        read = parse_keystore(file, device_key=DEVICE_KEY)
        try:
            return unlock(read, pin=pin, device_key=DEVICE_KEY, stretch=self.stretch).phone == PHONE
        except RefusalError:
            return False

    def rewrapped(self, keystore: Keystore) -> Keystore:
        """Return a keystore under the other PIN."""
        return rewrap(
            keystore, self.dek, pin=OTHER_PIN, device_key=DEVICE_KEY, entropy=self.entropy, stretch=self.stretch
        )


@pytest.fixture
def drawer() -> Drawer:
    """A phone with one user, sealed."""
    return Drawer()


def test_a_new_pin_opens_and_the_old_one_does_not(drawer: Drawer) -> None:
    """One PIN opens a phone at a time."""
    changed = drawer.rewrapped(drawer.keystore)

    assert drawer.is_opened(drawer.keystore, PIN)
    assert not drawer.is_opened(drawer.keystore, OTHER_PIN)
    assert drawer.is_opened(changed, OTHER_PIN)
    assert not drawer.is_opened(changed, PIN)


def test_a_new_pin_is_stretched_with_a_new_salt(drawer: Drawer) -> None:
    """Salt and nonce are drawn anew, the costs stay, and the PIN is stretched once."""
    drawer.stretch.count = 0
    changed = drawer.rewrapped(drawer.keystore)

    assert drawer.stretch.count == 1
    assert changed.kdf.salt != drawer.keystore.kdf.salt
    assert changed.kdf[:3] == drawer.keystore.kdf[:3]
    assert changed.wrap.nonce != drawer.keystore.wrap.nonce


def test_a_new_pin_leaves_the_body_alone(drawer: Drawer) -> None:
    """The generation numbers bodies: it stays, the data key still opens it, and the next change is the next one."""
    changed = drawer.rewrapped(drawer.keystore)

    assert (changed.body, changed.generation, changed.ksid) == (
        drawer.keystore.body,
        drawer.keystore.generation,
        drawer.keystore.ksid,
    )
    assert read_phone(changed, drawer.dek) == PHONE
    assert with_phone(changed, drawer.dek, PHONE, entropy=drawer.entropy).generation == changed.generation + 1


def test_the_wrap_of_another_pin_does_not_fit(drawer: Drawer) -> None:
    """The old wrap under the new salt, and the new one under the old, open with neither PIN."""
    changed = drawer.rewrapped(drawer.keystore)

    for mixed in (changed._replace(wrap=drawer.keystore.wrap), drawer.keystore._replace(wrap=changed.wrap)):
        assert not drawer.is_opened(mixed, PIN)
        assert not drawer.is_opened(mixed, OTHER_PIN)


def test_biometrics_outlive_a_new_pin(drawer: Drawer) -> None:
    """Face and finger open as before, by a wrap that was made anew; without them none appears."""
    enrolled = with_biometrics(drawer.keystore, drawer.dek, device_key=DEVICE_KEY, entropy=drawer.entropy)
    changed = drawer.rewrapped(enrolled)

    assert changed.bio != enrolled.bio
    assert unlock_with_biometrics(changed, device_key=DEVICE_KEY).phone == PHONE
    assert drawer.is_opened(changed, OTHER_PIN)
    assert drawer.rewrapped(drawer.keystore).bio is None


def test_biometrics_are_taken_off(drawer: Drawer) -> None:
    """What is left is exactly the keystore that there was before."""
    enrolled = with_biometrics(drawer.keystore, drawer.dek, device_key=DEVICE_KEY, entropy=drawer.entropy)

    assert without_biometrics(enrolled) == drawer.keystore
    with pytest.raises(RefusalError) as refused:
        unlock_with_biometrics(without_biometrics(enrolled), device_key=DEVICE_KEY)
    assert refused.value.reason is Reason.NOT_ENROLLED


def test_biometrics_belong_to_one_phone(drawer: Drawer) -> None:
    """The second wrap opens by this phone's own key alone, as the format says, and by no other phone's."""
    enrolled = with_biometrics(drawer.keystore, drawer.dek, device_key=DEVICE_KEY, entropy=drawer.entropy)
    assert enrolled.bio is not None
    kek = Secret(expand(DEVICE_KEY.reveal(), b"authsim/1/keystore-bio", 32))

    assert derive_biometric_kek(DEVICE_KEY) == kek
    assert unwrap_key(enrolled.bio, kek=kek, ksid=enrolled.ksid, kdf=enrolled.kdf) == drawer.dek
    with pytest.raises(RefusalError) as refused:
        unlock_with_biometrics(enrolled, device_key=Secret(bytes(32)))
    assert refused.value.reason is Reason.WRONG_PIN


def test_android_has_no_second_wrap() -> None:
    """Only iOS opens a phone by biometrics: to ask for it elsewhere is the caller's mistake."""
    entropy, stretch = CountedEntropy("android"), CountedStretch()
    phone = make_phone(platform=Platform.ANDROID)
    keystore = create_keystore(phone, pin=PIN, device_key=DEVICE_KEY, entropy=entropy, stretch=stretch)
    dek = unlock(keystore, pin=PIN, device_key=DEVICE_KEY, stretch=stretch).dek

    with pytest.raises(ValueError, match="iOS"):
        with_biometrics(keystore, dek, device_key=DEVICE_KEY, entropy=entropy)
