"""The last step of a login, whichever factor completed it: the session that it opens, and what is written with it.

Judging is `challenge_response`, `approval` and `prompted`. A login of another purpose proved only that the same person
still sits there: it opens a new session all the same, which holds the proof.
"""

from collections.abc import Mapping

from authsim.events import Event, EventKind
from authsim.model import Client, DeviceId, FactorKind, Factors, LoginTransaction, PortalSession, Reach, User
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier, limits
from authsim.verifier.records import client_facts
from authsim.verifier.sessions import draw_session
from authsim.verifier.topics import login_topic, publish, session_topic


def draw_entry(
    verifier: Verifier,
    login: LoginTransaction,
    user: User,
    token: Secret,
    *,
    proof: FactorKind,
    client: Client,
    now_ms: int,
    reach: Reach = Reach.FULL,
) -> PortalSession:
    """Return the session of two factors that a login opens, not kept yet."""
    return draw_session(
        verifier,
        user,
        token,
        factors=Factors.TWO,
        proof=proof,
        reach=reach,
        purpose=login.purpose,
        client=client,
        now_ms=now_ms,
    )


def entry_events(login: LoginTransaction, session: PortalSession, *, now_ms: int) -> list[Event]:
    """Return the rows of a login that is done."""
    facts: Mapping[str, str] = client_facts(session.client)
    if login.purpose == Purpose.LOG_IN:
        done = Event(kind=EventKind.LOGIN_COMPLETED, at_ms=now_ms, user_id=login.user_id, facts=facts)
    else:
        about = {"purpose": Purpose(login.purpose).name.lower()} | dict(facts)
        done = Event(kind=EventKind.IDENTITY_VERIFIED, at_ms=now_ms, user_id=login.user_id, facts=about)
    return [done, Event(kind=EventKind.SESSION_OPENED, at_ms=now_ms, user_id=login.user_id, facts=facts)]


def settle_entry(
    verifier: Verifier,
    login: LoginTransaction,
    session: PortalSession,
    user: User,
    *,
    typed_on: DeviceId | None = None,
    now_ms: int,
) -> None:
    """Forget the wrong answers before it, remember the place, and wake whoever waits for this login.

    `typed_on`: the phone whose typed response was right.
    """
    limits.forgive_answers(verifier, user_id=user.user_id, device_id=typed_on)
    limits.know_address(verifier, name=user.name, client=session.client, now_ms=now_ms)
    publish(verifier.bus, login_topic(login.login_id))
    if login.session_id is not None:
        publish(verifier.bus, session_topic(login.session_id))
