"""The nouns of the portal: frozen values, no behaviour beyond what a value can say of itself.

Times are integer milliseconds since the epoch on the portal's clock; a name ending in `_ms` says so. Anything secret is
either hashed, sealed, or wrapped in `Secret`. One file for each neighbourhood; this one gathers their names.
"""

from authsim.model.factors import (
    Channel,
    Decoy,
    Factor,
    FactorKind,
    Prompt,
)
from authsim.model.gateways import GatewaySession, GatewayStanding
from authsim.model.ids import (
    AttachmentId,
    ChallengeId,
    CodeId,
    DecoyId,
    DeviceId,
    FactorId,
    FlowId,
    InstanceId,
    LoginId,
    PromptId,
    RequestId,
    SessionId,
    TicketId,
    UserId,
)
from authsim.model.logins import (
    Challenge,
    Decision,
    LoginTransaction,
    PushRequest,
)
from authsim.model.people import (
    Client,
    Factors,
    Instance,
    Lockout,
    Mode,
    PortalSession,
    Reach,
    Role,
    SecureLogin,
    User,
)
from authsim.model.phones import (
    ActivationCode,
    Device,
    DeviceSession,
    Enrolment,
    Sealed,
    TextMessage,
)
from authsim.model.proofs import (
    ActivationOffer,
    Authenticated,
    FirstFactorPassed,
    LimitedEntry,
    PendingLogin,
    UniformLogin,
)
from authsim.model.tickets import (
    Attachment,
    Author,
    Ticket,
    TicketMessage,
)

__all__ = [
    "ActivationCode",
    "ActivationOffer",
    "Attachment",
    "AttachmentId",
    "Authenticated",
    "Author",
    "Challenge",
    "ChallengeId",
    "Channel",
    "Client",
    "CodeId",
    "Decision",
    "Decoy",
    "DecoyId",
    "Device",
    "DeviceId",
    "DeviceSession",
    "Enrolment",
    "Factor",
    "FactorId",
    "FactorKind",
    "Factors",
    "FirstFactorPassed",
    "FlowId",
    "GatewaySession",
    "GatewayStanding",
    "Instance",
    "InstanceId",
    "LimitedEntry",
    "Lockout",
    "LoginId",
    "LoginTransaction",
    "Mode",
    "PendingLogin",
    "PortalSession",
    "Prompt",
    "PromptId",
    "PushRequest",
    "Reach",
    "RequestId",
    "Role",
    "Sealed",
    "SecureLogin",
    "SessionId",
    "TextMessage",
    "Ticket",
    "TicketId",
    "TicketMessage",
    "UniformLogin",
    "User",
    "UserId",
]
