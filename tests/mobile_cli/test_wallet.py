"""The cards beside a phone: private files, tries counted before anything is derived, locked for good after five."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.attempts import format_attempts
from authsim.authenticator.card import MOST_TRIES, Card
from authsim.authenticator.keystore import format_tombstone
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.wallet import CardState, Wallet
from tests.support.phones import CountedStretch, DyingCalls, PowerCutError

CARD = Card(instance_id="11" * 16, serial="20417735", seed=Secret(b"\x07" * 32))
PIN = Secret("4938")
WRONG = Secret("1111")


@pytest.fixture
def stretch() -> CountedStretch:
    """A cheap way to stretch a PIN, which counts its uses."""
    return CountedStretch()


@pytest.fixture
def wallet(tmp_path: Path, stretch: CountedStretch) -> Wallet:
    """One card in a home that has no phone."""
    made = Wallet(str(tmp_path / "home"), stretch=stretch)
    made.receive(CARD, pin=PIN, entropy=SystemEntropy())
    stretch.count = 0
    return made


def folder_of(wallet: Wallet) -> Path:
    """Return where the card lies."""
    return Path(wallet.path) / CARD.serial


def key_of(act: Callable[[], object]) -> str:
    """Return the key of the sentence with which the act ends."""
    with pytest.raises(PhoneError) as refused:
        act()
    return refused.value.key


def test_a_card_lies_in_a_private_folder_of_its_own(wallet: Wallet) -> None:
    """Named by its number, beside whatever phone is there; its PIN opens it."""
    folder = folder_of(wallet)

    assert sorted(os.listdir(folder)) == ["attempts", "card.json", "card.key", "lock"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    assert wallet.list_cards() == (CardState(CARD.serial, MOST_TRIES),)
    assert wallet.unlock(CARD.serial, PIN).card == CARD


def test_no_file_shows_the_seed(wallet: Wallet) -> None:
    """Neither as bytes nor spelled."""
    files = b"".join(path.read_bytes() for path in folder_of(wallet).iterdir())

    assert b"\x07" * 8 not in files
    assert b"BwcHBwcH" not in files


def test_wrong_pins_are_counted_and_the_right_one_forgives(wallet: Wallet) -> None:
    """Four may be wrong; then all tries are back."""
    assert [key_of(lambda: wallet.unlock(CARD.serial, WRONG)) for _ in range(4)] == [
        *["card_wrong_pin"] * 3,
        "card_wrong_pin_one",
    ]
    assert wallet.list_cards()[0].tries_left == 1

    wallet.unlock(CARD.serial, PIN)

    assert wallet.list_cards()[0].tries_left == MOST_TRIES


def test_the_fifth_wrong_pin_locks_the_card_for_good(wallet: Wallet, stretch: CountedStretch) -> None:
    """Its key is gone, so the right PIN is not even tried, and its place is not given to another of that number."""
    for _ in range(4):
        key_of(lambda: wallet.unlock(CARD.serial, WRONG))
    assert key_of(lambda: wallet.unlock(CARD.serial, WRONG)) == "card_locked"
    assert key_of(lambda: wallet.unlock(CARD.serial, PIN)) == "card_locked"
    assert key_of(lambda: wallet.receive(CARD, pin=PIN, entropy=SystemEntropy())) == "card_exists"

    assert stretch.count == MOST_TRIES
    assert sorted(os.listdir(folder_of(wallet))) == ["card.json", "lock"]
    assert (folder_of(wallet) / "card.json").read_bytes() == format_tombstone()
    assert wallet.list_cards() == (CardState(CARD.serial, 0),)
    assert wallet.list_cards()[0].is_locked


def test_a_try_is_spent_before_anything_is_derived(wallet: Wallet, stretch: CountedStretch) -> None:
    """Whoever takes the battery out while the PIN is stretched has spent it."""

    def takes_the_battery_out() -> None:
        raise PowerCutError

    stretch.meanwhile = takes_the_battery_out
    with pytest.raises(PowerCutError):
        wallet.unlock(CARD.serial, PIN)

    assert wallet.list_cards()[0].tries_left == MOST_TRIES - 1


def test_no_try_is_left_over_after_the_last(wallet: Wallet, stretch: CountedStretch) -> None:
    """A card whose last try was spent by taking the battery out locks at the next."""
    for _ in range(4):
        key_of(lambda: wallet.unlock(CARD.serial, WRONG))
    key = Secret((folder_of(wallet) / "card.key").read_bytes())
    (folder_of(wallet) / "attempts").write_bytes(format_attempts(0, device_key=key))
    stretch.count = 0

    assert key_of(lambda: wallet.unlock(CARD.serial, PIN)) == "card_locked"
    assert stretch.count == 0


def test_a_forged_counter_leaves_one_try(wallet: Wallet) -> None:
    """A record that is missing or of another key is no way to more tries."""
    (folder_of(wallet) / "attempts").unlink()

    assert wallet.list_cards()[0].tries_left == 1


def test_the_pin_can_be_changed(wallet: Wallet) -> None:
    """From then on the new one opens it, and the old one is wrong."""
    opened = wallet.unlock(CARD.serial, PIN)
    wallet.change_pin(CARD.serial, opened.dek, WRONG, entropy=SystemEntropy())

    assert wallet.unlock(CARD.serial, WRONG).card == CARD
    assert key_of(lambda: wallet.unlock(CARD.serial, PIN)) == "card_wrong_pin"


def test_a_damaged_card_costs_no_try(wallet: Wallet) -> None:
    """It is told from a wrong PIN."""
    file = folder_of(wallet) / "card.json"
    file.write_bytes(file.read_bytes().replace(b'"v":1', b'"v":2'))

    with pytest.raises(PhoneError) as refused:
        wallet.unlock(CARD.serial, PIN)

    assert (refused.value.status, refused.value.key) == (Exit.MALFORMED, "card_damaged")
    assert wallet.list_cards()[0].tries_left == MOST_TRIES


def test_what_is_no_card_is_passed_over(wallet: Wallet) -> None:
    """A stranger's folder, and the folder of a card that was never finished."""
    (Path(wallet.path) / "notes").mkdir(mode=0o700)
    (Path(wallet.path) / "10000000").mkdir(mode=0o700)

    assert [card.serial for card in wallet.list_cards()] == [CARD.serial]
    assert key_of(lambda: wallet.unlock("10000000", PIN)) == "no_such_card"


def test_a_card_that_others_may_read_is_refused(wallet: Wallet) -> None:
    """The rules of the phone's own files hold."""
    (folder_of(wallet) / "card.key").chmod(0o640)

    assert key_of(lambda: wallet.unlock(CARD.serial, PIN)) == "unsafe_mode"
    assert key_of(wallet.list_cards) == "unsafe_mode"


def test_a_power_cut_leaves_a_card_or_none(tmp_path: Path, stretch: CountedStretch) -> None:
    """Whenever the world stops while the letter is opened, the letter can be opened again."""
    steps = 0
    while True:
        home = tmp_path / f"home{steps}"
        calls = DyingCalls(steps)
        try:
            Wallet(str(home), calls=calls, stretch=stretch).receive(CARD, pin=PIN, entropy=SystemEntropy())
        except PowerCutError:
            after = Wallet(str(home), stretch=stretch)
            if not after.list_cards():
                after.receive(CARD, pin=PIN, entropy=SystemEntropy())
            assert after.unlock(CARD.serial, PIN).card == CARD
            steps += 1
        else:
            break

    assert steps > 5
