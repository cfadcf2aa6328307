"""The key file, beyond what every vault promises."""

import json
import os
import stat
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.adapters.vault import FileVault
from authsim.errors import StoreConflictError, StoreError
from authsim.secret import Secret
from tests.support.ports import CountedEntropy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the key file of a new portal lies."""
    path = tmp_path / "portal.key"
    FileVault.create(path, CountedEntropy())
    return path


def test_keys_survive_a_restart(path: Path) -> None:
    """What one portal sealed and signed, the same portal opens and verifies after it was started anew."""
    first, second = FileVault.load(path), FileVault.load(path, CountedEntropy("later"))

    assert second.open(first.seal(Secret("seed"), aad=b"row"), aad=b"row") == Secret("seed")
    assert second.signing_public_key() == first.signing_public_key()
    assert second.sign(b"message") == first.sign(b"message")
    assert second.pepper == first.pepper
    assert second.csrf_key == first.csrf_key


def test_every_key_is_a_key_of_its_own(path: Path, tmp_path: Path) -> None:
    """Pepper, master key, signing seed and CSRF key differ, and two portals share none of them."""
    vault, other = FileVault.load(path), FileVault.create(tmp_path / "other.key", SystemEntropy())
    members = json.loads(path.read_bytes())

    assert len({members["kek"], members["pepper"], members["psk_seed"]}) == 3
    assert len(vault.csrf_key) == len(vault.pepper) == 32
    assert vault.csrf_key != vault.pepper
    assert vault.pepper != other.pepper
    assert vault.csrf_key != other.csrf_key
    with pytest.raises(StoreError, match="another key file"):
        other.open(vault.seal(Secret("seed"), aad=b"row"), aad=b"row")


def test_the_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    """It has mode 0600, even where new files are open to all."""
    previous = os.umask(0)
    try:
        FileVault.create(tmp_path / "portal.key", CountedEntropy())
    finally:
        os.umask(previous)

    assert stat.S_IMODE((tmp_path / "portal.key").stat().st_mode) == 0o600


def test_keys_are_never_replaced(path: Path) -> None:
    """Where a key file lies, none is made, and the one that is there stays byte for byte."""
    before = path.read_bytes()

    with pytest.raises(StoreConflictError, match="exists already"):
        FileVault.create(path, CountedEntropy("other"))

    assert path.read_bytes() == before


def test_nothing_of_the_keys_is_printed(path: Path) -> None:
    """The vault shows none of its keys when it is printed."""
    vault = FileVault.load(path)

    assert json.loads(path.read_bytes())["kek"] not in repr(vault)
    assert "kek" not in repr(vault)


def test_every_shorter_file_is_refused(path: Path) -> None:
    """A file that was cut off anywhere is damaged, and says so without a word of what it holds."""
    content = path.read_bytes()

    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(StoreError, match="damaged") as caught:
            FileVault.load(path)
        assert caught.value.__cause__ is None


def test_every_flipped_bit_is_refused_or_another_key(path: Path) -> None:
    """A changed file is refused, unless the change hit the value of a key: then nothing old opens with it."""
    content = path.read_bytes()
    vault = FileVault.load(path)
    sealed = vault.seal(Secret("seed"), aad=b"row")
    for position in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[position // 8] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            loaded = FileVault.load(path)
        except StoreError:
            continue
        changed = {name for name, value in json.loads(damaged).items() if value != json.loads(content)[name]}
        assert len(changed) == 1
        assert changed < {"kek", "key_id", "pepper", "psk_seed"}
        if changed <= {"kek", "key_id"}:
            with pytest.raises(StoreError):
                loaded.open(sealed, aad=b"row")


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"format": "authsim-keystore"},
        {"key_id": 7},
        {"key_id": "0123456789ABCDEF"},
        {"key_id": "0123"},
        {"kek": "AAAA"},
        {"kek": 1},
        {"more": "members"},
    ],
)
def test_another_format_is_refused(path: Path, change: dict[str, object]) -> None:
    """A file of another version or with members of another kind is not read as a key file."""
    members = json.loads(path.read_bytes()) | change
    path.write_bytes(json.dumps(members, separators=(",", ":"), sort_keys=True).encode() + b"\n")

    with pytest.raises(StoreError, match="not a portal key file"):
        FileVault.load(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}\n", b"null\n", b"[" * 4_000, b"\xff\n", b"7\n"])
def test_what_is_no_key_file_is_refused(path: Path, content: bytes) -> None:
    """Any other content is refused in words."""
    path.write_bytes(content)

    with pytest.raises(StoreError, match="not a portal key file"):
        FileVault.load(path)


def test_no_nonce_comes_twice(tmp_path: Path) -> None:
    """Twenty thousand seals with the machine's own randomness have as many nonces, of 96 bits each."""
    vault = FileVault.create(tmp_path / "drawn.key", SystemEntropy())

    nonces = {vault.seal(Secret(b"seed"), aad=b"row").nonce for _ in range(20_000)}

    assert len(nonces) == 20_000
    assert {len(nonce) for nonce in nonces} == {12}
