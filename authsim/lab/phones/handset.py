"""One virtual phone as a value: its keystore, its owner's PIN and habits; sealed, opened and wiped as on the device."""

import enum
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from authsim import ports
from authsim.authenticator import attempts
from authsim.authenticator.device import Phone, Platform
from authsim.authenticator.keystore import (
    create_keystore,
    format_keystore,
    format_tombstone,
    open_sealed,
    parse_keystore,
    read_phone,
    with_phone,
)
from authsim.authenticator.pin import PinPolicy, require_pin
from authsim.authenticator.sealing import KEY_BYTES, Kdf
from authsim.errors import Reason, RefusalError
from authsim.protocol.encodings import format_b64u, parse_b64u
from authsim.secret import Secret

_PIN_BYTES: Final = 8
#: What a person types who slips: never the PIN, which has letters and digits only.
_MISTYPED: Final = Secret("mistyped!")
#: As many requests as a phone remembers having seen.
_MOST_SEEN: Final = 200


class Policy(enum.Enum):
    """What the person does whose phone it is, when a request comes or a challenge is to be answered."""

    APPROVE = "approve"
    DENY = "deny"
    REPORT = "report"
    IGNORE = "ignore"
    DELAY = "delay"
    MANUAL = "manual"
    WRONG_RESPONSE = "wrong_response"
    WRONG_PIN = "wrong_pin"
    OFFLINE = "offline"


class Seen(enum.Enum):
    """How far a phone is with a request: it comes just now, was left, waits for its delay, or was answered."""

    COMING = "coming"
    LEFT = "left"
    WAITS = "waits"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """A virtual phone. `users` and `devices` are what its keystore holds, in the same order, for who may not open it.

    `seen` are requests by id, the newest last; `apps` are otpauth URIs of an authenticator app by user; `texts_after`
    is the place in an inbox after which the text comes that the phone waits for.
    """

    phone_id: str
    platform: Platform
    policy: Policy = Policy.MANUAL
    delay_ms: int = 0
    users: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    pin: Secret = field(repr=False)
    device_key: Secret = field(repr=False)
    tries: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    apps: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    seen: Mapping[str, Seen] = field(default_factory=lambda: MappingProxyType({}))
    texts_after: int = 0

    @property
    def is_wiped(self) -> bool:
        """Say whether too many wrong PINs ended it."""
        return self.sealed == format_tombstone()

    @property
    def tries_left(self) -> int:
        """How many wrong PINs it takes to wipe it; 0 when it is wiped."""
        return 0 if self.is_wiped else attempts.parse_attempts(self.tries, device_key=self.device_key)


def stretch_cheaply(kdf: Kdf, pin: Secret) -> Secret:
    """Return 32 bytes of a PIN at once: a PIN that lies beside its keystore is not worth Argon2id."""
    return Secret(hmac.digest(kdf.salt, pin.reveal(), "sha256"))


def make_handset(
    phone_id: str, platform: Platform, *, policy: Policy, delay_ms: int, made_ms: int, entropy: ports.Entropy
) -> Handset:
    """Return a new phone without users. Its PIN suits every portal, so it is one of the hardened policy."""
    pin = require_pin(Secret(entropy.token_bytes(_PIN_BYTES).hex()), policy=PinPolicy.HARDENED)
    device_key = Secret(entropy.token_bytes(KEY_BYTES))
    phone = Phone(platform=platform, pin_policy=PinPolicy.HARDENED, created_ms=made_ms)
    made = create_keystore(phone, pin=pin, device_key=device_key, entropy=entropy, stretch=stretch_cheaply)
    return Handset(
        phone_id=phone_id,
        platform=platform,
        policy=policy,
        delay_ms=delay_ms,
        pin=pin,
        device_key=device_key,
        tries=attempts.format_attempts(attempts.MOST_TRIES, device_key=device_key),
        sealed=format_keystore(made, device_key=device_key),
    )


def open_handset(handset: Handset, *, is_mistyped: bool = False) -> tuple[Handset, Secret | RefusalError]:
    """Type the PIN; return the phone with the try counted, and its data key or the refusal.

    Refused with `WRONG_PIN` and the tries left; the eighth wrong one in a row wipes it, and a wiped one is refused with
    `PHONE_WIPED`. The right PIN gives all tries back.
    """
    if handset.is_wiped:
        return handset, RefusalError(Reason.PHONE_WIPED)
    key, left = handset.device_key, handset.tries_left - 1
    keystore = parse_keystore(handset.sealed, device_key=key)
    pin = _MISTYPED if is_mistyped else handset.pin
    try:
        opened = open_sealed(keystore, pin=pin, device_key=key, stretch=stretch_cheaply)
    except RefusalError:
        if left <= 0:
            return _wipe(handset), RefusalError(Reason.PHONE_WIPED)
        counted = replace(handset, tries=attempts.format_attempts(left, device_key=key))
        return counted, RefusalError(Reason.WRONG_PIN, attempts_remaining=left)
    return replace(handset, tries=attempts.format_attempts(attempts.MOST_TRIES, device_key=key)), opened.dek


def see_phone(handset: Handset, dek: Secret) -> Phone:
    """Return what the device knows. Refuses with `PHONE_WIPED`."""
    return read_phone(parse_keystore(handset.sealed, device_key=handset.device_key), dek)


def with_change(
    handset: Handset, dek: Secret, change: Callable[[Phone], Phone], *, entropy: ports.Entropy
) -> tuple[Handset, Phone]:
    """Return the phone, sealed anew, with a change of what the device knows; and that. Refuses with `PHONE_WIPED`."""
    keystore = parse_keystore(handset.sealed, device_key=handset.device_key)
    phone = change(read_phone(keystore, dek))
    changed = with_phone(keystore, dek, phone, entropy=entropy)
    sealed = format_keystore(changed, device_key=handset.device_key)
    users = tuple(account.label for account in phone.accounts)
    devices = tuple(account.device_id for account in phone.accounts)
    return replace(handset, sealed=sealed, users=users, devices=devices), phone


def with_seen(handset: Handset, request_id: str, seen: Seen) -> Handset:
    """Return the phone that remembers how far it is with a request."""
    kept = {known: how for known, how in handset.seen.items() if known != request_id} | {request_id: seen}
    return replace(handset, seen=MappingProxyType(dict(list(kept.items())[-_MOST_SEEN:])))


def with_policy(handset: Handset, policy: Policy, delay_ms: int) -> Handset:
    """Return the phone of somebody who does otherwise from now on, also with what was not answered yet."""
    answered = {known: how for known, how in handset.seen.items() if how is Seen.ANSWERED}
    return replace(handset, policy=policy, delay_ms=delay_ms, seen=MappingProxyType(answered))


def format_handset(handset: Handset) -> str:
    """Return the document: compact JSON."""
    return json.dumps(
        {
            "id": handset.phone_id,
            "platform": handset.platform.value,
            "policy": handset.policy.value,
            "delay_ms": handset.delay_ms,
            "users": handset.users,
            "devices": handset.devices,
            "pin": handset.pin.reveal_text(),
            "device_key": format_b64u(handset.device_key.reveal()),
            "tries": handset.tries.decode(),
            "sealed": handset.sealed.decode(),
            "apps": {user: uri.reveal_text() for user, uri in handset.apps.items()},
            "seen": {request_id: seen.value for request_id, seen in handset.seen.items()},
            "texts_after": handset.texts_after,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def parse_handset(text: str) -> Handset:
    """Return what a document says, which `format_handset` made."""
    members = json.loads(text)
    return Handset(
        phone_id=members["id"],
        platform=Platform(members["platform"]),
        policy=Policy(members["policy"]),
        delay_ms=members["delay_ms"],
        users=tuple(members["users"]),
        devices=tuple(members["devices"]),
        pin=Secret(members["pin"]),
        device_key=Secret(parse_b64u(members["device_key"], length=KEY_BYTES)),
        tries=members["tries"].encode(),
        sealed=members["sealed"].encode(),
        apps=MappingProxyType({user: Secret(uri) for user, uri in members["apps"].items()}),
        seen=MappingProxyType({request_id: Seen(seen) for request_id, seen in members["seen"].items()}),
        texts_after=members["texts_after"],
    )


def _wipe(handset: Handset) -> Handset:
    return replace(handset, sealed=format_tombstone(), users=(), devices=(), seen=MappingProxyType({}))
