"""This phone as the trading device: a login that waits for the authentication device's response, and its session."""

from typing import TYPE_CHECKING, NamedTuple, final

from authsim.protocol.trading import TradingChallenge, TradingEntry
from authsim.secret import Secret
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.ceremonies.trade import Desk, log_in, send_response, sign_out

if TYPE_CHECKING:
    from mobile_cli.phone.handset import Handset


class Asked(NamedTuple):
    """What the portal asks after the credentials, and of whom."""

    username: str
    challenge: TradingChallenge


@final
class Trading:
    """One trading session at a time."""

    def __init__(self, handset: "Handset") -> None:
        self._handset = handset
        self._entry: TradingEntry | None = None
        self.is_opted_out = False

    @property
    def user(self) -> str | None:
        """Who is logged in to the app on this phone."""
        return None if self._entry is None else self._entry.user_label

    def log_in(self, username: str, password: str) -> Asked | None:
        """Send the credentials; return the challenge for the authentication device.

        None for a user who has opted out of the secure login system, and is logged in.
        """
        require_connection(self._handset.home)
        asked = log_in(self._desk(), username.strip(), Secret(password))
        if isinstance(asked, TradingEntry):
            self._entry, self.is_opted_out = asked, True
            return None
        return Asked(username.strip(), asked)

    def respond(self, asked: Asked, response: str) -> str:
        """Send the response; return who is logged in."""
        require_connection(self._handset.home)
        self._entry, self.is_opted_out = send_response(self._desk(), asked.challenge, response), False
        return self._entry.user_label

    def log_out(self) -> bool:
        """End the session. The app forgets it, whatever the portal says."""
        entry, self._entry = self._entry, None
        if entry is not None:
            require_connection(self._handset.home)
            sign_out(self._desk(), entry)
        return True

    def _desk(self) -> Desk:
        address = self._handset.require_portal()
        return Desk(address, self._handset.home.read_certificate(address))
