"""What a phone can answer now, told to the phone itself: the newest challenge of a login of its own user that waits.

Whoever holds the phone's key may ask; the challenge is no secret, and its response is judged where it always is
(`challenge_response`). Nothing is written here, and no decoy is seen: those stand elsewhere.
"""

from authsim.model import Challenge
from authsim.protocol.challenges import ChallengeInfo
from authsim.verifier import Verifier
from authsim.verifier.device_sessions import DeviceSignedIn


def list_challenges(verifier: Verifier, signed_in: DeviceSignedIn) -> tuple[ChallengeInfo, ...]:
    """Return the newest challenge to this phone that takes a response now, or nothing."""
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    device = signed_in.device
    challenge = verifier.store.logins.open_challenge_of(device.device_id, user_id=device.user_id, now_ms=now_ms)
    return () if challenge is None else (_describe(challenge),)


def _describe(challenge: Challenge) -> ChallengeInfo:
    return ChallengeInfo(
        question=challenge.question,
        suite=challenge.suite,
        purpose=challenge.purpose,
        iat=challenge.issued_ms,
        exp=challenge.expires_ms,
    )
