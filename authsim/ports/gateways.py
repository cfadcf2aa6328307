"""What is kept of a gateway-compatible front."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim.events import Event
    from authsim.model import GatewaySession
    from authsim.states import BrokerageEvent


class Gateways(Protocol):
    """The one session that the front answers for."""

    def open(self, gateway: "GatewaySession", *, event: "Event") -> bool:
        """Put it in the place of whatever was there, unless that rests on a newer login; say whether it was put there.

        A login is newer when its portal session has not ended and stands before the other's in the order of
        `Sessions.list_open`, whosoever they are. What is not put there leaves no row.
        """

    def get(self) -> "GatewaySession | None":
        """Return it as it was left, or None when nobody ever logged in; its portal session may be over."""

    def touch(self, handle: str, *, now_ms: int) -> None:
        """Note that a program called. Nothing happens when another session took its place."""

    def move(self, seen: "GatewaySession", what: "BrokerageEvent", *, now_ms: int, event: "Event") -> "GatewaySession":
        """Let `what` happen to the brokerage session, and return the session after it.

        One conditional update: `StoreConflictError` when it is not as it was `seen` any more. A call since then changes
        nothing about that, except for falling asleep: what was called is awake. `TransitionError` for a step that the
        table does not have. Beginning notes `now_ms` as `began_ms`; every step notes it as a call.
        """
