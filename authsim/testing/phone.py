"""A virtual phone: it lies in the lab, runs the code of the real one, and does what a test tells it."""

from typing import Any, Final, final

from authsim.secret import Secret
from authsim.testing.client import Lab
from authsim.testing.errors import LabError
from authsim.testing.patience import wait_for
from authsim.testing.user import User, name_of

_URI: Final = "authsim:"


@final
class Phone:
    """One phone. Its methods raise `LabError`; `reason` of that names why the phone or the portal declined."""

    def __init__(self, lab: Lab, phone_id: str) -> None:
        self._lab = lab
        self._calls = lab.phones
        self.id = phone_id

    def __repr__(self) -> str:
        return f"Phone({self.id!r})"

    def activate(self, user: User | str) -> str | None:
        """Bind it to a user, as scanning the portal's QR code does: a `User`, a name, or an activation URI.

        Returns the confirmation code where the portal wants one typed before the phone is active, else None.
        """
        if isinstance(user, str) and user.startswith(_URI):
            done = self._calls.activate(self.id, activation=Secret(user))
        else:
            done = self._calls.activate(self.id, user=name_of(user))
        return _confirmation(done)

    def add_user(
        self, user: User, *, password: str | None = None, renew: bool = False, seconds: float = 5
    ) -> str | None:
        """Bind it to a user by password and text; the phone reads its own text, for which it waits so many seconds.

        `renew`: on a phone that answers for the user already. Returns the confirmation code as `activate` does. Raises
        `LabError` when no text has come.
        """
        typed = Secret(user.password if password is None else password)
        done = self._calls.add_user(self.id, user=user.name, password=typed, renew=renew or None, wait_ms=0)
        return self.await_text(seconds=seconds) if _is_waiting(done) else _confirmation(done)

    def await_text(self, *, seconds: float = 5) -> str | None:
        """Let `add_user` go on that has waited for its text in vain; returns and raises as that does."""

        def look(wait_ms: int) -> dict[str, Any] | None:
            done = self._calls.add_user(self.id, wait_ms=wait_ms)
            return None if _is_waiting(done) else done

        done = wait_for(look, seconds=seconds)
        if done is None:
            raise LabError(202, "the phone waits for a text that has not come. Call await_text() to look again")
        return _confirmation(done)

    def respond(self, challenge: str, user: User | str | None = None, *, purpose: int | str | None = None) -> str:
        """Return the response to a challenge. `user`: for whom, where it answers for several."""
        return self._calls.respond(self.id, challenge, user=_name(user), purpose=purpose)

    def approve(
        self,
        user: User | str | None = None,
        *,
        number: str | None = None,
        request: str | None = None,
        scanned: str | None = None,
    ) -> str:
        """Approve the login that waits, and return the state that its request has then.

        `number`: what the page shows, where the phone asks for it. `scanned`: what the QR code on the login's page
        says (`login.login_uri`). `request`: the id of one of `requests`.
        """
        login = None if scanned is None else Secret(scanned)
        return self._calls.decide(self.id, "approve", user=_name(user), number=number, request=request, login=login)

    def deny(self, user: User | str | None = None, *, request: str | None = None) -> str:
        """Deny the login that waits; return the new state."""
        return self._calls.decide(self.id, "deny", user=_name(user), request=request)

    def report(self, user: User | str | None = None, *, request: str | None = None) -> str:
        """Say that the login that waits is not one's own; return the new state."""
        return self._calls.decide(self.id, "report", user=_name(user), request=request)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests that wait for a decision."""
        return self._calls.list_requests(self.id)

    @property
    def policy(self) -> str:
        """What it does by itself when a notification comes."""
        return str(self.read()["policy"])

    def set_policy(self, policy: str, *, delay: float | None = None) -> None:
        """Let it react by itself from now on; `manual` waits for `approve`, `deny` and `report`.

        `approve`, `deny`, `report`, `ignore`, `delay`, `wrong_response`, `wrong_pin`, `offline`; `delay`: after so many
        seconds of the lab's clock.
        """
        self._calls.change(self.id, policy=policy, delay_ms=None if delay is None else round(1_000 * delay))

    def skew(self, *, seconds: float) -> None:
        """Set its clock ahead of everybody else's (negative: behind)."""
        self._lab.change_clock(actor=f"phone:{self.id}", skew_ms=round(1_000 * seconds))

    def add_app(self, authenticator: User | str) -> None:
        """Set up its authenticator app: from the `otpauth` URI, or from a user who was made with one."""
        uri = authenticator if isinstance(authenticator, str) else authenticator.authenticator or ""
        self._calls.add_app(self.id, Secret(uri))

    def code(self, user: User | str) -> str:
        """Return the code that its authenticator app shows for a user, by its own clock."""
        return self._calls.read_code(self.id, name_of(user))

    def clone(self) -> "Phone":
        """Return a phone with the same keys, as whoever copied its memory would have."""
        return Phone(self._lab, str(self._calls.clone(self.id)["id"]))

    def read(self) -> dict[str, Any]:
        """Return how the lab describes it."""
        return self._calls.find(self.id)

    def remove(self) -> None:
        """Take it out of the lab: nobody answers any more. What the portal knows of it stays."""
        self._calls.remove(self.id)


def _is_waiting(done: dict[str, Any]) -> bool:
    return done.get("state") == "waiting"


def _confirmation(done: dict[str, Any]) -> str | None:
    code = done.get("confirmation")
    return None if code is None else str(code)


def _name(user: User | str | None) -> str | None:
    return None if user is None else name_of(user)
