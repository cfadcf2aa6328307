"""Builders of the portal's values, for tests of what keeps them. Each call gives new ids; keywords say what matters."""

from dataclasses import replace
from itertools import count
from typing import Any

from authsim import ports, states
from authsim.events import Event, EventKind
from authsim.model import (
    ActivationCode,
    Challenge,
    ChallengeId,
    Client,
    CodeId,
    Device,
    DeviceId,
    DeviceSession,
    Enrolment,
    Factors,
    FlowId,
    LoginId,
    LoginTransaction,
    Mode,
    PortalSession,
    PushRequest,
    RequestId,
    Role,
    Sealed,
    SessionId,
    TextMessage,
    User,
    UserId,
)

NOW_MS = 1_750_000_000_000
LATER_MS = NOW_MS + 1_000
SOON_MS = NOW_MS + 60_000  # nothing expires before
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"
CLIENT = Client(address="127.0.0.1", agent="a browser")

_numbers = count(1)


def new_hex(size: int = 16) -> str:
    """Return a value that no other call returns."""
    return next(_numbers).to_bytes(size).hex()


def event(kind: EventKind = EventKind.LOGIN_STARTED, **fields: Any) -> Event:
    """Return a fact."""
    return Event(**{"kind": kind, "at_ms": NOW_MS, **fields})


def sealed() -> Sealed:
    """Return something sealed, of the size of a seed."""
    return Sealed(key_id="0123456789abcdef", nonce=bytes.fromhex(new_hex(12)), ciphertext=bytes.fromhex(new_hex(48)))


def user(**fields: Any) -> User:
    """Return a user with a name of their own."""
    number = next(_numbers)
    return User(
        **{
            "user_id": UserId(new_hex()),
            "name": f"user-{number}",
            "role": Role.PRIMARY,
            "account": f"DU{number:07}",
            "mode": Mode.LIVE,
            "phone": "+81 90 0000 0000",
            "locale": "en",
            "password_hash": HASH,
            "created_ms": NOW_MS,
            "expires_ms": NOW_MS + 7 * 86_400_000,
            **fields,
        }
    )


def device(user_id: UserId, **fields: Any) -> Device:
    """Return an active device."""
    return Device(
        **{
            "device_id": DeviceId(new_hex()),
            "user_id": user_id,
            "state": states.Device.ACTIVE,
            "label": "携帯 1",
            "suite": "classic6",
            "sign_pk": bytes.fromhex(new_hex(32)),
            "seed": sealed(),
            "activated_ms": NOW_MS,
            **fields,
        }
    )


def code(user_id: UserId, **fields: Any) -> ActivationCode:
    """Return an issued activation code."""
    return ActivationCode(
        **{
            "code_id": CodeId(new_hex()),
            "user_id": user_id,
            "session_id": None,
            "state": states.OneShot.ISSUED,
            "keys": sealed(),
            "display": b"sealed for a browser",
            "issued_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def login(user_id: UserId, **fields: Any) -> LoginTransaction:
    """Return a login that awaits its second factor."""
    return LoginTransaction(
        **{
            "login_id": LoginId(new_hex()),
            "token_hash": bytes.fromhex(new_hex(32)),
            "user_id": user_id,
            "state": states.Login.SECOND_FACTOR,
            "mode": Mode.LIVE,
            "session_id": None,
            "client": CLIENT,
            "started_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def challenge(of: LoginTransaction, device_id: DeviceId, **fields: Any) -> Challenge:
    """Return an issued challenge of a login, to be answered at the first try."""
    return Challenge(
        **{
            "challenge_id": ChallengeId(new_hex()),
            "login_id": of.login_id,
            "user_id": of.user_id,
            "device_id": device_id,
            "question": f"{next(_numbers):06}",
            "purpose": 1,
            "suite": "classic6",
            "state": states.OneShot.ISSUED,
            "attempts": 0,
            "attempts_allowed": 1,
            "issued_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def session(user_id: UserId, **fields: Any) -> PortalSession:
    """Return an open session of two factors."""
    return PortalSession(
        **{
            "session_id": SessionId(new_hex()),
            "token_hash": bytes.fromhex(new_hex(32)),
            "user_id": user_id,
            "factors": Factors.TWO,
            "client": CLIENT,
            "opened_ms": NOW_MS,
            "last_seen_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def device_session(of: Device, **fields: Any) -> DeviceSession:
    """Return an open session of a device."""
    return DeviceSession(
        **{
            "token_hash": bytes.fromhex(new_hex(32)),
            "device_id": of.device_id,
            "user_id": of.user_id,
            "opened_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def enrolment(user_id: UserId, **fields: Any) -> Enrolment:
    """Return an issued enrolment with three tries, whose first text was just sent."""
    return Enrolment(
        **{
            "flow_id": FlowId(new_hex()),
            "user_id": user_id,
            "state": states.OneShot.ISSUED,
            "sign_pk": bytes.fromhex(new_hex(32)),
            "kx_pk": bytes.fromhex(new_hex(32)),
            "client_nonce": bytes.fromhex(new_hex()),
            "label": "携帯 2",
            "suite": "classic6",
            "code_mac": bytes.fromhex(new_hex(32)),
            "attempts": 0,
            "attempts_allowed": 3,
            "sends": 1,
            "sent_ms": NOW_MS,
            "issued_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def text(number: str = "+15550100", **fields: Any) -> TextMessage:
    """Return a text, as it is before it is kept."""
    return TextMessage(**{"number": number, "body": sealed(), "sent_ms": NOW_MS, **fields})


def push(of: LoginTransaction, device_id: DeviceId, **fields: Any) -> PushRequest:
    """Return an issued, announced request, to be answered at the first try."""
    return PushRequest(
        **{
            "request_id": RequestId(new_hex()),
            "login_id": of.login_id,
            "user_id": of.user_id,
            "device_id": device_id,
            "purpose": 1,
            "number": "407182",
            "client": CLIENT,
            "server_nonce": bytes.fromhex(new_hex(32)),
            "is_notified": True,
            "state": states.OneShot.ISSUED,
            "attempts": 0,
            "attempts_allowed": 1,
            "issued_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def add_user(store: ports.Store, **fields: Any) -> User:
    """Keep a new user."""
    added = user(**fields)
    store.users.add(added, event=event(EventKind.USER_ADDED, user_id=added.user_id))
    return added


def add_device(store: ports.Store, user_id: UserId, **fields: Any) -> Device:
    """Keep a new device, the way every device comes: by a redeemed activation."""
    offered, added = code(user_id), device(user_id, **fields)
    store.activations.issue(offered, event=event(EventKind.ACTIVATION_ISSUED, user_id=user_id))
    store.activations.redeem(
        offered.code_id,
        device=added,
        request_digest=bytes(32),
        reply="{}",
        now_ms=NOW_MS,
        event=event(EventKind.ACTIVATION_CONSUMED, user_id=user_id),
    )
    return added


def ask(store: ports.Store, of_device: Device, **fields: Any) -> Challenge:
    """Begin a login that asks that device a question."""
    begun = login(of_device.user_id)
    asked = challenge(begun, of_device.device_id, **fields)
    fact = event(EventKind.LOGIN_STARTED, user_id=of_device.user_id)
    store.logins.begin(begun, challenge=asked, judged=HASH, events=[fact])
    return asked


def send(store: ports.Store, to: Device, *, of: LoginTransaction | None = None, **fields: Any) -> PushRequest:
    """Begin a login that sends that device a request and asks it a question; return the request as it is kept."""
    begun = login(to.user_id) if of is None else of
    asked, sent = challenge(begun, to.device_id), push(begun, to.device_id, **fields)
    fact = event(EventKind.LOGIN_STARTED, user_id=to.user_id)
    store.logins.begin(begun, challenge=asked, push=sent, judged=HASH, events=[fact])
    kept = store.pushes.get(sent.request_id)
    assert kept is not None
    return kept


def enrol(store: ports.Store, user_id: UserId, **fields: Any) -> Enrolment:
    """Begin an enrolment, however lately another text was sent."""
    begun = enrolment(user_id, **fields)
    fact = event(EventKind.ENROLMENT_STARTED, user_id=user_id)
    store.enrolments.begin(begun, text=text(), judged=HASH, not_since_ms=LATER_MS, event=fact)
    return begun


def read_all(store: ports.Store) -> list[EventKind]:
    """Return the kinds of all recorded events, in order."""
    return [row.event.kind for row in store.audit.read(after=0, most=1_000_000)]


def consumed(asked: Challenge, *, at_ms: int = NOW_MS) -> Challenge:
    """Return what becomes of a challenge that was answered rightly at the first try."""
    return replace(asked, state=states.OneShot.CONSUMED, attempts=1, closed_ms=at_ms)
