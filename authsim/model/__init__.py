"""The nouns of the portal: frozen values, no behaviour beyond what a value can say of itself.

Times are integer milliseconds since the epoch on the portal's clock; a name ending in `_ms` says so. Anything secret is
either hashed, sealed, or wrapped in `Secret`. One file for each neighbourhood; this one gathers their names.
"""

from authsim.model.ids import (
    ChallengeId,
    CodeId,
    DeviceId,
    FlowId,
    InstanceId,
    LoginId,
    RequestId,
    SessionId,
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
    Role,
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
)

__all__ = [
    "ActivationCode",
    "ActivationOffer",
    "Authenticated",
    "Challenge",
    "ChallengeId",
    "Client",
    "CodeId",
    "Decision",
    "Device",
    "DeviceId",
    "DeviceSession",
    "Enrolment",
    "Factors",
    "FirstFactorPassed",
    "FlowId",
    "Instance",
    "InstanceId",
    "LimitedEntry",
    "Lockout",
    "LoginId",
    "LoginTransaction",
    "Mode",
    "PendingLogin",
    "PortalSession",
    "PushRequest",
    "RequestId",
    "Role",
    "Sealed",
    "SessionId",
    "TextMessage",
    "User",
    "UserId",
]
