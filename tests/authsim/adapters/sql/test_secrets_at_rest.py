"""What somebody finds who has stolen the database, but not the key file."""

import base64
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from authsim.adapters.passwords import Argon2Passwords
from authsim.adapters.sql import SqlStore, open_sqlite
from authsim.adapters.vault import FileVault
from authsim.errors import StoreError
from authsim.model import Device, FactorKind
from authsim.secret import Secret
from tests.support import factor_nouns, nouns
from tests.support.ports import CountedEntropy

PASSWORD = Secret("CANARY-password-51c3")
SEED = Secret(b"CANARY-seed-".ljust(32, b"5"))
TEXT = Secret(b"CANARY-text-407182")
FACTOR = Secret(b"CANARY-app-".ljust(20, b"a"))
PASSCODE = Secret("CANARY-passcode-7Q2M")
CODE_KEYS = Secret(b"CANARY-code-".ljust(64, b"c"))


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    """The key file beside the database."""
    return FileVault.create(tmp_path / "portal.key", CountedEntropy())


def aad(device_id: str) -> bytes:
    """Return what ties a seed to its row."""
    return b"seed of " + device_id.encode()


def fill(store: SqlStore, vault: FileVault) -> list[Device]:
    """Keep two users with everything that has a secret in it."""
    passwords = Argon2Passwords(vault.pepper, memory_kib=8, iterations=1)
    devices = []
    for _ in range(2):
        user = nouns.add_user(store, password_hash=passwords.hash(PASSWORD))
        device = nouns.device(user.user_id)
        sealed = vault.seal(SEED, aad=aad(device.device_id))
        devices.append(nouns.add_device(store, user.user_id, device_id=device.device_id, seed=sealed))
        code = nouns.code(user.user_id)
        keys = vault.seal(CODE_KEYS, aad=code.code_id.encode())
        store.activations.issue(replace(code, keys=keys), event=nouns.event())
        text = nouns.text(body=vault.seal(TEXT, aad=b"text"))
        held = factor_nouns.factor(user.user_id)
        own = vault.seal(FACTOR, aad=held.factor_id.encode())
        passcode = {"kind": FactorKind.TEMPORARY_PASSCODE, "secret": None, "secret_hash": passwords.hash(PASSCODE)}
        factor_nouns.add_factor(store, user.user_id, factor_id=held.factor_id, secret=own)
        given = factor_nouns.add_factor(store, user.user_id, **passcode)
        login = nouns.login(user.user_id)
        store.logins.offer(login, judged=user.password_hash, events=[])
        asked = factor_nouns.prompt(login.login_id, given, code_mac=vault.mac(TEXT.reveal()))
        store.prompts.issue(asked, event=nouns.event())
        begun = nouns.enrolment(user.user_id, code_mac=vault.mac(TEXT.reveal()))
        store.enrolments.begin(begun, text=text, judged=user.password_hash, not_since_ms=0, event=nouns.event())
    return devices


def shapes(secret: bytes) -> list[bytes]:
    """Return the forms in which a secret could lie in a file."""
    return [
        secret,
        secret.hex().encode(),
        secret.hex().upper().encode(),
        base64.b64encode(secret).rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="),
        secret.decode("latin-1").encode("utf-16-le"),
    ]


def test_no_secret_lies_in_the_files(sqlite_store: SqlStore, sqlite_path: Path, vault: FileVault) -> None:
    """No password, passcode, seed, code, text or key of the portal is in database or log, in any usual form."""
    members = FileVault.load(sqlite_path.with_name("portal.key"))
    fill(sqlite_store, vault)
    content = b"".join(path.read_bytes() for path in sqlite_path.parent.glob(f"{sqlite_path.name}*"))

    for secret in (PASSWORD, PASSCODE, SEED, FACTOR, CODE_KEYS, TEXT, members.pepper, members.csrf_key):
        for shape in shapes(secret.reveal()):
            assert shape not in content
    assert b"$argon2id$" in content  # so these are the right files


def test_a_seed_opens_in_its_own_row_only(sql_store: SqlStore, vault: FileVault) -> None:
    """Whoever swaps two users' ciphertexts in the database gets nothing that opens."""
    first, second = fill(sql_store, vault)

    kept = sql_store.devices.get(first.device_id)

    assert kept is not None
    assert vault.open(kept.seed, aad=aad(first.device_id)) == SEED
    with pytest.raises(StoreError, match="another row"):
        vault.open(kept.seed, aad=aad(second.device_id))


def test_a_removed_user_is_gone_from_the_files(sqlite_store: SqlStore, sqlite_path: Path) -> None:
    """After a removal neither the database nor its log holds the bytes of what was deleted."""
    user = nouns.add_user(sqlite_store, name="canary-name-90b1", phone="CANARY-phone-90b1")
    device = nouns.add_device(sqlite_store, user.user_id, label="CANARY-label-90b1")
    nouns.ask(sqlite_store, device)

    sqlite_store.users.remove(user.user_id, event=nouns.event())

    content = b"".join(path.read_bytes() for path in sqlite_path.parent.glob(f"{sqlite_path.name}*"))
    for gone in (b"canary-name", b"CANARY-phone", b"CANARY-label", device.seed.ciphertext):
        assert gone not in content


def test_a_removal_stands_though_its_traces_could_not_be_wiped(sqlite_store: SqlStore, sqlite_path: Path) -> None:
    """When another reader keeps the log from being wiped, the user is removed all the same."""
    user = nouns.add_user(sqlite_store)

    with closing(open_sqlite(sqlite_path, longest_wait_s=0.05)) as store:
        with sqlite_store.database.engine.connect() as reader:
            reader.exec_driver_sql("BEGIN")
            reader.exec_driver_sql("SELECT * FROM users").all()
            store.users.remove(user.user_id, event=nouns.event())
        assert store.users.list_all() == []
