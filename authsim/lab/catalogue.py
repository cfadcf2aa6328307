"""Every fault that the lab can play: its name, where it strikes, and what a client then meets.

Names and facts only: how each is played is told in `worlds` (behind the ports) and in `web/lab` (on the wire). The test
kit and `docs/testing/faults.md` read this list.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


class Step(enum.Enum):
    """Where in a ceremony somebody is: a fault may be told to strike at one step alone."""

    PAGE = "page"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    CHOICE = "choice"
    CHALLENGE = "challenge"
    RESPONSE = "response"
    NOTIFICATION = "notification"
    DECISION = "decision"
    CONTINUE = "continue"
    TEXT = "text"
    ACTIVATION = "activation"
    ENROLMENT = "enrolment"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One fault. `steps`: where it can strike; `step` of a request narrows them.

    `by_ms`: for one that is about time, how long when nothing else is said; else None. `needs_user`: whether it is
    about one user's own state, so that it has to be told whose.
    """

    name: str
    says: str
    steps: tuple[Step, ...]
    by_ms: int | None = None
    needs_user: bool = False


_EVERYWHERE: Final = tuple(Step)

FAULTS: Final[Mapping[str, FaultKind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            FaultKind(
                name="push_lost",
                says="The notification is sent and never arrives.",
                steps=(Step.NOTIFICATION,),
            ),
            FaultKind(
                name="push_late",
                says="The notification arrives so much later.",
                steps=(Step.NOTIFICATION,),
                by_ms=20_000,
            ),
            FaultKind(
                name="push_twice",
                says="The notification arrives twice; only one answer to it counts.",
                steps=(Step.NOTIFICATION,),
            ),
            FaultKind(
                name="push_superseded",
                says="When the phone answers, the request is no longer valid: a newer one took its place.",
                steps=(Step.DECISION,),
            ),
            FaultKind(
                name="push_stuck",
                says="Once a notification was missed, every later one errs when the phone answers it; typing helps.",
                steps=(Step.DECISION,),
            ),
            FaultKind(
                name="no_push",
                says="No notification is sent; the page asks for the response to a challenge instead.",
                steps=(Step.NOTIFICATION,),
            ),
            FaultKind(
                name="approval_error",
                says="The phone approves, and the portal answers with an error: nothing was approved.",
                steps=(Step.DECISION,),
            ),
            FaultKind(
                name="approval_ignored",
                says="The phone approves and is told so; the page of the login never moves.",
                steps=(Step.DECISION,),
            ),
            FaultKind(name="text_lost", says="The text is sent and never arrives.", steps=(Step.TEXT,)),
            FaultKind(name="text_late", says="The text arrives so much later.", steps=(Step.TEXT,), by_ms=30_000),
            FaultKind(
                name="text_swapped",
                says="Two texts to one number arrive in the other order: the newest is the older one.",
                steps=(Step.TEXT,),
            ),
            FaultKind(
                name="qr_burnt",
                says="The activation code was used for an attempt already when the phone scans it.",
                steps=(Step.ACTIVATION,),
            ),
            FaultKind(
                name="challenge_short",
                says="The challenge lives so much time only.",
                steps=(Step.CHALLENGE,),
                by_ms=5_000,
            ),
            FaultKind(
                name="challenge_changes",
                says="Loading the page of a challenge again shows another one; the first counts no more.",
                steps=(Step.CHALLENGE,),
            ),
            FaultKind(
                name="wrong_credentials",
                says="The right password is called wrong, and counted as a failed login.",
                steps=(Step.PASSWORD,),
            ),
            FaultKind(
                name="wrong_mode",
                says="The user counts as one of the other kind: paper for live, live for paper.",
                steps=(Step.PASSWORD,),
            ),
            FaultKind(
                name="throttled",
                says="The user has failed so often that the next login has to wait.",
                steps=(Step.PASSWORD,),
            ),
            FaultKind(
                name="locked_out",
                says="The user is locked out, even with the right password.",
                steps=(Step.PASSWORD, Step.RESPONSE),
            ),
            FaultKind(
                name="not_authenticated",
                says="The login says that it succeeds, and the very next page asks for a login again.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="competing_session",
                says="Somebody logs in as the same user elsewhere: a page's session is over, a gateway's has a rival.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="competing_authenticated",
                says="Somebody logs in as the same user elsewhere, and a gateway says that it is authenticated all the"
                " same, and competes.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="brokerage_late",
                says="The login succeeds, and a gateway's brokerage session comes up only so much later.",
                steps=(Step.SESSION,),
                by_ms=20_000,
            ),
            FaultKind(
                name="brokerage_down",
                says="The login succeeds, and a gateway's brokerage session is down until a program begins it.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="brokerage_never",
                says="The login succeeds, and a gateway's brokerage session does not come up, whatever is asked.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="no_session_ok",
                says="Where a gateway has no session it says so with 200, in place of 401.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="no_bridge",
                says="What needs a gateway's brokerage session is refused with 400: there is no bridge.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="session_lost",
                says="The portal forgets the session, as after its nightly restart.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="picker_order",
                says="The list of second factors stands in the other order.",
                steps=(Step.CHOICE,),
            ),
            FaultKind(
                name="markup_drift",
                says="Ids and classes of the page are named otherwise, and hidden twins stand beside the real ones.",
                steps=_EVERYWHERE,
            ),
            FaultKind(
                name="page_between",
                says="A page that nobody expects stands between the login and what follows.",
                steps=(Step.SESSION,),
            ),
            FaultKind(
                name="page_confirm",
                says="A page that has to be confirmed stands between the login and what follows, until it is.",
                steps=(Step.SESSION,),
            ),
            FaultKind(name="http_500", says="The answer is 500 Internal Server Error.", steps=_EVERYWHERE),
            FaultKind(name="http_503", says="The answer is 503 Service Unavailable.", steps=_EVERYWHERE),
            FaultKind(
                name="slow_answer",
                says="The answer takes so much longer, by the machine's clock (at most 60 s).",
                steps=_EVERYWHERE,
                by_ms=2_000,
            ),
        )
    }
)
