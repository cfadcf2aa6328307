"""What the portal keeps encrypted: seeds of devices and factors, keys of activation codes, texts, the code on a page.

Each ciphertext is bound by its associated data to the row it belongs to, so that one moved to another row opens
nothing. All are sealed under the portal's master key, but the code on a page: that is sealed under a key that only the
browser's token gives, so that a reload can draw the same QR code while whoever reads the store learns no code.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authsim.errors import StoreError
from authsim.model import ActivationCode, CodeId, Device, DeviceId, Factor, FactorId, Sealed, TextMessage, UserId
from authsim.protocol.hkdf import expand, extract
from authsim.protocol.keys import ActivationKeys
from authsim.protocol.suite import suite_text
from authsim.protocol.transcript import Tag, encode_transcript
from authsim.secret import Secret
from authsim.verifier import Verifier

MAC_KEY_BYTES = 32
_DISPLAY = b"authsim/1/activation-display"
# The key is used for one code only, because its info is the code's id; a fixed nonce is then as good as a random one.
_NONCE = bytes(12)


def seal_seed(verifier: Verifier, seed: Secret, *, user_id: UserId, device_id: DeviceId, suite: str) -> Sealed:
    """Encrypt a device's 32-byte seed for the store."""
    return verifier.vault.seal(seed, aad=_seed_aad(verifier, user_id, device_id, suite))


def open_seed(verifier: Verifier, device: Device) -> Secret:
    """Return a device's seed; `StoreError` when the ciphertext is not that of this row."""
    aad = _seed_aad(verifier, device.user_id, device.device_id, device.suite)
    return verifier.vault.open(device.seed, aad=aad)


def seal_factor(verifier: Verifier, secret: Secret, *, user_id: UserId, factor_id: FactorId) -> Sealed:
    """Encrypt what the answers of a second factor are computed from: 20 bytes for an app, 32 for a card."""
    return verifier.vault.seal(secret, aad=_factor_aad(verifier, user_id, factor_id))


def open_factor(verifier: Verifier, factor: Factor) -> Secret:
    """Return a factor's own secret; `StoreError` when it has none, or the ciphertext is not that of this row."""
    if factor.secret is None:
        raise StoreError("this factor has no secret of its own")
    return verifier.vault.open(factor.secret, aad=_factor_aad(verifier, factor.user_id, factor.factor_id))


def seal_keys(verifier: Verifier, keys: ActivationKeys, *, user_id: UserId) -> Sealed:
    """Encrypt what checks an activation code: MAC key, then pre-shared key, 64 bytes."""
    secret = Secret(keys.mac.reveal() + keys.psk.reveal())
    return verifier.vault.seal(secret, aad=_keys_aad(verifier, user_id, CodeId(keys.code_id)))


def open_keys(verifier: Verifier, code: ActivationCode) -> ActivationKeys:
    """Return the keys of an activation code; `StoreError` when the ciphertext is not that of this row."""
    secret = verifier.vault.open(code.keys, aad=_keys_aad(verifier, code.user_id, code.code_id)).reveal()
    return ActivationKeys(code_id=code.code_id, mac=Secret(secret[:MAC_KEY_BYTES]), psk=Secret(secret[MAC_KEY_BYTES:]))


def seal_text(verifier: Verifier, text: Secret, *, number: str) -> Sealed:
    """Encrypt a text for the inbox of one telephone number."""
    return verifier.vault.seal(text, aad=_text_aad(verifier, number))


def open_text(verifier: Verifier, message: TextMessage) -> Secret:
    """Return what a text says; `StoreError` when the ciphertext is not of that number's inbox."""
    return verifier.vault.open(message.body, aad=_text_aad(verifier, message.number))


def seal_display(code: Secret, *, code_id: CodeId, token: Secret) -> bytes:
    """Encrypt a code for the one browser that holds `token`."""
    return AESGCM(_display_key(code_id, token)).encrypt(_NONCE, code.reveal(), bytes.fromhex(code_id))


def open_display(display: bytes, *, code_id: CodeId, token: Secret) -> Secret:
    """Return the code, for its browser; `StoreError` when the token is not the one it was sealed for."""
    try:
        return Secret(AESGCM(_display_key(code_id, token)).decrypt(_NONCE, display, bytes.fromhex(code_id)))
    except InvalidTag:
        raise StoreError("the displayed code does not open") from None


def _display_key(code_id: CodeId, token: Secret) -> bytes:
    return expand(extract(_DISPLAY, token.reveal()), bytes.fromhex(code_id), 32)


def _seed_aad(verifier: Verifier, user_id: UserId, device_id: DeviceId, suite: str) -> bytes:
    return encode_transcript(
        "seed-at-rest",
        [
            (Tag.INSTANCE_ID, bytes.fromhex(verifier.instance.instance_id)),
            (Tag.USER_ID, bytes.fromhex(user_id)),
            (Tag.DEVICE_ID, bytes.fromhex(device_id)),
            (Tag.SUITE, suite_text(suite).encode("ascii")),
        ],
    )


def _factor_aad(verifier: Verifier, user_id: UserId, factor_id: FactorId) -> bytes:
    return encode_transcript(
        "factor-at-rest",
        [
            (Tag.INSTANCE_ID, bytes.fromhex(verifier.instance.instance_id)),
            (Tag.USER_ID, bytes.fromhex(user_id)),
            (Tag.FLOW_ID, bytes.fromhex(factor_id)),
        ],
    )


def _keys_aad(verifier: Verifier, user_id: UserId, code_id: CodeId) -> bytes:
    return encode_transcript(
        "otp-at-rest",
        [
            (Tag.INSTANCE_ID, bytes.fromhex(verifier.instance.instance_id)),
            (Tag.USER_ID, bytes.fromhex(user_id)),
            (Tag.FLOW_ID, bytes.fromhex(code_id)),
        ],
    )


def _text_aad(verifier: Verifier, number: str) -> bytes:
    return encode_transcript(
        "text-at-rest",
        [
            (Tag.INSTANCE_ID, bytes.fromhex(verifier.instance.instance_id)),
            (Tag.NUMBER, number.encode("ascii")),
        ],
    )
