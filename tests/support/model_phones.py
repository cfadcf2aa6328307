"""The other half of the plain model: how a phone comes to a user and goes, and what the help desk does.

Each rule says whether what is asked is taken, and changes what follows from it, as in `model_town`.
"""

from tests.support.model_nouns import ACTIVE, CLOSED, CONSUMED, GONE, ISSUED, Code, Flow, Key, Session, User
from tests.support.model_town import ModelTown


def enters(town: ModelTown, place: str, user: User) -> Session:
    """The limited session of somebody who typed the password of a user without an active phone."""
    session = town.signs_in(place, user, None)
    if user.key is None:
        session.code = issues_code(town, user)
    return session


def resumes(town: ModelTown, user: User) -> bool:
    """Whether the help desk can let the user's phone answer again."""
    if user.key is not None:
        user.key.state = ACTIVE
    return user.key is not None


def takes_out(town: ModelTown, user: User, state: str) -> bool:
    """Whether there is a phone to suspend, or to revoke."""
    if user.key is None:
        return False
    if user.key.state != state:
        town.stops(user.key, state)
    return True


def issues_code(town: ModelTown, user: User) -> Code:
    """A code for the user's next phone; the one before it is worth nothing any more."""
    for row in user.codes:
        if row.state == ISSUED:
            row.state = CLOSED
    code = Code(user=user, ends_ms=town.now_ms + town.policy.activation_ms)
    user.codes.append(code)
    return code


def is_fresh(town: ModelTown, code: Code) -> bool:
    """Say whether a page shows this code now."""
    return code.state == ISSUED and town.now_ms < code.ends_ms


def renews(town: ModelTown, session: Session) -> Code | None:
    """A fresh code on the page of a limited session, unless the user has a phone."""
    if session.user.key is not None:
        return None
    session.code = issues_code(town, session.user)
    return session.code


def disowns(town: ModelTown, session: Session) -> Code | None:
    """*This was not me*: the phone that this page's code enrolled is out, and there is a fresh code."""
    if session.code is None or session.code.key is None:
        return None
    if session.code.key.state != GONE:
        town.stops(session.code.key, GONE)
    return renews(town, session)


def activates(town: ModelTown, code: Code, *, is_thief: bool) -> Key | None:
    """The key that a scanned code enrols, if it does; a code that was brought too late is burnt."""
    if code.state != ISSUED:
        return None
    code.state = CLOSED
    if code.ends_ms <= town.now_ms or code.user.key is not None:
        return None
    code.state = CONSUMED
    code.key = code.user.key = Key(user=code.user, made_ms=town.now_ms, is_thief=is_thief)
    return code.key


def asks_text(town: ModelTown, user: User, password: str, *, is_thief: bool) -> Flow | None:
    """An enrolment that was begun, and its text sent, if so."""
    if not town.types_password(user, password) or not may_text(town, user):
        return None
    for row in user.flows:
        if row.state == ISSUED:
            row.state = CLOSED
    flow = Flow(user=user, ends_ms=town.now_ms + town.policy.sms_code_seconds * 1_000, is_thief=is_thief)
    user.flows.append(flow)
    user.texted_ms = town.now_ms
    return flow


def texts_again(town: ModelTown, flow: Flow) -> bool:
    """Whether another text is sent."""
    if not is_open(town, flow) or flow.sends >= town.policy.sms_sends or not may_text(town, flow.user):
        return False
    flow.sends += 1
    flow.user.texted_ms = town.now_ms
    return True


def brings_code(town: ModelTown, flow: Flow, *, is_right: bool) -> Key | None:
    """The key that a texted code enrols, if it does; it takes the place of the user's other one."""
    if not is_open(town, flow):
        return None
    flow.tries += 1
    user = flow.user
    if not is_right or town.is_locked(user):
        if flow.tries >= town.policy.sms_code_tries:
            flow.state = CLOSED
        return None
    flow.state = CONSUMED
    for code in user.codes:
        if code.state == ISSUED:
            code.state = CLOSED
    if user.key is not None:
        town.stops(user.key, GONE)
    user.key = Key(user=user, made_ms=town.now_ms, is_thief=flow.is_thief)
    return user.key


def is_open(town: ModelTown, flow: Flow) -> bool:
    """Say whether an enrolment takes a code now."""
    return flow.state == ISSUED and town.now_ms < flow.ends_ms


def may_text(town: ModelTown, user: User) -> bool:
    """Say whether the user's last text is old enough for another one."""
    return user.texted_ms is None or town.now_ms >= user.texted_ms + town.policy.sms_resend_seconds * 1_000


def gets_password(town: ModelTown, user: User, password: str) -> None:
    """A new password: whoever came in with the old one is out, and what was begun with it is over."""
    user.password = password
    for session in user.sessions:
        session.is_ended = True
    for login in user.logins:
        if login.is_open:
            town.ends(login)
    for code in user.codes:
        if code.state == ISSUED:
            code.state = CLOSED
    for flow in user.flows:
        if flow.state == ISSUED:
            flow.state = CLOSED


def locks(town: ModelTown, user: User) -> None:
    """The help desk locks: whoever is in is out."""
    user.locked_ms = town.now_ms + town.policy.lockout_seconds * 1_000
    for session in user.sessions:
        session.is_ended = True


def unlocks(town: ModelTown, user: User) -> None:
    """The help desk lifts a lock, and forgets the failures."""
    user.failures, user.locked_ms = [], None
