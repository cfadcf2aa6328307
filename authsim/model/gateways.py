"""The session of a gateway-compatible front: one for the whole portal, whoever asks."""

from dataclasses import dataclass

from authsim import states
from authsim.model.ids import SessionId
from authsim.model.people import PortalSession, User


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySession:
    """What the front answers for: the portal session of the newest login, and the brokerage session on top of it.

    `handle` is what programs are told to tell sessions apart, 32 lower-case hex digits; it opens nothing. `brokerage`
    began last at `began_ms`; `called_ms` is when a program called last, as far as it was noted.
    """

    handle: str
    session_id: SessionId
    brokerage: states.Brokerage
    began_ms: int
    called_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStanding:
    """How the front stands at one instant. `expires_ms`: when the portal session ends if nobody calls again.

    `is_competing`: the brokerage session is up, and a later login of the same user elsewhere is still open.
    """

    gateway: GatewaySession
    session: PortalSession
    user: User
    is_competing: bool
    expires_ms: int

    @property
    def is_authenticated(self) -> bool:
        """Say whether the brokerage session is up, and nobody competes for it."""
        return self.gateway.brokerage is states.Brokerage.UP and not self.is_competing

    @property
    def is_connected(self) -> bool:
        """Say whether there is a brokerage session at all, up or fallen asleep."""
        return self.gateway.brokerage is not states.Brokerage.LOGGED_OUT
