"""All that is kept, as one value."""

from typing import Protocol

from authsim.ports.factors import Decoys, FactorStore, Prompts, Tallies
from authsim.ports.gateways import Gateways
from authsim.ports.logins import Logins, Pushes
from authsim.ports.people import Audit, Instances, Sessions, Users
from authsim.ports.phones import Activations, Devices, DeviceSessions, Enrolments, Texts
from authsim.ports.tickets import Tickets


class Store(Protocol):
    """All that is kept, as one value that the composition root makes."""

    @property
    def instances(self) -> Instances:
        """Return the row that names this portal."""

    @property
    def users(self) -> Users:
        """Return usernames, passwords, lock-outs."""

    @property
    def devices(self) -> Devices:
        """Return the users' keys."""

    @property
    def activations(self) -> Activations:
        """Return activation codes."""

    @property
    def logins(self) -> Logins:
        """Return login transactions and challenges."""

    @property
    def sessions(self) -> Sessions:
        """Return signed-in browsers."""

    @property
    def audit(self) -> Audit:
        """Return the record."""

    @property
    def device_sessions(self) -> DeviceSessions:
        """Return phones that proved their key."""

    @property
    def enrolments(self) -> Enrolments:
        """Return enrolments by texted code."""

    @property
    def pushes(self) -> Pushes:
        """Return requests to devices."""

    @property
    def texts(self) -> Texts:
        """Return the simulated inboxes."""

    @property
    def factors(self) -> FactorStore:
        """Return second factors that are no phone."""

    @property
    def prompts(self) -> Prompts:
        """Return the questions asked of them."""

    @property
    def decoys(self) -> Decoys:
        """Return logins that nobody can complete."""

    @property
    def tallies(self) -> Tallies:
        """Return the counts that limit tries."""

    @property
    def tickets(self) -> Tickets:
        """Return the Message Center."""

    @property
    def gateways(self) -> Gateways:
        """Return the session of a gateway-compatible front."""
