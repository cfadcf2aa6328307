"""What `ports.Vault` promises, of the key file and of the keys that other tests use."""

import hmac
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from authsim.adapters.vault import FileVault
from authsim.errors import StoreError
from authsim.ports import Vault
from authsim.secret import Secret
from tests.support.ports import CountedEntropy, MemoryVault

SEED = Secret(bytes(range(32)))


@pytest.fixture(params=["file", "memory"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    """The keys of one portal."""
    if request.param == "memory":
        return MemoryVault(CountedEntropy())
    return FileVault.create(tmp_path / "portal.key", CountedEntropy())


def test_what_is_sealed_opens(vault: Vault) -> None:
    """Under its own label a secret opens, and the ciphertext does not show it."""
    sealed = vault.seal(SEED, aad=b"row 1")

    assert vault.open(sealed, aad=b"row 1") == SEED
    assert SEED.reveal() not in sealed.ciphertext


def test_what_belongs_to_one_row_opens_in_no_other(vault: Vault) -> None:
    """A ciphertext that was moved to another row is refused."""
    sealed = vault.seal(SEED, aad=b"row 1")

    for aad in (b"row 2", b"", b"row 1 "):
        with pytest.raises(StoreError):
            vault.open(sealed, aad=aad)


def test_a_changed_ciphertext_is_refused(vault: Vault) -> None:
    """Whatever bit of ciphertext, tag or nonce is flipped, nothing opens."""
    sealed = vault.seal(SEED, aad=b"row 1")

    for position in range(8 * len(sealed.ciphertext)):
        damaged = bytearray(sealed.ciphertext)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(StoreError):
            vault.open(replace(sealed, ciphertext=bytes(damaged)), aad=b"row 1")
    with pytest.raises(StoreError):
        vault.open(replace(sealed, nonce=bytes(12)), aad=b"row 1")


def test_a_secret_is_never_sealed_the_same_way_twice(vault: Vault) -> None:
    """Each seal has a nonce of its own, so equal secrets cannot be told by their ciphertexts."""
    first, second = vault.seal(SEED, aad=b"row 1"), vault.seal(SEED, aad=b"row 1")

    assert first.nonce != second.nonce
    assert first.ciphertext != second.ciphertext


def test_a_signature_is_the_portal_s_own(vault: Vault) -> None:
    """It verifies under the public key, for that message and no other."""
    key = Ed25519PublicKey.from_public_bytes(vault.signing_public_key())

    signature = vault.sign(b"message")

    key.verify(signature, b"message")
    assert len(signature) == 64
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"massage")


def test_a_code_is_known_by_its_mac(vault: Vault) -> None:
    """Equal messages have equal codes of 32 bytes, others have others, and nothing else is derived from that key."""
    code = vault.mac(b"message")

    assert len(code) == 32
    assert vault.mac(b"message") == code
    assert len({vault.mac(message) for message in (b"message", b"massage", b"", b"message ")}) == 4


def test_another_portal_makes_other_codes(tmp_path: Path) -> None:
    """The key belongs to the pepper: it is the same whenever the file is loaded, and another for another portal."""
    one, other = (FileVault.create(tmp_path / name, CountedEntropy(name)) for name in ("one.key", "other.key"))

    assert FileVault.load(tmp_path / "one.key").mac(b"message") == one.mac(b"message") != other.mac(b"message")
    assert one.mac(b"message") != hmac.digest(one.pepper.reveal(), b"message", "sha256")
