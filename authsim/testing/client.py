"""The lab API, method by method; each returns the JSON that the lab answered, as `docs/testing/index.md` has it.

Whatever makes these calls comfortable for a test (`Portal`, `Phone`, `Clock` and so on) stands on this file.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, final

from authsim.secret import Secret
from authsim.testing.calls import Calls, part, without_none
from authsim.testing.errors import LabError
from authsim.testing.phone_calls import PhoneCalls
from authsim.testing.wire import Wire

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
#: How many entries of the story are asked for at once.
_PAGE: Final = 10_000


@final
class Lab:
    """A client of one lab. Used as a context, or ended with `close`, it leaves no connection behind.

    `address`: where the portal answers, for instance `http://127.0.0.1:8765`; `token`: the content of the lab's token
    file (`DATA/lab.token`, or what `--lab-token-file` names). `label` goes with every call, so that the story of the
    run tells them apart. Every method raises `LabError`: with the lab's status and sentence when it declines, and with
    status 0 when nothing answers. Instants are milliseconds since the epoch, durations named `..._ms` milliseconds.
    Members that are None are not sent. It may be shared between threads.
    """

    def __init__(self, address: str, token: str | Secret, *, label: str | None = None) -> None:
        self.wire = Wire(address)
        self.address = self.wire.address
        self._calls = Calls(self.wire, _require_token(token), label=label)
        self.phones = PhoneCalls(self._calls)

    @classmethod
    def open(cls, address: str, token_file: str | Path, *, label: str | None = None) -> Self:
        """Return a client with the token of a file. Raises `LabError` when it cannot be read."""
        try:
            token = Path(token_file).read_text(encoding="ascii")
        except (OSError, ValueError):
            raise LabError(0, f"{token_file} cannot be read. Name the lab's token file") from None
        return cls(address, Secret(token.strip()), label=label)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections, those of its browsers too."""
        self.wire.close()

    def call(self, method: str, path: str, members: Mapping[str, Any] | None = None, **query: Any) -> Any:
        """Call any route of the lab below its prefix, for instance `call("POST", "clock", {"freeze": True})`.

        Returns the JSON, None when there is nothing to tell.
        """
        return self._calls.call(method, path, members, **query)

    # ---- time

    def read_clock(self) -> dict[str, Any]:
        """Return `now_ms`, `frozen`, `scale` and `skews_ms`."""
        return self._calls.object("GET", "clock")

    def change_clock(
        self,
        *,
        freeze: bool | None = None,
        at_ms: int | None = None,
        advance_ms: int | None = None,
        scale: float | None = None,
        actor: str | None = None,
        skew_ms: int | None = None,
    ) -> dict[str, Any]:
        """Change the clock; several at once are done in this order. Return how it stands then."""
        members = {
            "freeze": freeze,
            "at_ms": at_ms,
            "advance_ms": advance_ms,
            "scale": scale,
            "actor": actor,
            "skew_ms": skew_ms,
        }
        return self._calls.object("POST", "clock", without_none(members))

    # ---- faults

    def list_faults(self) -> dict[str, Any]:
        """Return `faults` that are on, and all that are `known`."""
        return self._calls.object("GET", "faults")

    def arm_fault(
        self,
        name: str,
        *,
        user: str | None = None,
        step: str | None = None,
        nth: int | None = None,
        every: int | None = None,
        seconds: float | None = None,
        by_ms: int | None = None,
    ) -> dict[str, Any]:
        """Switch a fault on, for a user, a step, the nth call, every so many, or so many seconds; return it."""
        members = {"user": user, "step": step, "nth": nth, "every": every, "seconds": seconds, "by_ms": by_ms}
        return self._calls.object("PUT", f"faults/{part(name)}", without_none(members))

    def disarm_fault(self, name: str) -> None:
        """Switch a fault off; one that is not on is no error."""
        self._calls.call("DELETE", f"faults/{part(name)}")

    def disarm_faults(self) -> None:
        """Switch all faults off."""
        self._calls.call("DELETE", "faults")

    # ---- texts

    def list_texts(self, number: str, *, after: int = 0, wait_ms: int = 0) -> list[dict[str, Any]]:
        """Return the texts to a number after sequence `after`, oldest first; wait up to `wait_ms` for the first one."""
        told: list[dict[str, Any]] = self._calls.call("GET", f"inbox/{part(number)}", after=after, wait_ms=wait_ms)[
            "texts"
        ]
        return told

    # ---- users

    def create_user(self, **members: Any) -> dict[str, Any]:
        """Add a user as `authsim users load` takes one; a name, a number and a password that are missing are made."""
        made: dict[str, Any] = self._calls.call("POST", "users", without_none(members))["users"][0]
        return made

    def create_users(self, count: int, *, prefix: str | None = None, **members: Any) -> list[dict[str, Any]]:
        """Add many users that share one password."""
        told: list[dict[str, Any]] = self._calls.call(
            "POST", "users", without_none({"count": count, "prefix": prefix, **members})
        )["users"]
        return told

    def list_users(self) -> list[dict[str, Any]]:
        """Return what the operator sees of all users."""
        told: list[dict[str, Any]] = self._calls.call("GET", "users")["users"]
        return told

    def find_user(self, name: str) -> dict[str, Any]:
        """Return what the operator sees of a user."""
        return self._calls.object("GET", f"users/{part(name)}")

    def remove_user(self, name: str) -> None:
        """Remove a user with all that belongs to them."""
        self._calls.call("DELETE", f"users/{part(name)}")

    def draw_activation(self, name: str) -> Secret:
        """Return a fresh activation URI for a user, good once."""
        return Secret(self._calls.call("POST", f"users/{part(name)}/activation")["activation"])

    def lock_user(self, name: str) -> None:
        """Lock a user, as too many failures would."""
        self._calls.call("POST", f"users/{part(name)}/lock")

    def unlock_user(self, name: str) -> None:
        """Lift a lock, as the operator."""
        self._calls.call("POST", f"users/{part(name)}/unlock")

    def revoke_phone(self, name: str) -> None:
        """Take the phone of a user out of use."""
        self._calls.call("POST", f"users/{part(name)}/revoke")

    def resume_phone(self, name: str) -> None:
        """Let the suspended phone of a user answer again."""
        self._calls.call("POST", f"users/{part(name)}/resume")

    # ---- the whole world

    def take_snapshot(self, name: str | None = None) -> str:
        """Keep the whole world under a name; return the name."""
        return str(self._calls.call("POST", "snapshots", without_none({"name": name}))["snapshot"])

    def list_snapshots(self) -> list[str]:
        """Return the names of what is kept."""
        told: list[str] = self._calls.call("GET", "snapshots")["snapshots"]
        return told

    def restore_snapshot(self, name: str) -> None:
        """Bring the world back: users, logins, phones, texts, clock, faults, chance and story."""
        self._calls.call("POST", f"snapshots/{part(name)}/restore")

    def remove_snapshot(self, name: str) -> None:
        """Forget a snapshot."""
        self._calls.call("DELETE", f"snapshots/{part(name)}")

    def reset(self) -> None:
        """Bring back what there was when the lab was opened."""
        self._calls.call("POST", "reset")

    def read_seed(self) -> int | None:
        """Return the seed of all chance, None for the machine's own randomness."""
        seed: int | None = self._calls.call("GET", "seed")["seed"]
        return seed

    def set_seed(self, seed: int | None) -> None:
        """Begin all chance anew from a seed; None gives it back to the machine."""
        self._calls.call("PUT", "seed", {"seed": seed})

    # ---- what happened

    def list_events(
        self, *, after: int = 0, most: int | None = None, wait_ms: int | None = None, **wanted: str | None
    ) -> list[dict[str, Any]]:
        """Return the two-ended story after number `after`, oldest first, whole unless `most` says how much of it.

        `wanted`: `end`, `what`, `user`, `why` and `label` narrow it. `wait_ms`: how long to wait for the first entry.
        """
        found: list[dict[str, Any]] = []
        query: dict[str, Any] = {"most": most or _PAGE, "wait_ms": wait_ms, **wanted}
        while True:
            told = self._calls.object("GET", "events", after=after, **query)
            found += told["events"]
            if most is not None or len(told["events"]) < _PAGE:
                return found
            after = told["next"]

    def read_verdict(self) -> dict[str, Any]:
        """Return counts for each user: second-factor requests, failures, throttles, lock-outs."""
        return self._calls.object("GET", "verdict")

    def read_coverage(self, *, after: int = 0) -> dict[str, Any]:
        """Return which states, transitions and refusals were exercised since that number of the story."""
        return self._calls.object("GET", "coverage", after=after)


def _require_token(token: str | Secret) -> Secret:
    text = token.reveal_text() if isinstance(token, Secret) else token.strip()
    if not _TOKEN.fullmatch(text):
        raise LabError(0, "this is no token of a lab: it has 16 to 128 letters, digits, '-' and '_'")
    return Secret(text)
