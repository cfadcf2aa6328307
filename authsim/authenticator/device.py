"""What a phone knows: its platform, the users it answers for, the portals it trusts, and what is under way.

How it is spelled is `body`'s business, how it is sealed `sealing`'s; where it is kept is not known here.
"""

import enum
from collections.abc import Iterable
from typing import Final, NamedTuple

from authsim.authenticator.pin import PinPolicy
from authsim.errors import Reason, RefusalError
from authsim.protocol.encodings import require_text
from authsim.secret import Secret

MOST_LABEL_BYTES: Final = 64
MOST_ORIGIN_BYTES: Final = 255
MOST_ACCOUNTS: Final = 32
MOST_PORTALS: Final = 32


class Platform(enum.Enum):
    """Whose phone it plays: iOS asks the security element after the challenge, Android a PIN together with it."""

    IOS = "ios"
    ANDROID = "android"


class Portal(NamedTuple):
    """A portal whose Ed25519 key, 32 bytes, this phone keeps."""

    instance_id: str
    origin: str
    psk: bytes


class Account(NamedTuple):
    """One user's key on this phone: the identity `dsk` and the OCRA `seed`, 32 bytes each. `label` is the user name.

    `ctr` is the highest counter that a signature may have carried: it is raised, durably, before one leaves.
    """

    instance_id: str
    origin: str
    psk: bytes
    user_id: str
    device_id: str
    dsk: Secret
    seed: Secret
    ctr: int
    suite: str
    label: str


class Pending(NamedTuple):
    """An activation whose reply has not come: what the QR code said, the private keys `dsk` and `dkx`, the nonce `cn`.

    Kept until the reply, so that the same request can be sent again byte for byte. `address` is the origin to send it
    to, when the portal is reached under another name than the one it signs.
    """

    instance_id: str
    origin: str
    psk: bytes
    suite: str
    code: Secret
    address: str
    dsk: Secret
    dkx: Secret
    cn: bytes
    label: str


class PendingEnrolment(NamedTuple):
    """A user who is being added by credentials and a texted code: the keys that this phone offered, and how far it is.

    `flow_id` is known since the portal sent a text, `code` (digits) since the person typed it. Kept until the reply, so
    that the last request can be sent again byte for byte. The password is not kept. `address` as in `Pending`.
    """

    instance_id: str
    origin: str
    psk: bytes
    suite: str
    address: str
    username: str
    dsk: Secret
    dkx: Secret
    cn: bytes
    label: str
    flow_id: str | None = None
    code: Secret | None = None


class Phone(NamedTuple):
    """Everything that one phone knows. `created_ms` is the phone's own clock and judges nothing."""

    platform: Platform
    pin_policy: PinPolicy
    created_ms: int
    accounts: tuple[Account, ...] = ()
    portals: tuple[Portal, ...] = ()
    pending: Pending | None = None
    enrolment: PendingEnrolment | None = None


def accounts_named(accounts: Iterable[Account], name: str) -> tuple[Account, ...]:
    """Return the accounts that `name` means: a user name, or `name@host:port` where two portals share one."""
    return tuple(account for account in accounts if name in (account.label, full_name(account.label, account.origin)))


def full_name(label: str, origin: str) -> str:
    """Return `name@host:port`."""
    return f"{label}@{origin.partition('://')[2]}"


def require_trusted(phone: Phone, portal: Portal) -> None:
    """Refuse with `PORTAL_NOT_TRUSTED` when this phone knows that instance by another key, or another at that origin.

    Whoever takes over an address must not silently take over its users: `without_portal` is a person's decision.
    """
    known: list[Portal | Account] = [*phone.portals, *phone.accounts]
    if any(item.instance_id == portal.instance_id and item.psk != portal.psk for item in known):
        raise RefusalError(Reason.PORTAL_NOT_TRUSTED)
    if any(item.origin == portal.origin and item.instance_id != portal.instance_id for item in known):
        raise RefusalError(Reason.PORTAL_NOT_TRUSTED)


def with_portal(phone: Phone, portal: Portal) -> Phone:
    """Return the phone, keeping the key of that portal; refuses as `require_trusted`. `MOST_PORTALS` are kept."""
    require_trusted(phone, portal)
    others = tuple(item for item in phone.portals if item.origin != portal.origin)
    return phone._replace(portals=(*others, portal)[-MOST_PORTALS:])


def with_account(phone: Phone, account: Account) -> Phone:
    """Return the phone with that account in place of those that nobody can ask for any more.

    These are an older key of the same user, and a user of that name whom the same portal had before.
    """
    others = tuple(
        item
        for item in phone.accounts
        if item.instance_id != account.instance_id or (item.user_id != account.user_id and item.label != account.label)
    )
    return phone._replace(accounts=(*others, account))


def without_account(phone: Phone, account: Account) -> Phone:
    """Return the phone without the keys of that account."""
    return phone._replace(accounts=tuple(item for item in phone.accounts if item.device_id != account.device_id))


def without_portal(phone: Phone, origin: str) -> Phone:
    """Return the phone without the portals of that origin, their users, and what is under way with them."""
    pending, enrolment = phone.pending, phone.enrolment
    return phone._replace(
        accounts=tuple(item for item in phone.accounts if item.origin != origin),
        portals=tuple(item for item in phone.portals if item.origin != origin),
        pending=None if pending is not None and pending.origin == origin else pending,
        enrolment=None if enrolment is not None and enrolment.origin == origin else enrolment,
    )


def with_counter(phone: Phone, account: Account) -> tuple[Phone, Account]:
    """Return the phone and that account, its counter raised by one; it must be durable before it signs.

    Refuses with `NOT_ENROLLED` when the account is not on this phone any more.
    """
    known = next((item for item in phone.accounts if item.device_id == account.device_id), None)
    if known is None:
        raise RefusalError(Reason.NOT_ENROLLED)
    raised = known._replace(ctr=known.ctr + 1)
    accounts = tuple(raised if item is known else item for item in phone.accounts)
    return phone._replace(accounts=accounts), raised


def require_plain_origin(value: object) -> str:
    """Return an origin that was judged before it was kept; here only that it is text for people."""
    return require_text(value, most_bytes=MOST_ORIGIN_BYTES)
