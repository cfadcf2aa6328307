"""Second factors other than a phone's key: what a user holds, and the one question that a login asks of it."""

import enum
from dataclasses import dataclass, field

from authsim import states
from authsim.model.ids import DecoyId, FactorId, LoginId, PromptId, UserId
from authsim.model.phones import Sealed


class FactorKind(enum.Enum):
    """What can be a second factor. The values are stable: pages, the record and `factor_rules` use them.

    `IB_KEY` is the key on a phone, which is kept as a `Device`; every other kind is kept as a `Factor`.
    """

    IB_KEY = "ib_key"
    TEXT = "text"
    AUTHENTICATOR_APP = "authenticator_app"
    SECURITY_CARD = "security_card"
    CODE_CARD = "code_card"
    ONLINE_CARD = "online_card"
    TEMPORARY_PASSCODE = "temporary_passcode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One second factor of one user.

    `secret` seals what its answers are computed from: 20 bytes for an authenticator app, 32 for each card; None for
    texts, for a passcode (`secret_hash`, PHC text) and for a card that is shared, whose secret is that of
    `shared_factor_id`. `last_step` is the newest 30-second step that an authenticator app was accepted for. `serial` is
    what stands on a card, "" for the rest. `full_until_ms`: until when a passcode opens everything; it expires later.
    """

    factor_id: FactorId
    user_id: UserId
    kind: FactorKind
    state: states.Factor
    serial: str = ""
    secret: Sealed | None = None
    secret_hash: str | None = field(default=None, repr=False)
    shared_factor_id: FactorId | None = None
    last_step: int = 0
    made_ms: int
    activated_ms: int | None = None
    full_until_ms: int | None = None
    expires_ms: int | None = None
    closed_ms: int | None = None


class Channel(enum.Enum):
    """How a login code reaches a number."""

    TEXT = "text"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What one login asks of one factor: a one-shot, like the challenge of a phone.

    `question` is what the page shows: a card's challenge, the two index numbers "017 203" of a code card, "" for the
    rest. `code_mac` is HMAC-SHA-256 of a texted code, which itself is not kept; a resend replaces it and keeps
    `attempts`. `step` is chosen by the judge. `user_id` is who logs in; a shared card belongs to somebody else.
    """

    prompt_id: PromptId
    login_id: LoginId
    user_id: UserId
    factor_id: FactorId
    kind: FactorKind
    question: str
    code_mac: bytes | None = None
    state: states.OneShot
    attempts: int
    attempts_allowed: int
    sends: int = 0
    sent_ms: int = 0
    channel: Channel = Channel.TEXT
    issued_ms: int
    expires_ms: int
    closed_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoy:
    """A login that nobody can complete, shown where the credentials were wrong and the profile does not say so.

    It holds what the page of a real one shows, and nothing that was typed. `request_id` is drawn for the QR code.
    """

    decoy_id: DecoyId
    token_hash: bytes
    question: str
    number: str = field(repr=False)
    request_id: str
    attempts: int
    attempts_allowed: int
    is_open: bool
    issued_ms: int
    expires_ms: int
