"""What became of the request that a login sent to its phone, in one word: for the page and for its script."""

import enum

from authsim import states
from authsim.model import Decision, PendingLogin


class Standing(enum.Enum):
    """`waiting` and `approved` go on; `over` is a login that has ended; the rest can be sent again."""

    WAITING = "waiting"
    APPROVED = "approved"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    NONE = "none"
    OVER = "over"


def name_standing(pending: PendingLogin, *, now_ms: int) -> Standing:
    """Return where the newest request of an open login stands."""
    push = pending.push
    if push is None:
        return Standing.NONE
    if push.state is states.OneShot.ISSUED:
        return Standing.WAITING if push.expires_ms > now_ms else Standing.EXPIRED
    if push.state is states.OneShot.CONSUMED and push.decision is Decision.APPROVE:
        return Standing.APPROVED
    if push.state is states.OneShot.SUPERSEDED:
        return Standing.SUPERSEDED
    return Standing.EXPIRED if push.state is states.OneShot.EXPIRED else Standing.WITHDRAWN
