"""Simulated Face ID and Touch ID of an iOS phone: a match, no match, and after five of those the Passcode.

The shell writes the counted look durably before it is judged, as with a PIN; what a match opens is the keystore's
second wrap. Which finger or face is shown is the person's word.
"""

import enum
from typing import Final, NamedTuple

from authsim.errors import Reason, RefusalError

#: After so many looks without a match iOS asks for the Passcode.
MOST_LOOKS: Final = 5


class Biometry(enum.Enum):
    """Which one the phone has set up."""

    OFF = "off"
    FACE_ID = "face-id"
    TOUCH_ID = "touch-id"


class Biometrics(NamedTuple):
    """What is set up, and how many looks without a match came since the last match or Passcode."""

    kind: Biometry = Biometry.OFF
    misses: int = 0

    @property
    def is_on(self) -> bool:
        """Say whether the phone asks for a face or finger at all."""
        return self.kind is not Biometry.OFF

    @property
    def is_locked(self) -> bool:
        """Say whether only the Passcode helps now."""
        return self.misses >= MOST_LOOKS


def count_look(biometrics: Biometrics) -> Biometrics:
    """Return the record that must be durable before a look is judged; refuses with `BIOMETRICS_LOCKED`."""
    if biometrics.is_locked:
        raise RefusalError(Reason.BIOMETRICS_LOCKED)
    return biometrics._replace(misses=biometrics.misses + 1)


def require_match(biometrics: Biometrics, *, is_match: bool) -> Biometrics:
    """Return the record after a counted look that matched.

    One that did not is refused with `BIOMETRIC_MISMATCH` and the looks that are left, the last one with
    `BIOMETRICS_LOCKED`.
    """
    if is_match:
        return with_passcode(biometrics)
    if biometrics.is_locked:
        raise RefusalError(Reason.BIOMETRICS_LOCKED)
    raise RefusalError(Reason.BIOMETRIC_MISMATCH, attempts_remaining=MOST_LOOKS - biometrics.misses)


def with_passcode(biometrics: Biometrics) -> Biometrics:
    """Return the record after the Passcode was right: all looks are there again."""
    return biometrics._replace(misses=0)
