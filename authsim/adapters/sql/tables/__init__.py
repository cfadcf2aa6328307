"""Tables and columns, for composing statements. Keys, constraints, indexes and triggers belong to the migrations.

`serial` numbers rows in the order of insertion: it decides which of two rows of one millisecond is the newer. One file
for each neighbourhood; this one gathers their names.
"""

from authsim.adapters.sql.tables.columns import METADATA
from authsim.adapters.sql.tables.factors import DECOYS, FACTORS, PROMPTS, TALLIES
from authsim.adapters.sql.tables.gateways import GATEWAY
from authsim.adapters.sql.tables.logins import ASKED_QUESTIONS, CHALLENGES, LOGINS, PUSHES
from authsim.adapters.sql.tables.people import AUDIT, AUDIT_HEAD, INSTANCE, SESSIONS, USERS
from authsim.adapters.sql.tables.phones import ACTIVATIONS, DEVICE_SESSIONS, DEVICES, ENROLMENTS, TEXTS
from authsim.adapters.sql.tables.tickets import ATTACHMENTS, TICKET_MESSAGES, TICKETS

__all__ = [
    "ACTIVATIONS",
    "ASKED_QUESTIONS",
    "ATTACHMENTS",
    "AUDIT",
    "AUDIT_HEAD",
    "CHALLENGES",
    "DECOYS",
    "DEVICES",
    "DEVICE_SESSIONS",
    "ENROLMENTS",
    "FACTORS",
    "GATEWAY",
    "INSTANCE",
    "LOGINS",
    "METADATA",
    "PROMPTS",
    "PUSHES",
    "SESSIONS",
    "TALLIES",
    "TEXTS",
    "TICKETS",
    "TICKET_MESSAGES",
    "USERS",
]
