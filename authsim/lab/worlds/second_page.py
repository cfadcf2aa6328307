"""What the page of the second factor meets: a challenge that changes at a reload, a list in the other order.

No port could tell a reload from a look of the page's own script, nor does one keep the order of a list: `web/lab` asks
here when the page is about to be shown.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

from authsim import states
from authsim.errors import RefusalError
from authsim.lab.catalogue import Step
from authsim.lab.laboratory import Lab
from authsim.lab.worlds.world import Marks, World
from authsim.model import Challenge, LoginTransaction
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.asking import ask_phone
from authsim.verifier.login import find_pending
from authsim.verifier.records import require_row
from authsim.verifier.requests import is_approved
from authsim.verifier.topics import login_topic, publish

T = TypeVar("T")

_CHANGES: Final = "challenge_changes"
_ORDER: Final = "picker_order"
_SHOWN: Final = "shown"


def note_shown(verifier: Verifier, lab: Lab, token: Secret, *, is_wanted: bool) -> None:
    """The page of a login is about to be shown. Where it shows a challenge again, another one is asked in its place.

    `verifier` is the portal in the lab. `is_wanted`: the address asks for the challenge; else it is shown where no
    notification was sent. The new one supersedes the old by the portal's own rule, and with it the
    notification; a login that is over or approved is left alone.
    """
    if not lab.board.is_on(_CHANGES):
        return
    try:
        pending = find_pending(verifier, token)
    except RefusalError:  # the page says why
        return
    challenge, push, now_ms = pending.challenge, pending.push, verifier.clock.now_ms()
    is_shown = is_wanted or push is None or not push.is_notified
    if challenge is None or not is_shown or not _is_open(challenge, now_ms=now_ms):
        return
    world = World(lab, verifier)
    marks = Marks(world, "challenges")
    if marks.find(_SHOWN, challenge.challenge_id) is None:
        marks.note(_SHOWN, challenge.challenge_id, 1)
        return
    if (push is not None and is_approved(push)) or world.strikes(_CHANGES, challenge.user_id, Step.CHALLENGE) is None:
        return
    user = require_row(verifier.store.users.get(challenge.user_id))
    device = require_row(verifier.store.devices.get(challenge.device_id))
    try:
        another, _ = ask_phone(verifier, pending.login, user=user, device=device, notify=False, now_ms=now_ms)
    except RefusalError:  # no more questions, or stopped this moment: the page shows what there is
        return
    marks.note(_SHOWN, another.challenge_id, 1)
    publish(verifier.bus, login_topic(pending.login.login_id))


def _is_open(challenge: Challenge, *, now_ms: int) -> bool:
    return challenge.state is states.OneShot.ISSUED and challenge.expires_ms > now_ms


def order_choices(verifier: Verifier, lab: Lab, login: LoginTransaction, choices: Sequence[T]) -> Sequence[T]:
    """Return what a login may choose from in the order of its page: for one that is struck, in the other order."""
    if len(choices) < 2:
        return choices
    marks = Marks(World(lab, verifier), "logins")
    is_struck = marks.decide(_ORDER, login.login_id, login.user_id, Step.CHOICE) is not None
    return tuple(reversed(choices)) if is_struck else choices
