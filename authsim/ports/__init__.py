"""The outside world, as Protocols: time, randomness, password hashing, the portal's keys, and what is kept.

Every store method is one atomic, durable change: when it returns, it is on disk; when it raises, nothing was written.
A refusal that is raised afterwards can never roll a counter back. `StoreConflictError` means that a compare-and-set
lost or a unique name was taken; any other `StoreError` that the world failed. Each `event` is appended to the audit
chain in the same transaction.

The record has one row for each change that somebody made, and that row tells what the change closed along with itself:
superseded one-shots, cancelled questions, a login that ends with its answer, sessions that made room or ended with a
password. Only what its owner would look for in vain has a row of its own, composed by the store: a device that gave way
to another or was suspended by an alarm, and each session that ended with a device or by `end_all`.
One file for each neighbourhood; this one gathers their names.
"""

from authsim.ports.factors import Decoys, FactorStore, Prompts, Tallies
from authsim.ports.gateways import Gateways
from authsim.ports.logins import Logins, Pushes
from authsim.ports.people import Audit, Instances, Sessions, Users
from authsim.ports.phones import Activations, Devices, DeviceSessions, Enrolments, Texts
from authsim.ports.store import Store
from authsim.ports.tickets import Tickets
from authsim.ports.world import Bus, Clock, Entropy, Passwords, Subscription, Vault

__all__ = [
    "Activations",
    "Audit",
    "Bus",
    "Clock",
    "Decoys",
    "DeviceSessions",
    "Devices",
    "Enrolments",
    "Entropy",
    "FactorStore",
    "Gateways",
    "Instances",
    "Logins",
    "Passwords",
    "Prompts",
    "Pushes",
    "Sessions",
    "Store",
    "Subscription",
    "Tallies",
    "Texts",
    "Tickets",
    "Users",
    "Vault",
]
