"""One phone in one folder: tries counted before anything is derived, and a crash at any step that loses nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.attempts import MOST_TRIES, format_attempts
from authsim.authenticator.device import Phone
from authsim.authenticator.keystore import format_tombstone
from authsim.errors import MessageError, Reason, RefusalError
from authsim.secret import Secret
from mobile_cli.exits import PhoneError
from mobile_cli.home import PhoneHome, State
from tests.support.phones import PIN, WRONG_PIN, CountedStretch, DyingCalls, PowerCutError, make_account, make_phone
from tests.support.power_cuts import dies_everywhere

OLD = make_phone(make_account())
NEW = make_phone(make_account(), make_account("bob", user="23"))
FILES = ["attempts", "device.key", "keystore.json", "lock", "phone.json"]


@pytest.fixture
def stretch() -> CountedStretch:
    """A cheap way to stretch a PIN, which counts its uses."""
    return CountedStretch()


@pytest.fixture
def home(tmp_path: Path, stretch: CountedStretch) -> PhoneHome:
    """A phone with one user."""
    made = PhoneHome(str(tmp_path / "phone"), stretch=stretch)
    made.create(OLD, pin=PIN, entropy=SystemEntropy())
    stretch.count = 0
    return made


def path_of(home: PhoneHome, name: str) -> Path:
    """Return where a file of the phone lies."""
    return Path(home.path) / name


def add_bob(_: Phone) -> Phone:
    """A change to make."""
    return NEW


def reason_of(act: Callable[[], object]) -> RefusalError:
    """Return the refusal that the act ends with."""
    with pytest.raises(RefusalError) as refused:
        act()
    return refused.value


def test_a_new_phone_has_its_files(home: PhoneHome) -> None:
    """Five private files, all tries, the summary of what it knows, and its PIN opens it."""
    assert sorted(path.name for path in Path(home.path).iterdir()) == FILES
    assert {path.stat().st_mode & 0o777 for path in Path(home.path).iterdir()} == {0o600}
    assert home.state() is State.READY
    assert home.count_tries_left() == MOST_TRIES
    assert [user.label for user in home.read_summary().users] == ["alice"]  # type: ignore[union-attr]
    assert home.unlock(PIN).phone == OLD


def test_a_folder_without_a_phone_says_so(tmp_path: Path) -> None:
    """No folder, and a folder without a keystore, hold no phone."""
    absent, empty = PhoneHome(str(tmp_path / "none")), PhoneHome(str(tmp_path))
    tmp_path.chmod(0o700)

    assert absent.state() is empty.state() is State.NONE
    for place in (absent, empty):
        with pytest.raises(PhoneError) as refused:
            place.require_phone()
        assert refused.value.key == "no_phone"
    with pytest.raises(PhoneError):
        empty.unlock(PIN)


def test_a_phone_is_never_made_over_another(home: PhoneHome) -> None:
    """Where a phone lies, none is made, and nothing changes."""
    before = {name: path_of(home, name).read_bytes() for name in FILES}

    with pytest.raises(PhoneError) as refused:
        home.create(NEW, pin=WRONG_PIN, entropy=SystemEntropy())

    assert refused.value.key == "phone_exists"
    assert {name: path_of(home, name).read_bytes() for name in FILES} == before


def test_wrong_pins_are_counted_and_the_right_one_forgives(home: PhoneHome) -> None:
    """Each wrong PIN says how many tries are left; the right one gives all of them back."""
    assert [reason_of(lambda: home.unlock(WRONG_PIN)).attempts_remaining for _ in range(7)] == [7, 6, 5, 4, 3, 2, 1]

    home.unlock(PIN)

    assert home.count_tries_left() == MOST_TRIES


def test_the_eighth_wrong_pin_wipes_the_phone(home: PhoneHome, stretch: CountedStretch) -> None:
    """The phone's own key is gone, the keystore is a tombstone, and the right PIN is not even tried."""
    for _ in range(7):
        reason_of(lambda: home.unlock(WRONG_PIN))
    assert reason_of(lambda: home.unlock(WRONG_PIN)).reason is Reason.PHONE_WIPED
    assert reason_of(lambda: home.unlock(PIN)).reason is Reason.PHONE_WIPED
    assert reason_of(home.require_phone).reason is Reason.PHONE_WIPED

    assert stretch.count == 8
    assert home.state() is State.WIPED
    assert sorted(path.name for path in Path(home.path).iterdir()) == ["keystore.json", "lock"]
    assert path_of(home, "keystore.json").read_bytes() == format_tombstone()


def test_a_wiped_phone_can_be_made_anew(home: PhoneHome) -> None:
    """In place of a tombstone a new phone is made, with all its tries."""
    for _ in range(8):
        reason_of(lambda: home.unlock(WRONG_PIN))

    home.create(NEW, pin=WRONG_PIN, entropy=SystemEntropy())

    assert home.unlock(WRONG_PIN).phone == NEW


@pytest.mark.parametrize("record", [None, b"", b"garbage", format_attempts(8, device_key=Secret(b"\x01" * 32))])
def test_a_missing_or_forged_count_leaves_one_try(home: PhoneHome, record: bytes | None) -> None:
    """Tampering with the count costs tries, and never wins any."""
    if record is None:
        path_of(home, "attempts").unlink()
    else:
        path_of(home, "attempts").write_bytes(record)

    assert home.count_tries_left() == 1
    assert reason_of(lambda: home.unlock(WRONG_PIN)).reason is Reason.PHONE_WIPED


def test_after_a_forged_count_the_right_pin_still_opens(home: PhoneHome) -> None:
    """The owner's one try gives all tries back."""
    path_of(home, "attempts").unlink()

    assert home.unlock(PIN).phone == OLD
    assert home.count_tries_left() == MOST_TRIES


def test_the_count_is_on_disk_before_anything_is_derived(home: PhoneHome, stretch: CountedStretch) -> None:
    """While the PIN is being stretched, the file already says one less."""
    seen: list[int] = []
    stretch.meanwhile = lambda: seen.append(home.count_tries_left())
    home.unlock(PIN)

    assert seen == [MOST_TRIES - 1]


@pytest.mark.parametrize("name", ["keystore.json", "device.key"])
def test_a_damaged_file_costs_no_try(home: PhoneHome, stretch: CountedStretch, name: str) -> None:
    """Cut at any byte, or with any bit of any byte flipped, it is refused and nothing on disk changes."""
    path = path_of(home, name)
    whole = path.read_bytes()
    damaged = [whole[:length] for length in range(len(whole))]
    for position in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[position // 8] ^= 1 << position % 8
        damaged.append(bytes(flipped))
    others = {other: path_of(home, other).read_bytes() for other in FILES if other != name}

    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(MessageError):
            home.unlock(PIN)
        assert path.read_bytes() == content

    assert {other: path_of(home, other).read_bytes() for other in others} == others
    assert stretch.count == 0
    path.write_bytes(whole)
    assert home.unlock(PIN).phone == OLD


def test_a_keystore_beyond_the_limit_is_refused(home: PhoneHome) -> None:
    """A hostile file is read up to its limit and no further."""
    path_of(home, "keystore.json").write_bytes(b"x" * 10_000_000)

    with pytest.raises(MessageError):
        home.unlock(PIN)


def test_a_phone_without_its_own_key_is_a_wiped_one(home: PhoneHome) -> None:
    """A wipe removes that file first: whatever is left cannot be opened, and is not destroyed either."""
    path_of(home, "device.key").unlink()
    sealed = path_of(home, "keystore.json").read_bytes()

    assert home.state() is State.WIPED
    assert reason_of(lambda: home.unlock(PIN)).reason is Reason.PHONE_WIPED
    with pytest.raises(PhoneError):
        home.create(NEW, pin=PIN, entropy=SystemEntropy())
    assert path_of(home, "keystore.json").read_bytes() == sealed


def test_the_keystore_of_another_phone_does_not_open(home: PhoneHome, tmp_path: Path, stretch: CountedStretch) -> None:
    """Files swapped between phones with the same PIN are damaged files."""
    other = PhoneHome(str(tmp_path / "other"), stretch=stretch)
    other.create(NEW, pin=PIN, entropy=SystemEntropy())
    shutil.copy(path_of(other, "keystore.json"), path_of(home, "keystore.json"))

    with pytest.raises(MessageError):
        home.unlock(PIN)


def test_a_change_is_kept(home: PhoneHome) -> None:
    """What a phone learns is sealed, and shown in the summary."""
    dek = home.unlock(PIN).dek

    assert home.change(dek, add_bob, entropy=SystemEntropy()) == NEW
    assert home.unlock(PIN).phone == NEW
    assert len(home.read_summary().users) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("content", [None, b"", b"{}", b"garbage"])
def test_a_lost_summary_is_written_anew(home: PhoneHome, content: bytes | None) -> None:
    """The plain file is believed by nobody: the next unlocking puts the truth there."""
    path = path_of(home, "phone.json")
    truth = path.read_bytes()
    path.unlink()
    if content is not None:
        path.touch(mode=0o600)
        path.write_bytes(content)

    assert home.read_summary() is None
    home.unlock(PIN)
    assert path.read_bytes() == truth


def test_an_erased_phone_is_gone(home: PhoneHome) -> None:
    """Only the lock stays, so that nobody waits on a removed file."""
    home.erase()

    assert home.state() is State.NONE
    assert [path.name for path in Path(home.path).iterdir()] == ["lock"]


def test_a_crash_while_a_phone_is_made_leaves_a_phone_or_none(tmp_path: Path) -> None:
    """Never half of one: it opens with its PIN and all its tries, or can be made again."""

    def judge(left: PhoneHome) -> None:
        if left.state() is State.NONE:
            left.create(OLD, pin=PIN, entropy=SystemEntropy())
        assert left.count_tries_left() == MOST_TRIES
        assert left.unlock(PIN).phone == OLD

    home = PhoneHome(str(tmp_path / "phone"), stretch=CountedStretch())
    steps = dies_everywhere(home, lambda dying: dying.create(OLD, pin=PIN, entropy=SystemEntropy()), judge)

    assert steps > 15


def test_a_crash_while_a_phone_is_changed_leaves_the_old_or_the_new(home: PhoneHome) -> None:
    """No key is ever lost between two states, and the summary heals."""
    dek = home.unlock(PIN).dek

    def judge(left: PhoneHome) -> None:
        found = left.unlock(PIN).phone
        assert found in (OLD, NEW)
        assert len(left.read_summary().users) == len(found.accounts)  # type: ignore[union-attr]

    assert dies_everywhere(home, lambda dying: dying.change(dek, add_bob, entropy=SystemEntropy()), judge) > 10


def test_a_crash_while_the_right_pin_is_given_leaves_it_right(home: PhoneHome) -> None:
    """The owner can always go on: a try is spent, or with a torn record all but one, and the next one heals."""

    def judge(left: PhoneHome) -> None:
        assert left.count_tries_left() in {1, MOST_TRIES - 1, MOST_TRIES}
        assert left.unlock(PIN).phone == OLD
        assert left.count_tries_left() == MOST_TRIES

    assert dies_everywhere(home, lambda dying: dying.unlock(PIN), judge) > 5


def test_a_crash_while_a_phone_wipes_itself_does_not_save_it(home: PhoneHome, stretch: CountedStretch) -> None:
    """After the eighth wrong PIN nothing opens it, whenever the plug is pulled."""
    for _ in range(7):
        reason_of(lambda: home.unlock(WRONG_PIN))
    spent = {"derived": 0}

    def act(dying: PhoneHome) -> None:
        counted = CountedStretch()
        try:
            PhoneHome(dying.path, calls=dying._calls, stretch=counted).unlock(WRONG_PIN)
        finally:
            spent["derived"] = counted.count

    def judge(left: PhoneHome) -> None:
        if left.state() is State.READY and left.count_tries_left() == 1 and not spent["derived"]:
            assert left.unlock(PIN).phone == OLD  # it died before the try was counted, and before it was used
        else:
            assert reason_of(lambda: left.unlock(PIN)).reason is Reason.PHONE_WIPED
            assert left.state() is State.WIPED

    assert dies_everywhere(home, act, judge) > 12


def test_a_crash_while_a_phone_is_erased_leaves_a_phone_or_none(home: PhoneHome) -> None:
    """Either it still opens, or nothing does."""

    def judge(left: PhoneHome) -> None:
        if left.state() is State.READY:
            assert left.unlock(PIN).phone == OLD
        else:
            left.erase()
            assert left.state() is State.NONE

    assert dies_everywhere(home, lambda dying: dying.erase(), judge) > 8


@pytest.mark.parametrize("torn", [False, True])
def test_pulling_the_plug_wins_no_guess(home: PhoneHome, stretch: CountedStretch, *, torn: bool) -> None:
    """Whoever kills the process after each guess, at whatever step, gets eight guesses in all and no more."""
    template = Path(home.path).with_name("template")
    shutil.copytree(home.path, template)
    step, has_died = 0, True
    while has_died:
        shutil.rmtree(home.path)
        shutil.copytree(template, home.path)
        stretch.count = 0
        has_died, is_wiped = False, False
        for _ in range(40):
            calls = DyingCalls(step, torn=torn)
            try:
                PhoneHome(home.path, calls=calls, stretch=stretch).unlock(WRONG_PIN)
            except PowerCutError:
                has_died = True
            except RefusalError as refused:
                is_wiped = refused.reason is Reason.PHONE_WIPED
            if is_wiped:
                break
        assert stretch.count <= MOST_TRIES
        step += 1

    assert is_wiped
    assert step > 10
