"""A store in memory, for tests and for short-lived portals: full semantics of `ports.Store`, nothing durable.

One lock makes every method one step. Each method checks first and writes last, so a raised error wrote nothing.
"""

from typing import TYPE_CHECKING, final

from authsim.adapters.memory.activations import MemoryActivations
from authsim.adapters.memory.audit import MemoryAudit
from authsim.adapters.memory.decoys import MemoryDecoys
from authsim.adapters.memory.device_sessions import MemoryDeviceSessions
from authsim.adapters.memory.devices import MemoryDevices
from authsim.adapters.memory.enrolments import MemoryEnrolments
from authsim.adapters.memory.factors import MemoryFactors
from authsim.adapters.memory.gateways import MemoryGateways
from authsim.adapters.memory.instances import MemoryInstances
from authsim.adapters.memory.logins import MemoryLogins
from authsim.adapters.memory.prompts import MemoryPrompts
from authsim.adapters.memory.pushes import MemoryPushes
from authsim.adapters.memory.sessions import MemorySessions
from authsim.adapters.memory.tables import Tables
from authsim.adapters.memory.tallies import MemoryTallies
from authsim.adapters.memory.texts import MemoryTexts
from authsim.adapters.memory.tickets import MemoryTickets
from authsim.adapters.memory.users import MemoryUsers

if TYPE_CHECKING:
    from authsim import ports


@final
class MemoryStore:
    """`ports.Store`, kept in dictionaries."""

    __slots__ = ("_tables",)

    def __init__(self) -> None:
        self._tables = Tables()

    @property
    def instances(self) -> "ports.Instances":
        """The identity of the portal."""
        return MemoryInstances(self._tables)

    @property
    def users(self) -> "ports.Users":
        """Usernames, passwords, lock-outs."""
        return MemoryUsers(self._tables)

    @property
    def devices(self) -> "ports.Devices":
        """The users' keys."""
        return MemoryDevices(self._tables)

    @property
    def activations(self) -> "ports.Activations":
        """One-time activation codes."""
        return MemoryActivations(self._tables)

    @property
    def logins(self) -> "ports.Logins":
        """Login transactions and challenges."""
        return MemoryLogins(self._tables)

    @property
    def sessions(self) -> "ports.Sessions":
        """Signed-in browsers."""
        return MemorySessions(self._tables)

    @property
    def audit(self) -> "ports.Audit":
        """The append-only record."""
        return MemoryAudit(self._tables)

    @property
    def device_sessions(self) -> "ports.DeviceSessions":
        """Phones that proved their key."""
        return MemoryDeviceSessions(self._tables)

    @property
    def enrolments(self) -> "ports.Enrolments":
        """Enrolments by texted code."""
        return MemoryEnrolments(self._tables)

    @property
    def pushes(self) -> "ports.Pushes":
        """Requests to devices."""
        return MemoryPushes(self._tables)

    @property
    def texts(self) -> "ports.Texts":
        """The simulated inboxes."""
        return MemoryTexts(self._tables)

    @property
    def factors(self) -> "ports.FactorStore":
        """Second factors that are no phone."""
        return MemoryFactors(self._tables)

    @property
    def prompts(self) -> "ports.Prompts":
        """The questions asked of them."""
        return MemoryPrompts(self._tables)

    @property
    def decoys(self) -> "ports.Decoys":
        """Logins that nobody can complete."""
        return MemoryDecoys(self._tables)

    @property
    def tallies(self) -> "ports.Tallies":
        """The counts that limit tries."""
        return MemoryTallies(self._tables)

    @property
    def tickets(self) -> "ports.Tickets":
        """The Message Center."""
        return MemoryTickets(self._tables)

    @property
    def gateways(self) -> "ports.Gateways":
        """The session of a gateway-compatible front."""
        return MemoryGateways(self._tables)

    def close(self) -> None:
        """Do nothing: what is in memory needs no closing."""
