"""A verifier behind an adapter that speaks plain HTTP and JSON, in whatever language.

`docs/testing/conformance.md` is its contract, `contract.json` the same as a JSON schema.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, final

from authsim.conformance import answers
from authsim.conformance.computing import compute
from authsim.conformance.loopback import Place
from authsim.conformance.target import (
    RESPOND,
    Abilities,
    Declined,
    Judged,
    MalformedAnswerError,
    Opened,
    UnreachableError,
)

if TYPE_CHECKING:
    import httpx2

_SECONDS: Final = 30
_CLIENT_ERRORS: Final = range(400, 500)


@final
class HttpTarget:
    """An adapter on this machine. Used as a context, its connections end with it."""

    def __init__(self, place: Place) -> None:
        import httpx2

        self._client: httpx2.Client = httpx2.Client(
            base_url=place.base,
            headers={"Host": place.host, "User-Agent": "AuthSim conformance"},
            follow_redirects=False,
            timeout=_SECONDS,
            trust_env=False,
        )
        self._abilities: Abilities | None = None
        self._keys: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def read_abilities(self) -> Abilities:
        """Return what the adapter says of itself, asked once."""
        if self._abilities is None:
            asked = "GET abilities"
            self._abilities = answers.parse_abilities(self._require(*self._send("GET", "abilities")), asked=asked)
        return self._abilities

    def reset(self) -> None:
        """See `Target`."""
        self._keys.clear()
        self._post("reset")

    def add_user(self, user: str) -> None:
        """See `Target`. With a suite the answer holds the key."""
        members = self._post("users", name=user)
        if not self._answers_itself:
            self._keys[user] = answers.parse_key(members, asked="POST users")

    def begin(self, user: str, *, session: str, purpose: str) -> Opened | Declined:
        """See `Target`. A 4xx is a refusal too."""
        members = self._post_or_none("logins", user=user, session=session, purpose=purpose)
        if members is None:
            return Declined()
        found = answers.parse_opened(members, login="", asked="POST logins")
        if isinstance(found, Declined):
            return found
        return Opened(login=found[0], challenge=found[1], user=user, session=session, purpose=purpose)

    def renew(self, opened: Opened) -> Opened | Declined:
        """See `Target`. A 4xx is a refusal too."""
        members = self._post_or_none("challenges", login=opened.login, session=opened.session)
        if members is None:
            return Declined()
        found = answers.parse_opened(members, login=opened.login, asked="POST challenges")
        if isinstance(found, Declined):
            return found
        return Opened(
            login=opened.login,
            challenge=found[1],
            user=opened.user,
            session=opened.session,
            purpose=opened.purpose,
        )

    def respond(self, user: str, challenge: str, purpose: str) -> str:
        """See `Target`: the adapter answers, or the kit computes with the user's key."""
        if self._answers_itself:
            members = self._post("respond", user=user, challenge=challenge, purpose=purpose)
            return answers.parse_response(members, asked="POST respond")
        return compute(self.read_abilities(), self._keys[user], challenge=challenge, purpose=purpose)

    def answer(self, opened: Opened, response: str) -> Judged:
        """See `Target`. A 4xx is a refusal too: so servers tell what they cannot read."""
        members = self._post_or_none(
            "answers", login=opened.login, user=opened.user, session=opened.session, response=response
        )
        return Judged(accepted=False) if members is None else answers.parse_judged(members, asked="POST answers")

    def advance(self, milliseconds: int) -> None:
        """See `Target`."""
        self._post("clock", advance_ms=milliseconds)

    def revoke(self, user: str) -> None:
        """See `Target`."""
        self._post("revocations", user=user)

    @property
    def _answers_itself(self) -> bool:
        return RESPOND in self.read_abilities().offers

    def _post(self, path: str, **members: object) -> Mapping[str, Any]:
        return self._require(*self._send("POST", path, members))

    def _post_or_none(self, path: str, **members: object) -> Mapping[str, Any] | None:
        """Return the members of an answer, or None for one that says that the request was not taken."""
        asked, answer = self._send("POST", path, members)
        return None if answer.status_code in _CLIENT_ERRORS else self._require(asked, answer)

    def _send(
        self, method: str, path: str, members: Mapping[str, object] | None = None
    ) -> tuple[str, "httpx2.Response"]:
        import httpx2

        asked = f"{method} {path}"
        try:
            return asked, self._client.request(method, path, json=members)
        except httpx2.TimeoutException:
            raise UnreachableError(f"{asked} was not answered within {_SECONDS} seconds") from None
        except httpx2.HTTPError:
            raise UnreachableError(f"{asked} found nobody: start the adapter, and name its address") from None

    def _require(self, asked: str, answer: "httpx2.Response") -> Mapping[str, Any]:
        if not answer.is_success:
            raise MalformedAnswerError(f"{asked} was answered with status {answer.status_code}")
        return answers.parse_members(answer.content, asked=asked)
