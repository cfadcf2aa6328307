"""Users, with faults: how a password is judged, which kind of trading somebody counts as, and who is locked out."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Final, final

from authsim import ports
from authsim.events import Event, EventKind
from authsim.lab.catalogue import Step
from authsim.lab.worlds.lockouts import LOCKED, THROTTLED, Standings
from authsim.lab.worlds.world import Marks, World
from authsim.model import Lockout, Mode, User

if TYPE_CHECKING:
    from authsim.model import UserId
    from authsim.secret import Secret

_MODE: Final = "wrong_mode"


@final
class Judged:
    """Whose password is about to be judged, in each thread or greenlet: the hashing port is told no name."""

    __slots__ = ("_user_id",)

    def __init__(self) -> None:
        self._user_id: ContextVar[UserId | None] = ContextVar("judged", default=None)

    def note(self, user_id: "UserId") -> None:
        """Keep whose password comes next."""
        self._user_id.set(user_id)

    def take(self) -> "UserId | None":
        """Return whose password this is, once."""
        user_id = self._user_id.get()
        self._user_id.set(None)
        return user_id


@final
class FaultyUsers:
    """`ports.Users`. `marks` are those of users, `judged` is shared with the hashing port."""

    __slots__ = (
        "_inner",
        "_judged",
        "_marks",
        "_standings",
        "_world",
        "add",
        "remove",
        "set_password",
        "set_phone",
        "set_seamless",
        "set_secure_login",
    )

    def __init__(self, world: World, marks: Marks, standings: Standings, judged: Judged) -> None:
        inner: ports.Users = world.portal.store.users
        self._inner = inner
        self._world = world
        self._marks = marks
        self._standings = standings
        self._judged = judged
        self.add = inner.add
        self.remove = inner.remove
        self.set_password = inner.set_password
        self.set_phone = inner.set_phone
        self.set_seamless = inner.set_seamless
        self.set_secure_login = inner.set_secure_login

    def get(self, user_id: "UserId") -> User | None:
        """Return by id, as the faults have it."""
        user = self._inner.get(user_id)
        return None if user is None else self._standings.show(self._in_mode(user))

    def find(self, name: str) -> User | None:
        """Return by name: whoever types it next may count as one of the other kind."""
        user = self._inner.find(name)
        if user is None:
            return None
        is_next = self._world.is_on(_MODE) and self._world.lab.board.would_strike(
            _MODE, user=user.name, step=Step.PASSWORD
        )
        return self._standings.show(_turned(user) if is_next else user)

    def list_all(self) -> Sequence[User]:
        """Return all, by name, as the faults have them."""
        users = self._inner.list_all()
        if not self._world.is_on(_MODE, LOCKED, THROTTLED):
            return users
        return [self._standings.show(self._in_mode(user)) for user in users]

    def change_lockout(
        self,
        user_id: "UserId",
        change: Callable[[Lockout], Lockout],
        *,
        event: Event | None = None,
    ) -> tuple[Lockout, Lockout]:
        """Replace the lock-out; an attempt that meets one which is only shown changes nothing that is kept."""
        kind = None if event is None else event.kind
        if kind is EventKind.PASSWORD_COUNTED:
            self._judged.note(user_id)
            standing = self._standings.at_password(user_id)
            if standing is not None:
                return self._count_shown(user_id, standing, change, event)
        if kind is EventKind.PASSWORD_PASSED and self._world.is_on(_MODE):
            struck = self._world.strikes(_MODE, user_id, Step.PASSWORD)
            self._marks.note(_MODE, user_id, None if struck is None else 0)
        return self._inner.change_lockout(user_id, change, event=event)

    def _count_shown(
        self,
        user_id: "UserId",
        standing: Callable[[Lockout], Lockout],
        change: Callable[[Lockout], Lockout],
        event: Event | None,
    ) -> tuple[Lockout, Lockout]:
        """Return before and after of a lock-out that is only shown; the record tells the attempt all the same."""
        kept, _ = self._inner.change_lockout(user_id, lambda own: own)
        before = standing(kept)
        after = change(before)
        if event is not None and before != after:
            self._world.portal.store.audit.append(event)
        return before, after

    def _in_mode(self, user: User) -> User:
        """Return a user in the mode in which the last login found them."""
        if not self._world.is_on(_MODE) or self._world.lab.board.find(_MODE, user=user.name) is None:
            return user
        return _turned(user) if self._marks.find(_MODE, user.user_id) is not None else user


def _turned(user: User) -> User:
    return replace(user, mode=Mode.PAPER if user.mode is Mode.LIVE else Mode.LIVE)


@final
class FaultyPasswords:
    """`ports.Passwords`, which now and then calls a right password wrong, after the whole work."""

    __slots__ = ("_inner", "_judged", "_world", "hash", "is_common")

    def __init__(self, world: World, judged: Judged) -> None:
        inner: ports.Passwords = world.portal.passwords
        self._inner = inner
        self._world = world
        self._judged = judged
        self.hash = inner.hash
        self.is_common = inner.is_common

    def is_correct(self, password: "Secret", password_hash: str | None) -> bool:
        """Say whether the password fits, unless a fault says that it does not."""
        user_id = self._judged.take()
        is_correct = self._inner.is_correct(password, password_hash)
        if not is_correct or user_id is None or not self._world.is_on("wrong_credentials"):
            return is_correct
        user = self._world.portal.store.users.get(user_id)
        if user is None or user.password_hash != password_hash:  # a passcode, or the password of before
            return is_correct
        return self._world.strikes("wrong_credentials", user_id, Step.PASSWORD) is None
