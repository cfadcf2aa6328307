"""One call of the lab API: the token goes with it, and what the lab declines becomes a `LabError` that says why."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, final
from urllib.parse import quote

from authsim.secret import Secret
from authsim.testing.errors import LabError
from authsim.testing.wire import LABEL_HEADER, Wire

if TYPE_CHECKING:
    import httpx2

PREFIX: Final = "/api/lab/v1"
_NO_LAB: Final = "this portal has no lab. Serve it with --lab"


@final
class Calls:
    """Calls of one lab, over the connections of one `Wire`."""

    def __init__(self, wire: Wire, token: Secret, *, label: str | None = None) -> None:
        self._wire = wire
        self._token = token
        self._label = label
        self._kept: httpx2.Client | None = None

    def call(self, method: str, path: str, members: Mapping[str, Any] | None = None, **query: Any) -> Any:
        """Call a route below the prefix and return its JSON, None when there is nothing to tell."""
        import httpx2

        body = None if members is None else json.dumps(members).encode()
        try:
            answer = self._client().request(
                method,
                f"{PREFIX}/{path}",
                content=body,
                params=without_none(query),
                headers={} if body is None else {"Content-Type": "application/json"},
            )
        except httpx2.TransportError as error:
            raise LabError(
                0, f"the lab at {self._wire.address} does not answer ({type(error).__name__}). Is the portal served?"
            ) from None
        return _read(answer)

    def object(self, method: str, path: str, members: Mapping[str, Any] | None = None, **query: Any) -> dict[str, Any]:
        """Call a route that answers with an object."""
        told: dict[str, Any] = self.call(method, path, members, **query)
        return told

    def _client(self) -> "httpx2.Client":
        if self._kept is None:
            headers = {"Authorization": f"Bearer {self._token.reveal_text()}"}
            if self._label is not None:
                headers[LABEL_HEADER] = self._label
            self._kept = self._wire.open_client(headers=headers)
        return self._kept


def without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value is not None}


def part(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")


def _read(answer: "httpx2.Response") -> Any:
    if answer.status_code == 204:
        return None
    try:
        told = answer.json()
    except ValueError:
        told = None
    if answer.is_success and told is not None:
        return told
    if isinstance(told, dict) and isinstance(told.get("detail"), str):
        raise LabError(answer.status_code, told["detail"], reason=told.get("reason"))
    detail = _NO_LAB if answer.status_code == 404 else f"the lab answered {answer.status_code} without saying why"
    raise LabError(answer.status_code, detail)
