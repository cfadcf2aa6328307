"""What a phone is set to, on disk: absent on older phones, replaced as a whole, never guessed at."""

import contextlib
import shutil
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.biometrics import Biometry
from authsim.authenticator.device import Platform
from authsim.authenticator.settings import Settings, preset, with_value
from authsim.errors import Reason, RefusalError
from mobile_cli.exits import PhoneError
from mobile_cli.home import PhoneHome
from tests.support.phones import PIN, WRONG_PIN, CountedStretch, DyingCalls, PowerCutError, make_account, make_phone

PHONE = make_phone(make_account())


@pytest.fixture
def home(tmp_path: Path) -> PhoneHome:
    """A phone with one user."""
    made = PhoneHome(str(tmp_path / "phone"), stretch=CountedStretch())
    made.create(PHONE, pin=PIN, entropy=SystemEntropy())
    return made


def file_of(home: PhoneHome) -> Path:
    """Return where the settings lie."""
    return Path(home.path) / "settings.json"


def lock(settings: Settings) -> Settings:
    """A change to make."""
    return with_value(settings, "locked", "on")


@pytest.mark.parametrize("platform", [*Platform])
def test_an_older_phone_is_set_as_recommended(tmp_path: Path, platform: Platform) -> None:
    """Without the file nothing is missing, and nothing is written."""
    home = PhoneHome(str(tmp_path / "phone"), stretch=CountedStretch())
    home.create(make_phone(platform=platform), pin=PIN, entropy=SystemEntropy())

    assert home.settings.read() == preset(platform)
    assert not home.has_settings
    assert home.settings.change(lambda settings: settings) == preset(platform)
    assert file_of(home).exists()


def test_a_phone_without_its_plain_face_is_an_iphone(home: PhoneHome) -> None:
    """As everywhere else; the next unlocking brings the truth back."""
    (Path(home.path) / "phone.json").unlink()

    assert home.settings.read().platform is Platform.IOS


def test_what_is_set_is_kept_private(home: PhoneHome) -> None:
    """The file is readable by its owner alone, and says what was set."""
    changed = home.settings.change(lock)

    assert home.settings.read() == changed == lock(preset(Platform.IOS))
    assert home.has_settings
    assert file_of(home).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{}", b"{", b"\xff" * 100, b" " * 10_000])
def test_a_damaged_file_is_said(home: PhoneHome, content: bytes) -> None:
    """Read or changed, it is refused and left alone; the PIN still opens the phone; a reset removes it."""
    file_of(home).touch(mode=0o600)
    file_of(home).write_bytes(content)

    for act in (home.settings.read, lambda: home.settings.change(lock)):
        with pytest.raises(PhoneError) as damaged:
            act()
        assert damaged.value.key == "settings_damaged"
    assert home.unlock(PIN).phone == PHONE
    assert file_of(home).read_bytes() == content
    assert home.settings.reset() == preset(Platform.IOS)
    assert not home.has_settings


def test_a_new_phone_begins_anew(home: PhoneHome) -> None:
    """Neither an erased phone nor a wiped one leaves its settings to the next."""
    home.settings.change(lock)
    for _ in range(8):
        with pytest.raises(RefusalError):
            home.unlock(WRONG_PIN)
    home.create(PHONE, pin=PIN, entropy=SystemEntropy())
    assert not home.has_settings

    home.settings.change(lock)
    home.erase()
    assert not file_of(home).exists()


def test_a_crash_leaves_the_old_or_the_new(home: PhoneHome) -> None:
    """At each step, whole and torn, the file can be read."""
    home.settings.change(lambda settings: settings)
    template = Path(home.path).with_name("template")
    shutil.copytree(home.path, template)
    step, survived = 0, False
    while not survived:
        for torn in (False, True):
            shutil.rmtree(home.path)
            shutil.copytree(template, home.path)
            calls = DyingCalls(step, torn=torn)
            with contextlib.suppress(PowerCutError):
                PhoneHome(home.path, calls=calls).settings.change(lock)
            survived = not calls.is_dead
            assert home.settings.read() in (preset(Platform.IOS), lock(preset(Platform.IOS)))
        step += 1

    assert step > 4
    assert home.settings.read() == lock(preset(Platform.IOS))


# biometrics


@pytest.fixture
def face(home: PhoneHome) -> PhoneHome:
    """A phone with Face ID."""
    home.set_biometrics(home.unlock(PIN).dek, Biometry.FACE_ID, entropy=SystemEntropy())
    return home


def test_a_match_opens(face: PhoneHome) -> None:
    """With the same key as the PIN: what is changed then is kept."""
    unlocked = face.look(is_match=True)

    assert unlocked.phone == PHONE
    assert unlocked.dek == face.unlock(PIN).dek


def test_a_phone_without_biometrics_does_not_look(home: PhoneHome) -> None:
    """Whatever the plain file claims, without the second wrap nothing opens."""
    for _ in range(2):
        with pytest.raises(RefusalError) as refused:
            home.look(is_match=True)
        assert refused.value.reason is Reason.NOT_ENROLLED
        home.settings.change(
            lambda settings: settings._replace(biometrics=settings.biometrics._replace(kind=Biometry.FACE_ID))
        )


def test_the_look_is_counted_before_it_is_judged(face: PhoneHome) -> None:
    """Whoever pulls the plug has spent it: no step at which the process dies gives a look for nothing."""
    template = Path(face.path).with_name("template")
    shutil.copytree(face.path, template)
    step, survived = 0, False
    while not survived:
        shutil.rmtree(face.path)
        shutil.copytree(template, face.path)
        calls = DyingCalls(step)
        try:
            PhoneHome(face.path, calls=calls).look(is_match=False)
        except RefusalError:
            assert face.settings.read().biometrics.misses == 1
        except PowerCutError:
            assert face.settings.read().biometrics.misses in (0, 1)
        survived = not calls.is_dead
        step += 1


def test_five_misses_lock_and_the_pin_forgives(face: PhoneHome) -> None:
    """Locked, even a match is refused; the PIN gives all looks back."""
    reasons = []
    for _ in range(5):
        with pytest.raises(RefusalError) as refused:
            face.look(is_match=False)
        reasons.append(refused.value.reason)
    with pytest.raises(RefusalError) as locked:
        face.look(is_match=True)

    assert reasons == [Reason.BIOMETRIC_MISMATCH] * 4 + [Reason.BIOMETRICS_LOCKED]
    assert locked.value.reason is Reason.BIOMETRICS_LOCKED
    face.unlock(PIN)
    assert face.look(is_match=True).phone == PHONE


def test_switched_off_nothing_but_the_pin_opens(face: PhoneHome) -> None:
    """The second wrap is gone from the file."""
    face.set_biometrics(face.unlock(PIN).dek, Biometry.OFF, entropy=SystemEntropy())

    with pytest.raises(RefusalError):
        face.look(is_match=True)
    assert b'"bio"' not in (Path(face.path) / "keystore.json").read_bytes()
