"""Asking a device a question that it was never asked before.

One open challenge for each login transaction; a question never repeats in a device's life, so that an answer that was
seen once is worth nothing. Judging the answer is `challenge_response`.
"""

from collections.abc import Callable

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.model import Challenge, ChallengeId, Device, LoginTransaction
from authsim.protocol.codes import challenge_space, format_challenge
from authsim.verifier import Verifier, limits
from authsim.verifier.tokens import draw_id

#: With at most half of the questions used, 64 draws in a row hit used ones less than once in 2**64 logins.
DRAWS = 64


def issue_challenge(
    verifier: Verifier,
    login: LoginTransaction,
    *,
    device: Device,
    now_ms: int,
    keep: Callable[[Challenge], None],
) -> Challenge:
    """Draw a question until `keep` accepts it; return the challenge that was kept.

    `keep` raises `StoreConflictError` when that device was asked that question before. Refuses with
    `CHALLENGES_EXHAUSTED` when more than half of the space is used: that device must be activated anew; with
    `CHALLENGES_SPENT` beyond the limits.
    """
    limits.require_challenge(verifier, login.user_id, now_ms=now_ms)
    space = challenge_space(device.suite)
    if 2 * verifier.store.logins.count_questions(device.device_id) > space:
        raise RefusalError(Reason.CHALLENGES_EXHAUSTED)
    challenge_id = ChallengeId(draw_id(verifier.entropy))
    for _ in range(DRAWS):
        challenge = Challenge(
            challenge_id=challenge_id,
            login_id=login.login_id,
            user_id=login.user_id,
            device_id=device.device_id,
            question=format_challenge(device.suite, purpose=login.purpose, draw=verifier.entropy.randbelow(space)),
            purpose=login.purpose,
            suite=device.suite,
            state=states.OneShot.ISSUED,
            attempts=0,
            attempts_allowed=verifier.policy.responses_per_challenge,
            issued_ms=now_ms,
            expires_ms=min(now_ms + verifier.policy.challenge_ms, login.expires_ms),
        )
        try:
            keep(challenge)
        except StoreStaleError:
            raise
        except StoreConflictError:
            continue
        return challenge
    raise RefusalError(Reason.CHALLENGES_EXHAUSTED)
