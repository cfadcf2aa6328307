"""A plain model of one portal: who is in, which phone answers for whom, who is locked.

Written from `docs/protocol.md`, `docs/THREATS.md`, `docs/attacks.md` and the decisions in `docs/adr/`; it calls nothing
of what it judges, and takes only the numbers from the policy. Each rule says whether what is asked is taken, and
changes what follows from it. What is over is over by the clock alone: the model writes no expiry but that of a
session, because one that is written counts no more among those that a user may have.
"""

from dataclasses import dataclass, field

from authsim.policy import SECOND, Policy
from tests.support.model_nouns import (
    ACTIVE,
    APPROVED,
    CLOSED,
    GONE,
    ISSUED,
    SUSPENDED,
    Key,
    Login,
    Request,
    Session,
    User,
)

APPROVE, DENY, REPORT = 1, 2, 3
_TOUCH_MS = 30_000


@dataclass(slots=True, kw_only=True)
class ModelTown:
    """One portal, as the pages describe it."""

    policy: Policy
    now_ms: int
    users: dict[str, User] = field(default_factory=dict)

    # -- time, and what it does to failures

    def settle(self, user: User) -> None:
        """A lock that has run out takes its failures with it."""
        if user.locked_ms is not None and user.locked_ms <= self.now_ms:
            user.failures, user.locked_ms = [], None

    def is_locked(self, user: User) -> bool:
        """Say whether the user is locked now."""
        self.settle(user)
        return user.locked_ms is not None

    def count_failures(self, user: User) -> int:
        """How many failures count now."""
        self.settle(user)
        return sum(at > self.now_ms - self.policy.lockout_window_seconds * 1_000 for at in user.failures)

    def fails(self, user: User) -> None:
        """Count one failure; the last one locks, and each during a lock begins it anew."""
        was_locked = self.is_locked(user)
        user.failures = [*user.failures, self.now_ms][-self.policy.lockout_failures :]
        if was_locked or self.count_failures(user) >= self.policy.lockout_failures:
            user.locked_ms = self.now_ms + self.policy.lockout_seconds * 1_000

    # -- first factor

    def types_password(self, user: User, password: str) -> bool:
        """Whether a password passes."""
        if self.is_locked(user):
            self.fails(user)
            return False
        count = self.count_failures(user)
        if count >= self.policy.throttle_failures:
            wait_s = self.policy.throttle_seconds * 2 ** (count - self.policy.throttle_failures)
            if self.now_ms < user.failures[-1] + min(wait_s, self.policy.lockout_window_seconds) * 1_000:
                return False
        if password != user.password:
            self.fails(user)
            return False
        return True

    # -- sessions

    def is_in(self, session: Session) -> bool:
        """Say whether a browser's session is open now."""
        idle_ms = session.seen_ms + self.policy.session_idle_seconds * 1_000
        return not session.is_ended and self.now_ms < min(session.ends_ms, idle_ms)

    def uses(self, session: Session) -> bool:
        """Whether a page is shown; last-seen is written now and then, and so is an end by idleness that is seen."""
        if not self.is_in(session):
            session.is_ended = True
            return False
        if self.now_ms - session.seen_ms >= min(_TOUCH_MS, self.policy.session_idle_seconds * 100):
            session.seen_ms = self.now_ms
        return True

    def signs_in(self, place: str, user: User, key: Key | None) -> Session:
        """A new session; the oldest beyond the limit ends. Without a key it is the limited one."""
        kept = [row for row in user.sessions if not row.is_ended and self.now_ms < row.ends_ms]
        for row in kept[: max(0, len(kept) + 1 - self.policy.sessions_per_user)]:
            row.is_ended = True
        ends_ms = self.now_ms + self.policy.session_seconds * 1_000
        session = Session(place=place, user=user, key=key, seen_ms=self.now_ms, ends_ms=ends_ms)
        user.sessions.append(session)
        return session

    # -- logins

    def begins(self, place: str, user: User, *, notify: bool = True, session: Session | None = None) -> Login:
        """A login that asks the user's active phone."""
        assert user.key is not None
        ends_ms = self.now_ms + self.policy.login_ms
        login = Login(
            place=place,
            user=user,
            key=user.key,
            session=session,
            challenge_ms=min(self.now_ms + self.policy.challenge_ms, ends_ms),
            ends_ms=ends_ms,
        )
        user.logins.append(login)
        self._asks(login, is_announced=notify and user.is_seamless and not self._is_limited(user))
        return login

    def is_waiting(self, login: Login) -> bool:
        """Say whether a login waits for its phone: for a typed answer, for a tap, or for its browser to collect it."""
        if not login.is_open or login.ends_ms <= self.now_ms:
            return False
        return self.now_ms < login.challenge_ms or login.requests[-1].state == APPROVED or self.is_asked(login)

    def is_asked(self, login: Login) -> bool:
        """Say whether the newest request of a login can be answered."""
        return self.takes_decision(login.requests[-1])

    def takes_decision(self, request: Request) -> bool:
        """Say whether a request can be answered now."""
        return request.state == ISSUED and self.now_ms < request.ends_ms

    def resends(self, login: Login) -> bool:
        """Whether another request is sent."""
        if not self.is_waiting(login) or login.requests[-1].state == APPROVED:
            return False
        if self._is_shown(login.requests[-1]) or (login.user.is_seamless and self._is_limited(login.user)):
            return False
        self._asks(login, is_announced=login.user.is_seamless)
        return True

    def _is_shown(self, request: Request) -> bool:
        """Say whether a notification is so new that the same login does not send another."""
        is_open = request.state == ISSUED and self.now_ms < request.ends_ms
        pause_ends_ms = request.issued_ms + self.policy.push_resend_seconds * SECOND
        return request.is_announced and (is_open or request.is_overtaken) and self.now_ms < pause_ends_ms

    def _asks(self, login: Login, *, is_announced: bool) -> None:
        for row in login.user.requests:
            if row.state == ISSUED:
                row.state, row.is_overtaken = CLOSED, True
        request = Request(
            login=login,
            key=login.key,
            is_announced=is_announced,
            issued_ms=self.now_ms,
            ends_ms=min(self.now_ms + self.policy.push_ms, login.ends_ms),
        )
        login.requests.append(request)
        login.user.requests.append(request)

    def _is_limited(self, user: User) -> bool:
        """Say whether push fatigue keeps requests from being announced."""
        assert user.key is not None
        since_ms = max(user.key.made_ms, user.used_ms)
        announced = [row for row in user.requests if row.is_announced]
        if self.policy.push_report_blocks and any(
            row.alarmed_ms is not None and row.alarmed_ms >= since_ms for row in announced[-20:]
        ):
            return True
        unanswered = sum(row.issued_ms >= since_ms for row in announced)
        if self.policy.push_unanswered and unanswered >= self.policy.push_unanswered:
            return True
        burst = announced[-self.policy.push_burst :] if self.policy.push_burst else []
        is_burst = len(burst) == self.policy.push_burst > 0
        return is_burst and self.now_ms < burst[0].issued_ms + self.policy.push_burst_seconds * 1_000

    def answers(self, login: Login, *, is_right: bool) -> Session | None:
        """The session that a typed response opens, if any."""
        if not self._is_vouched(login) or login.challenge_ms <= self.now_ms:
            return None
        was_locked = self.is_locked(login.user)
        self.fails(login.user)
        login.tries += 1
        if is_right and not was_locked:
            return self._completes(login)
        if self.is_locked(login.user) or login.tries >= self.policy.responses_per_challenge:
            self.ends(login)
        return None

    def collects(self, login: Login) -> Session | None:
        """The session that an approval opens, if any, in the browser of that login."""
        if not self._is_vouched(login) or login.requests[-1].state != APPROVED:
            return None
        if self.is_locked(login.user):
            self.ends(login)
            return None
        return self._completes(login)

    def _is_vouched(self, login: Login) -> bool:
        if not self.is_waiting(login):
            return False
        if login.session is not None and not self.is_in(login.session):
            self.ends(login)
            return False
        return True

    def _completes(self, login: Login) -> Session:
        user = login.user
        user.failures, user.locked_ms, user.used_ms = [], None, self.now_ms
        self.ends(login)
        if login.session is not None:
            login.session.is_ended = True
        return self.signs_in(login.place, user, login.key)

    def ends(self, login: Login) -> None:
        """A login is over, and its request with it."""
        login.is_open = False
        for row in login.requests:
            if row.state == ISSUED:
                row.state = CLOSED

    # -- what a phone signs

    def signs(self, key: Key, counter: int) -> bool:
        """Whether a signature with this counter is accepted; a repeated one is an alarm, and the last one too many."""
        if key.state != ACTIVE:
            return False
        if counter > key.counter:
            key.counter = counter
            return True
        key.alarms += 1
        if key.alarms > self.policy.clone_alarms:
            self.stops(key, SUSPENDED)
        return False

    def decides(self, request: Request, key: Key, *, counter: int, decision: int, is_number_right: bool) -> bool:
        """Whether a phone's decision is taken."""
        if request.key is not key or not self.signs(key, counter) or not self.takes_decision(request):
            return False
        request.tries += 1
        if decision == APPROVE and not is_number_right:
            if request.tries >= self.policy.push_tries:
                request.state, request.alarmed_ms = CLOSED, self.now_ms
            return False
        if decision == APPROVE:
            request.state = APPROVED
            return True
        request.state = CLOSED
        if decision == REPORT:
            request.alarmed_ms = self.now_ms
        self.ends(request.login)
        return True

    # -- phones

    def stops(self, key: Key, state: str) -> None:
        """A key is suspended or gone: what it held open ends, and who came in with it is out."""
        key.state = state
        user = key.user
        if state == GONE and user.key is key:
            user.key = None
        for login in user.logins:
            if login.key is key and login.is_open:
                self.ends(login)
        for session in user.sessions:
            if session.key is not None:
                session.is_ended = True
