"""The sealed file of a phone or a card, byte for byte: its spelling, when it is damaged, how it is opened and changed.

`docs/protocol.md` describes the format. Every check that needs no PIN comes before one is asked, so a damaged file
costs no try. Files themselves are the business of `mobile_cli`.
"""

import hmac
import json
from typing import TYPE_CHECKING, Final, NamedTuple

from authsim.authenticator.body import format_phone, parse_phone
from authsim.authenticator.device import Phone, Platform
from authsim.authenticator.sealing import (
    AEAD_NAME,
    BINDING,
    ITERATIONS,
    KDF_NAME,
    KEY_BYTES,
    LANES,
    MEMORY_KIB,
    NONCE_BYTES,
    SALT_BYTES,
    TAG_BYTES,
    Box,
    Kdf,
    Stretch,
    derive_biometric_kek,
    derive_kek,
    open_body,
    seal_body,
    stretch_pin,
    unwrap_key,
    wrap_key,
)
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.encodings import format_b64u, parse_b64u, parse_json_object, require_id, require_integer
from authsim.protocol.hkdf import expand
from authsim.secret import Secret

if TYPE_CHECKING:
    from authsim.ports import Entropy

MOST_BYTES: Final = 64 * 1024
FORMAT: Final = "authsim-keystore"
VERSION: Final = 1

#: The OWASP minimum for Argon2id. A stolen keystore without its device key is out of reach whatever this costs.
DEFAULT_COSTS: Final = (19 * 1024, 2, 1)

_MEMBERS: Final = frozenset({"aead", "binding", "body", "format", "kdf", "ksid", "mac", "v", "wrap"})
_MAC_INFO: Final = b"authsim/1/keystore-mac"


class Keystore(NamedTuple):
    """The file, taken apart; nothing in it is secret. `bio` is there when biometrics may open it (iOS)."""

    ksid: str
    kdf: Kdf
    wrap: Box
    body: Box
    generation: int
    bio: Box | None = None


class Opened(NamedTuple):
    """Proof that the PIN was right: the data key, and the body as it was sealed."""

    dek: Secret
    body: Secret


class Unlocked(NamedTuple):
    """Proof that the PIN was right: the data key, and what the phone knows."""

    dek: Secret
    phone: Phone


def create_keystore(
    phone: Phone,
    *,
    pin: Secret,
    device_key: Secret,
    entropy: "Entropy",
    costs: tuple[int, int, int] = DEFAULT_COSTS,
    stretch: Stretch = stretch_pin,
) -> Keystore:
    """Return a new keystore of a phone for a normalised PIN; otherwise as `create_sealed`."""
    return create_sealed(
        format_phone(phone), pin=pin, device_key=device_key, entropy=entropy, costs=costs, stretch=stretch
    )


def create_sealed(
    plain: Secret,
    *,
    pin: Secret,
    device_key: Secret,
    entropy: "Entropy",
    costs: tuple[int, int, int] = DEFAULT_COSTS,
    stretch: Stretch = stretch_pin,
) -> Keystore:
    """Return a new keystore that holds `plain`. `costs` are memory in KiB, iterations and lanes of Argon2id."""
    ksid, dek = entropy.token_bytes(16).hex(), Secret(entropy.token_bytes(KEY_BYTES))
    kdf = Kdf(*costs, salt=entropy.token_bytes(SALT_BYTES))
    kek = derive_kek(stretch(kdf, pin), device_key=device_key, ksid=ksid)
    wrap = wrap_key(dek, kek=kek, ksid=ksid, kdf=kdf, nonce=entropy.token_bytes(NONCE_BYTES))
    body = seal_body(plain, dek=dek, ksid=ksid, generation=1, nonce=entropy.token_bytes(NONCE_BYTES))
    return Keystore(ksid=ksid, kdf=kdf, wrap=wrap, body=body, generation=1)


def unlock(keystore: Keystore, *, pin: Secret, device_key: Secret, stretch: Stretch = stretch_pin) -> Unlocked:
    """Open a phone's as `open_sealed` does, and read it."""
    opened = open_sealed(keystore, pin=pin, device_key=device_key, stretch=stretch)
    return Unlocked(dek=opened.dek, phone=parse_phone(opened.body))


def open_sealed(keystore: Keystore, *, pin: Secret, device_key: Secret, stretch: Stretch = stretch_pin) -> Opened:
    """Open with a normalised PIN, or refuse with `WRONG_PIN`. The caller has durably counted the try before."""
    kek = derive_kek(stretch(keystore.kdf, pin), device_key=device_key, ksid=keystore.ksid)
    dek = unwrap_key(keystore.wrap, kek=kek, ksid=keystore.ksid, kdf=keystore.kdf)
    return Opened(dek=dek, body=_read_body(keystore, dek))


def read_phone(keystore: Keystore, dek: Secret) -> Phone:
    """Return what the phone knows, with a data key that an earlier unlocking gave."""
    return parse_phone(_read_body(keystore, dek))


def _read_body(keystore: Keystore, dek: Secret) -> Secret:
    return open_body(keystore.body, dek=dek, ksid=keystore.ksid, generation=keystore.generation)


def with_phone(keystore: Keystore, dek: Secret, phone: Phone, *, entropy: "Entropy") -> Keystore:
    """Return the next generation of the keystore, holding `phone`."""
    generation, nonce = keystore.generation + 1, entropy.token_bytes(NONCE_BYTES)
    body = seal_body(format_phone(phone), dek=dek, ksid=keystore.ksid, generation=generation, nonce=nonce)
    return keystore._replace(body=body, generation=generation)


def rewrap(
    keystore: Keystore,
    dek: Secret,
    *,
    pin: Secret,
    device_key: Secret,
    entropy: "Entropy",
    stretch: Stretch = stretch_pin,
) -> Keystore:
    """Return the keystore under another normalised PIN, and only that one; biometrics open it as before.

    The salt is new, the costs stay. The body is not sealed anew, so its generation stays: it numbers bodies.
    """
    kdf = keystore.kdf._replace(salt=entropy.token_bytes(SALT_BYTES))
    kek = derive_kek(stretch(kdf, pin), device_key=device_key, ksid=keystore.ksid)
    wrap = wrap_key(dek, kek=kek, ksid=keystore.ksid, kdf=kdf, nonce=entropy.token_bytes(NONCE_BYTES))
    changed = without_biometrics(keystore)._replace(kdf=kdf, wrap=wrap)
    # Both wraps name the salt that the PIN is stretched with.
    return changed if keystore.bio is None else with_biometrics(changed, dek, device_key=device_key, entropy=entropy)


def with_biometrics(keystore: Keystore, dek: Secret, *, device_key: Secret, entropy: "Entropy") -> Keystore:
    """Return the keystore with a second wrap, which the phone's own key opens alone; `ValueError` unless on iOS."""
    if read_phone(keystore, dek).platform is not Platform.IOS:
        raise ValueError("only iOS opens a phone by biometrics")
    kek, nonce = derive_biometric_kek(device_key), entropy.token_bytes(NONCE_BYTES)
    return keystore._replace(bio=wrap_key(dek, kek=kek, ksid=keystore.ksid, kdf=keystore.kdf, nonce=nonce))


def without_biometrics(keystore: Keystore) -> Keystore:
    """Return the keystore that opens by its PIN alone."""
    return keystore._replace(bio=None)


def unlock_with_biometrics(keystore: Keystore, *, device_key: Secret) -> Unlocked:
    """Open without a PIN; `NOT_ENROLLED` when no biometrics were set up."""
    if keystore.bio is None:
        raise RefusalError(Reason.NOT_ENROLLED)
    kek = derive_biometric_kek(device_key)
    dek = unwrap_key(keystore.bio, kek=kek, ksid=keystore.ksid, kdf=keystore.kdf)
    return Unlocked(dek=dek, phone=read_phone(keystore, dek))


def format_keystore(keystore: Keystore, *, device_key: Secret) -> bytes:
    """Return the file: compact JSON with sorted members and a line end, at most `MOST_BYTES`."""
    members = _describe(keystore)
    file = _serialise(members | {"mac": format_b64u(_compute_mac(members, device_key))})
    if len(file) > MOST_BYTES:
        raise MessageError("a keystore has at most 65536 bytes: this phone holds too many users")
    return file


def format_tombstone() -> bytes:
    """Return what stands in place of a wiped keystore."""
    return _serialise({"format": FORMAT, "v": VERSION, "wiped": True})


def parse_keystore(file: bytes, *, device_key: Secret) -> Keystore:
    """Return the file taken apart; `MessageError` when it is damaged in any bit, `PHONE_WIPED` for a tombstone.

    Whoever lacks the phone's key cannot make a file that passes: its costs and boxes are only looked at afterwards.
    """
    if file == format_tombstone():
        raise RefusalError(Reason.PHONE_WIPED)
    members = parse_json_object(file, most_bytes=MOST_BYTES)
    if members.keys() - {"bio"} != _MEMBERS:
        raise MessageError("a keystore has exactly its members")
    if _serialise(members) != file:
        raise MessageError("a keystore is spelled in one way only")
    mac = parse_b64u(members.pop("mac"), length=32)
    if not hmac.compare_digest(mac, _compute_mac(members, device_key)):
        raise MessageError("the keystore is damaged, or belongs to another phone")
    return _parse_members(members)


def _parse_members(members: dict[str, object]) -> Keystore:
    expected: dict[str, object] = {"aead": AEAD_NAME, "binding": BINDING, "format": FORMAT, "v": VERSION}
    if any(members[name] != value or type(members[name]) is not type(value) for name, value in expected.items()):
        raise MessageError("not a keystore of this format and version")
    body = _require_members(members["body"], {"ct", "gen", "n"})
    wrapped = KEY_BYTES + TAG_BYTES
    return Keystore(
        ksid=require_id(members["ksid"]),
        kdf=_parse_kdf(members["kdf"]),
        wrap=_parse_box(_require_members(members["wrap"], {"ct", "n"}), length=wrapped),
        body=_parse_box({"ct": body["ct"], "n": body["n"]}, length=_count_body_bytes(body["ct"])),
        generation=require_integer(body["gen"]),
        bio=_parse_box(_require_members(members["bio"], {"ct", "n"}), length=wrapped) if "bio" in members else None,
    )


def _parse_kdf(value: object) -> Kdf:
    members = _require_members(value, {"alg", "m_kib", "p", "salt", "t"})
    if members["alg"] != KDF_NAME:
        raise MessageError("the PIN is stretched by argon2id")
    kdf = Kdf(
        memory_kib=require_integer(members["m_kib"]),
        iterations=require_integer(members["t"]),
        lanes=require_integer(members["p"]),
        salt=parse_b64u(members["salt"], length=SALT_BYTES),
    )
    if kdf.memory_kib not in MEMORY_KIB or kdf.iterations not in ITERATIONS or kdf.lanes not in LANES:
        raise MessageError("the costs of argon2id lie outside the accepted ranges")
    return kdf


def _parse_box(members: dict[str, object], *, length: int) -> Box:
    return Box(nonce=parse_b64u(members["n"], length=NONCE_BYTES), ciphertext=parse_b64u(members["ct"], length=length))


def _count_body_bytes(ciphertext: object) -> int:
    """Return how many bytes base64url of this length holds; the spelling itself is judged by `_parse_box`."""
    return len(ciphertext) * 3 // 4 if type(ciphertext) is str else 0


def _require_members(value: object, names: set[str]) -> dict[str, object]:
    if type(value) is not dict or value.keys() != names:
        raise MessageError("a part of a keystore has exactly its members")
    return value


def _describe(keystore: Keystore) -> dict[str, object]:
    kdf = keystore.kdf
    members: dict[str, object] = {
        "aead": AEAD_NAME,
        "binding": BINDING,
        "body": _describe_box(keystore.body) | {"gen": keystore.generation},
        "format": FORMAT,
        "kdf": {
            "alg": KDF_NAME,
            "m_kib": kdf.memory_kib,
            "p": kdf.lanes,
            "salt": format_b64u(kdf.salt),
            "t": kdf.iterations,
        },
        "ksid": keystore.ksid,
        "v": VERSION,
        "wrap": _describe_box(keystore.wrap),
    }
    return members if keystore.bio is None else members | {"bio": _describe_box(keystore.bio)}


def _describe_box(box: Box) -> dict[str, object]:
    return {"ct": format_b64u(box.ciphertext), "n": format_b64u(box.nonce)}


def _serialise(members: dict[str, object]) -> bytes:
    return json.dumps(members, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode("ascii") + b"\n"


def _compute_mac(members: dict[str, object], device_key: Secret) -> bytes:
    key = expand(device_key.reveal(), _MAC_INFO, 32)
    return hmac.digest(key, _serialise(members), "sha256")
