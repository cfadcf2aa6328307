"""The security element that people type: which PINs (Android) and Passcodes (iOS) a phone accepts.

How it is asked for, and how many tries there are, is not known here.
"""

import enum
import re
import unicodedata
from typing import Final

from authsim.errors import Reason, RefusalError
from authsim.secret import Secret

_CLASSIC: Final = re.compile(r"[0-9]{4,6}", re.ASCII)
_HARDENED_LENGTHS: Final = range(6, 65)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RUNS: Final = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_FAMILIAR: Final = frozenset(
    {
        *("112233", "121314", "123123", "123321", "159753", "789456", "147258", "147852", "246810", "696969", "131415"),
        *("password", "passcode", "letmein", "iloveyou", "dragon", "monkey", "welcome", "secret", "admin", "login"),
        *("authsim", "authkey", "simulation", "ibkey", "football", "baseball", "sunshine", "princess", "abc123"),
    }
)


class PinPolicy(enum.Enum):
    """Which PINs are accepted: 4 to 6 digits, or 6 to 64 characters that are not the first ones somebody would try."""

    CLASSIC = "classic"
    HARDENED = "hardened"


def normalise_pin(pin: Secret) -> Secret:
    """Return the PIN as UTF-8 in Unicode form C, which is what is stretched; `PIN_UNSUITABLE` when it is not text."""
    try:
        return Secret(unicodedata.normalize("NFC", pin.reveal_text()))
    except UnicodeDecodeError:
        raise RefusalError(Reason.PIN_UNSUITABLE) from None


def require_pin(pin: Secret, *, policy: PinPolicy) -> Secret:
    """Return the normalised PIN if the policy accepts it, else refuse with `PIN_UNSUITABLE`. No try is counted."""
    normal = normalise_pin(pin)
    text = normal.reveal_text()
    suitable = _CLASSIC.fullmatch(text) if policy is PinPolicy.CLASSIC else _is_hard_to_guess(text)
    if not suitable:
        raise RefusalError(Reason.PIN_UNSUITABLE)
    return normal


def _is_hard_to_guess(text: str) -> bool:
    # NIST SP 800-63B-4 section 3.1.1.2: length and a blocklist, no rules of composition.
    if len(text) not in _HARDENED_LENGTHS or _CONTROLS.search(text):
        return False
    plain = text.casefold()
    return not (plain in _FAMILIAR or _is_repetition(plain) or any(plain in run or plain[::-1] in run for run in _RUNS))


def _is_repetition(text: str) -> bool:
    return any((text[:length] * len(text)).startswith(text) for length in (1, 2, 3))
