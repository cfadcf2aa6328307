"""What a flood of refusals looks like on the user's own page: one line with a count, and the rest still to be seen.

Refusals of one kind, for one reason and from one address belong together while less than a minute lies between one and
the next, whatever else happens in between. What was done rightly is never taken together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import UserId
from authsim.policy import SECOND
from authsim.verifier import Verifier
from authsim.verifier.activity import Activity, list_activity

REFUSED: Final = frozenset(
    {EventKind.LOGIN_REFUSED, EventKind.ACTIVATION_REFUSED, EventKind.ENROLMENT_REFUSED, EventKind.PUSH_REFUSED}
)
WITHIN_MS: Final = 60 * SECOND
#: How far one looks back for a full page, in lines: further only when a flood fills it.
_DEPTHS: Final = (1, 8, 64)

_Key = tuple[EventKind, Reason | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityGroup:
    """`count` lines that are shown as one: `newest` is the last of them, `since_ms` the instant of the first."""

    newest: Activity
    count: int
    since_ms: int


def group_activity(lines: Iterable[Activity]) -> Sequence[ActivityGroup]:
    """Return lines, newest first, with the refusals that belong together taken together; each stands at its newest."""
    groups: list[list[Activity]] = []
    open_groups: dict[_Key, list[Activity]] = {}
    for line in lines:
        key = (line.kind, line.reason, line.address)
        group = open_groups.get(key)
        if group is not None and group[-1].at_ms - line.at_ms < WITHIN_MS:
            group.append(line)
            continue
        groups.append([line])
        if line.kind in REFUSED:
            open_groups[key] = groups[-1]
    return [ActivityGroup(newest=group[0], count=len(group), since_ms=group[-1].at_ms) for group in groups]


def list_groups(verifier: Verifier, user_id: UserId, *, most: int = 50) -> Sequence[ActivityGroup]:
    """Return what happened to a user, newest first, at most `most` groups."""
    groups: Sequence[ActivityGroup] = ()
    for depth in _DEPTHS:
        lines = list_activity(verifier, user_id, most=most * depth)
        groups = group_activity(lines)
        if len(groups) >= most or len(lines) < most * depth:
            break
    return groups[:most]
