"""The lab API's part about virtual phones: phones that run inside the lab, on the code of the real one."""

from collections.abc import Sequence
from typing import Any, final

from authsim.secret import Secret
from authsim.testing.calls import Calls, part, without_none


@final
class PhoneCalls:
    """`Lab.phones`: one method for each route below `phones`. `phone` is the id of one. All raise `LabError`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def create(
        self,
        *,
        platform: str | None = None,
        policy: str | None = None,
        delay_ms: int | None = None,
        name: str | None = None,
        count: int | None = None,
    ) -> list[dict[str, Any]]:
        """Make one phone, or `count` of them. `policy` says what they do by themselves; by default nothing."""
        members = {"platform": platform, "policy": policy, "delay_ms": delay_ms, "name": name, "count": count}
        told: list[dict[str, Any]] = self._calls.call("POST", "phones", without_none(members))["phones"]
        return told

    def list_all(self) -> list[dict[str, Any]]:
        """Return all phones."""
        told: list[dict[str, Any]] = self._calls.call("GET", "phones")["phones"]
        return told

    def find(self, phone: str) -> dict[str, Any]:
        """Return a phone as it stands."""
        return self._calls.object("GET", f"phones/{part(phone)}")

    def change(self, phone: str, *, policy: str | None = None, delay_ms: int | None = None) -> dict[str, Any]:
        """Change what a phone does by itself, and how long it takes for it; return the phone."""
        members = without_none({"policy": policy, "delay_ms": delay_ms})
        return self._calls.object("PUT", f"phones/{part(phone)}", members)

    def remove(self, phone: str) -> None:
        """Take a phone out of the lab; what the portal knows of it stays."""
        self._calls.call("DELETE", f"phones/{part(phone)}")

    def activate(self, phone: str, *, activation: Secret | None = None, user: str | None = None) -> dict[str, Any]:
        """Bind a phone to a user: by an activation URI, or by a fresh one that the lab draws for `user`.

        With neither it asks again for a reply that was lost. `confirmation` of what is returned is the code that the
        portal wants typed before the phone is active, None where it wants none.
        """
        uri = None if activation is None else activation.reveal_text()
        return self._calls.object(
            "POST", f"phones/{part(phone)}/activate", without_none({"activation": uri, "user": user})
        )

    def activate_many(self, phones: Sequence[str], users: Sequence[str]) -> list[dict[str, Any]]:
        """Bind each phone to the user at the same place of the other list."""
        members = {"phones": list(phones), "users": list(users)}
        told: list[dict[str, Any]] = self._calls.call("POST", "phones/activate", members)["activated"]
        return told

    def add_user(
        self,
        phone: str,
        *,
        user: str | None = None,
        password: Secret | None = None,
        renew: bool | None = None,
        wait_ms: int | None = None,
    ) -> dict[str, Any]:
        """Bind a phone to a user by password and text; the phone reads its own text, for which it waits `wait_ms`.

        `renew`: on a phone that answers for the user already. `state` of what is returned is `waiting` when the text
        has not come; without user and password the phone then looks again.
        """
        typed = None if password is None else password.reveal_text()
        members = without_none({"user": user, "password": typed, "renew": renew, "wait_ms": wait_ms})
        return self._calls.object("POST", f"phones/{part(phone)}/add-user", members)

    def respond(self, phone: str, challenge: str, *, user: str | None = None, purpose: int | str | None = None) -> str:
        """Return the response to a challenge; `user` where the phone answers for several."""
        members = without_none({"challenge": challenge, "user": user, "purpose": purpose})
        return str(self._calls.call("POST", f"phones/{part(phone)}/respond", members)["response"])

    def list_requests(self, phone: str) -> list[dict[str, Any]]:
        """Return the requests that wait for a decision of this phone."""
        told: list[dict[str, Any]] = self._calls.call("GET", f"phones/{part(phone)}/requests")["requests"]
        return told

    def decide(
        self,
        phone: str,
        decision: str,
        *,
        user: str | None = None,
        request: str | None = None,
        number: str | None = None,
        login: Secret | None = None,
    ) -> str:
        """Decide a request (`approve`, `deny` or `report`) and return the state it has then.

        It is that of `user`, of an id, of the QR code of a login's page (`login`, its URI), or the newest that waits.
        """
        uri = None if login is None else login.reveal_text()
        members = without_none({"user": user, "request": request, "number": number, "login": uri})
        return str(self._calls.call("POST", f"phones/{part(phone)}/{part(decision)}", members)["state"])

    def clone(self, phone: str) -> dict[str, Any]:
        """Return another phone with the same keys, as a thief of the memory would have."""
        return self._calls.object("POST", f"phones/{part(phone)}/clone")

    def add_app(self, phone: str, authenticator: Secret) -> Any:
        """Set up an authenticator app from its `otpauth` URI."""
        return self._calls.call("POST", f"phones/{part(phone)}/apps", {"authenticator": authenticator.reveal_text()})

    def read_code(self, phone: str, user: str) -> str:
        """Return the code that the app shows for a user, by the phone's own clock."""
        return str(self._calls.call("GET", f"phones/{part(phone)}/apps/{part(user)}")["code"])
