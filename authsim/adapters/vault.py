"""The portal's own keys in one file beside the database, never in it.

The file holds the signing key's seed, the master key with its id, and the pepper. It is made once and only ever read.
"""

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from authsim.adapters.private_files import create_private_file, read_private_file
from authsim.adapters.system import SystemEntropy
from authsim.errors import StoreError
from authsim.model import Sealed
from authsim.secret import Secret

if TYPE_CHECKING:
    from authsim.ports import Entropy

FORMAT: Final = "authsim-portal-key"
VERSION: Final = 1

_MOST_BYTES: Final = 4_096
_KEY_BYTES: Final = 32
_KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_SECRETS: Final = ("kek", "pepper", "psk_seed")


@final
class FileVault:
    """`ports.Vault` over a key file of mode 0600; also the pepper, and a key for the web shell's CSRF tokens."""

    __slots__ = ("_aead", "_entropy", "_key_id", "_mac_key", "_signing_key", "csrf_key", "pepper")

    def __init__(self, *, key_id: str, kek: Secret, pepper: Secret, psk_seed: Secret, entropy: "Entropy") -> None:
        self._key_id = key_id
        self._entropy = entropy
        self._aead = AESGCM(kek.reveal())
        self._signing_key = Ed25519PrivateKey.from_private_bytes(psk_seed.reveal())
        self.pepper = pepper
        self.csrf_key = _derive(kek, b"authsim portal csrf key")
        self._mac_key = _derive(pepper, b"authsim portal one-time codes")

    @classmethod
    def create(cls, path: Path, entropy: "Entropy") -> Self:
        """Draw new keys and write them, durably. `StoreConflictError` when the file exists: keys are never replaced."""
        key_id = entropy.token_bytes(_KEY_ID_BYTES).hex()
        secrets = {name: Secret(entropy.token_bytes(_KEY_BYTES)) for name in _SECRETS}
        create_private_file(path, _format_key_file(key_id, secrets))
        return cls(key_id=key_id, entropy=entropy, **secrets)

    @classmethod
    def load(cls, path: Path, entropy: "Entropy | None" = None) -> Self:
        """Read the keys. `StoreError` when the file is missing, damaged, or not private."""
        key_id, secrets = _parse_key_file(path, read_private_file(path, most_bytes=_MOST_BYTES))
        return cls(key_id=key_id, entropy=SystemEntropy() if entropy is None else entropy, **secrets)

    def signing_public_key(self) -> bytes:
        """Return the Ed25519 public key, 32 bytes."""
        return self._signing_key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature, 64 bytes."""
        return self._signing_key.sign(message)

    def mac(self, message: bytes) -> bytes:
        """Return HMAC-SHA-256 under the pepper's own key for one-time codes and nonces, 32 bytes."""
        code = HMAC(self._mac_key.reveal(), SHA256())
        code.update(message)
        return code.finalize()

    def seal(self, secret: Secret, *, aad: bytes) -> Sealed:
        """Encrypt with AES-256-GCM under a fresh 12-byte nonce; `aad` says which row the secret belongs to."""
        nonce = self._entropy.token_bytes(_NONCE_BYTES)
        return Sealed(key_id=self._key_id, nonce=nonce, ciphertext=self._aead.encrypt(nonce, secret.reveal(), aad))

    def open(self, sealed: Sealed, *, aad: bytes) -> Secret:
        """Decrypt. `StoreError` when key, ciphertext or `aad` do not fit."""
        if sealed.key_id != self._key_id:
            raise StoreError("a stored secret was sealed with another key file than this one")
        try:
            return Secret(self._aead.decrypt(sealed.nonce, sealed.ciphertext, aad))
        except (InvalidTag, ValueError):
            raise StoreError("a stored secret is damaged, or stands in another row than its own") from None


def _derive(secret: Secret, info: bytes) -> Secret:
    """Return a key of its own for one purpose."""
    return Secret(HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(secret.reveal()))


def _format_key_file(key_id: str, secrets: dict[str, Secret]) -> bytes:
    members: dict[str, str | int] = {"format": FORMAT, "v": VERSION, "key_id": key_id}
    members |= {name: base64.b64encode(secret.reveal()).decode() for name, secret in secrets.items()}
    return json.dumps(members, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _parse_key_file(path: Path, content: bytes) -> tuple[str, dict[str, Secret]]:
    """Accept only what `_format_key_file` writes, byte for byte: no lax reading of JSON or base64 is left."""
    try:
        members = json.loads(content)
        key_id = members["key_id"]
        secrets = {name: Secret(base64.b64decode(members[name])) for name in _SECRETS}
        is_ours = (
            _KEY_ID.fullmatch(key_id) is not None
            and all(len(secret) == _KEY_BYTES for secret in secrets.values())
            and _format_key_file(key_id, secrets) == content
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        is_ours = False
    if not is_ours:
        raise StoreError(f"{path} is not a portal key file of version {VERSION}, or it is damaged: restore it")
    return key_id, secrets
