"""The outside world, as Protocols: time, randomness, password hashing, the portal's keys, and what is kept.

Every store method is one atomic, durable change: when it returns, it is on disk; when it raises, nothing was written.
A refusal that is raised afterwards can never roll a counter back. `StoreConflictError` means that a compare-and-set
lost or a unique name was taken; any other `StoreError` that the world failed. Each `event` is appended to the audit
chain in the same transaction.
One file for each neighbourhood; this one gathers their names.
"""

from authsim.ports.logins import Logins, Pushes
from authsim.ports.people import Audit, Instances, Sessions, Users
from authsim.ports.phones import Activations, Devices, DeviceSessions, Enrolments, Texts
from authsim.ports.store import Store
from authsim.ports.world import Bus, Clock, Entropy, Passwords, Subscription, Vault

__all__ = [
    "Activations",
    "Audit",
    "Bus",
    "Clock",
    "DeviceSessions",
    "Devices",
    "Enrolments",
    "Entropy",
    "Instances",
    "Logins",
    "Passwords",
    "Pushes",
    "Sessions",
    "Store",
    "Subscription",
    "Texts",
    "Users",
    "Vault",
]
