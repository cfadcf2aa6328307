"""Simulated biometrics: five looks without a match, then the Passcode."""

import pytest

from authsim.authenticator.biometrics import (
    MOST_LOOKS,
    Biometrics,
    Biometry,
    count_look,
    require_match,
    with_passcode,
)
from authsim.errors import Reason, RefusalError

FACE = Biometrics(kind=Biometry.FACE_ID)


def misses(biometrics: Biometrics) -> tuple[Biometrics, RefusalError]:
    """Look once without a match; return the record and the refusal."""
    counted = count_look(biometrics)
    with pytest.raises(RefusalError) as refused:
        require_match(counted, is_match=False)
    return counted, refused.value


def test_a_match_opens_and_forgives() -> None:
    """Looks that missed before are forgotten."""
    assert require_match(count_look(FACE._replace(misses=4)), is_match=True) == FACE


def test_the_fifth_miss_locks() -> None:
    """Each miss says how many looks are left; the fifth asks for the Passcode, and so does everything after it."""
    record, left = FACE, []
    for _ in range(MOST_LOOKS - 1):
        record, refusal = misses(record)
        assert refusal.reason is Reason.BIOMETRIC_MISMATCH
        left.append(refusal.attempts_remaining)
    record, refusal = misses(record)

    assert left == [4, 3, 2, 1]
    assert refusal.reason is Reason.BIOMETRICS_LOCKED
    assert record.is_locked
    with pytest.raises(RefusalError) as locked:
        count_look(record)
    assert locked.value.reason is Reason.BIOMETRICS_LOCKED


def test_the_passcode_unlocks() -> None:
    """It is the way back, as on the phone."""
    assert with_passcode(FACE._replace(misses=MOST_LOOKS)) == FACE


def test_a_phone_may_have_none() -> None:
    """Without a face or finger set up, the Passcode is all there is."""
    assert not Biometrics().is_on
    assert FACE.is_on
    assert not FACE.is_locked
