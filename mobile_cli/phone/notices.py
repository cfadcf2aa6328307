"""What reached the phone and waits for an answer, and the answers."""

import enum
from typing import NamedTuple

from authsim.authenticator.device import Account
from authsim.authenticator.sight import Sight
from authsim.protocol.push import RequestInfo
from mobile_cli.ceremonies.decide import Asked


class Answer(enum.Enum):
    """What became of a request."""

    APPROVED = "approved"
    DENIED = "denied"
    REPORTED = "reported"


class Notice(NamedTuple):
    """A request that reached the phone, and what is seen of it."""

    asked: Asked
    sight: Sight

    @property
    def request(self) -> RequestInfo:
        """What the portal asks."""
        return self.asked.request

    @property
    def account(self) -> Account:
        """Whom it is for."""
        return self.asked.line.account
