"""Portals that are broken on purpose, one rule each, so that the state machine can show that it would notice.

Each takes a town and the store in it, and lets one method of the store do something else.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from authsim import states
from authsim.adapters.memory import MemoryStore
from authsim.errors import Reason
from authsim.events import Event, EventKind
from authsim.model import Decision, Device, Enrolment, Lockout, LoginId, PushRequest, User
from tests.support.people import Town


def approval_serves_any_login(town: Town, store: MemoryStore) -> None:
    """An approval is the user's, not the login's: any browser of that user collects it."""
    tables = store._tables

    def latest_of_login(login_id: LoginId) -> PushRequest | None:
        user_id = tables.logins[login_id].user_id
        approved = [
            row
            for row in tables.pushes.values()
            if row.user_id == user_id
            and row.decision is Decision.APPROVE
            and tables.logins[row.login_id].state is states.Login.SECOND_FACTOR
        ]
        return approved[-1] if approved else store.pushes.latest_of_login(login_id)

    town.between.replace("pushes.latest_of_login", latest_of_login)


def old_phone_stays(town: Town, store: MemoryStore) -> None:
    """A migration makes the new phone active and forgets the old one, which stays active too."""

    def complete(*args: Any, **kwargs: Any) -> list[Device]:
        replaced = list(store.enrolments.complete(*args, **kwargs))
        for row in replaced:
            store._tables.devices[row.device_id] = replace(row, state=states.Device.ACTIVE, closed_ms=None)
        return replaced

    town.between.replace("enrolments.complete", complete)


def code_survives_its_tries(town: Town, store: MemoryStore) -> None:
    """Each wrong code earns another try."""

    def count_try(*args: Any, **kwargs: Any) -> Enrolment:
        counted = store.enrolments.count_try(*args, **kwargs)
        counted = replace(counted, attempts_allowed=counted.attempts_allowed + 1)
        store._tables.enrolments[counted.flow_id] = counted
        return counted

    town.between.replace("enrolments.count_try", count_try)


def denial_ends_nothing(town: Town, store: MemoryStore) -> None:
    """*Deny* closes the request and leaves its login open."""

    def decide(push: PushRequest, decision: Decision, *, now_ms: int, event: Event) -> None:
        if decision is Decision.APPROVE:
            store.pushes.decide(push, decision, digest=bytes(32), now_ms=now_ms, event=event)
        else:
            store.pushes.close(push.request_id, states.OneShot.FAILED, now_ms=now_ms, event=event)

    town.between.replace("pushes.decide", decide)


def older_request_stays_open(town: Town, store: MemoryStore) -> None:
    """A newer request does not supersede the older."""
    _keeps(town, store, "logins.begin", "pushes")


def counter_is_not_kept(town: Town, store: MemoryStore) -> None:
    """A phone's counter is judged, and forgotten."""
    _keeps(town, store, "device_sessions.open", "devices")


def browsers_outlive_the_phone(town: Town, store: MemoryStore) -> None:
    """Whoever came in by a phone stays in when it is suspended or revoked."""
    _keeps(town, store, "devices.change", "sessions")


def browsers_outlive_the_password(town: Town, store: MemoryStore) -> None:
    """Whoever came in with the old password stays in."""
    _keeps(town, store, "users.set_password", "sessions")


def response_serves_twice(town: Town, store: MemoryStore) -> None:
    """A right response opens a session and leaves its challenge open."""
    _keeps(town, store, "logins.complete", "challenges", "logins")


def nobody_is_locked(town: Town, store: MemoryStore) -> None:
    """Failures are counted and never lock."""

    def change_lockout(
        user_id: Any, change: Callable[[Lockout], Lockout], *, event: Event | None = None
    ) -> tuple[Lockout, Lockout]:
        return store.users.change_lockout(
            user_id, lambda current: replace(change(current), locked_until_ms=None), event=event
        )

    town.between.replace("users.change_lockout", change_lockout)


def password_beats_a_suspended_phone(town: Town, store: MemoryStore) -> None:
    """A suspended phone counts as none, so that a password alone gets a QR code."""
    town.between.replace("devices.current_of", store.devices.active_of)


def unknown_names_are_kept(town: Town, store: MemoryStore) -> None:
    """A name that nobody has is written down."""

    def find(name: str) -> User | None:
        user = store.users.find(name)
        if user is None:
            facts = {"name": name}
            store.audit.append(
                Event(kind=EventKind.LOGIN_REFUSED, at_ms=town.clock.now_ms(), reason=Reason.UNKNOWN_USER, facts=facts)
            )
        return user

    town.between.replace("users.find", find)


SPOILERS = [
    approval_serves_any_login,
    old_phone_stays,
    code_survives_its_tries,
    denial_ends_nothing,
    older_request_stays_open,
    counter_is_not_kept,
    browsers_outlive_the_phone,
    browsers_outlive_the_password,
    response_serves_twice,
    nobody_is_locked,
    password_beats_a_suspended_phone,
    unknown_names_are_kept,
]


def _keeps(town: Town, store: MemoryStore, method: str, *names: str) -> None:
    """Let `method` do what it does, and put back the rows that were there before in the tables of these names."""
    port, _, verb = method.partition(".")
    tables = store._tables

    def act(*args: Any, **kwargs: Any) -> Any:
        before = {name: dict(getattr(tables, name)) for name in names}
        result = getattr(getattr(store, port), verb)(*args, **kwargs)
        for name in names:
            getattr(tables, name).update(before[name])
        return result

    town.between.replace(method, act)
