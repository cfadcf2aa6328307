"""The codes of an authenticator app: TOTP (RFC 6238) with SHA-1, 6 digits and steps of 30 seconds, as all such apps do.

`pyotp` does the arithmetic. Which step was accepted last, and for whom, is judged by the portal.
"""

import base64
import hmac
from typing import Final

import pyotp

from authsim.protocol.encodings import require_digits
from authsim.secret import Secret

DIGITS: Final = 6
STEP_MS: Final = 30_000
#: As long as the hash: RFC 4226 section 4 recommends 160 bits.
KEY_BYTES: Final = 20
ISSUER: Final = "AuthSim"


def compute_totp(key: Secret, step: int) -> str:
    """Return the 6 digits of one step: 30 seconds each, counted from the Unix epoch. `key` has 20 bytes."""
    return _app(key).generate_otp(step)


def find_step(key: Secret, code: str, *, now_ms: int, drift: int) -> int | None:
    """Return the newest step whose code this is, at most `drift` steps before or after now; None when there is none.

    Every step in reach is compared, each in constant time. Raises `MessageError` unless `code` is 6 digits, between
    which blanks and hyphens may stand.
    """
    typed = require_digits(code, length=DIGITS).encode("ascii")
    now = now_ms // STEP_MS
    steps = [
        step
        for step in range(max(0, now - drift), now + drift + 1)
        if hmac.compare_digest(compute_totp(key, step).encode("ascii"), typed)
    ]
    return max(steps, default=None)


def format_otpauth_uri(key: Secret, *, user_label: str) -> Secret:
    """Return what the QR code says that any authenticator app reads: `otpauth://totp/AuthSim:<user>?secret=...`."""
    return Secret(_app(key).provisioning_uri(name=user_label, issuer_name=ISSUER))


def format_typed_key(key: Secret) -> Secret:
    """Return the key as a person types it into an app without a camera: Base32 in groups of four."""
    text = base64.b32encode(key.reveal()).decode("ascii")
    return Secret(" ".join(text[start : start + 4] for start in range(0, len(text), 4)))


def _app(key: Secret) -> pyotp.TOTP:
    return pyotp.TOTP(base64.b32encode(key.reveal()).decode("ascii"), digits=DIGITS, interval=STEP_MS // 1_000)
