"""Phones for tests: what one knows, a way to stretch a PIN that costs nothing, and a disk that can die at any step."""

import hashlib
import os
from collections.abc import Callable

from authsim.authenticator.device import Account, Pending, PendingEnrolment, Phone, Platform, Portal
from authsim.authenticator.pin import PinPolicy
from authsim.authenticator.sealing import Kdf
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from mobile_cli.calls import Calls
from mobile_cli.files import SystemCalls

PIN = Secret("4938")
WRONG_PIN = Secret("1111")
ORIGIN = "http://127.0.0.1:8765"


def make_account(
    label: str = "alice", *, suite: str = CLASSIC6, origin: str = ORIGIN, instance: str = "11", user: str = "22"
) -> Account:
    """Return an account whose keys are derived from its name."""
    return Account(
        instance_id=instance * 16,
        origin=origin,
        psk=bytes.fromhex(instance) * 32,
        user_id=user * 16,
        device_id=hashlib.sha256(f"{label}{origin}{instance}".encode()).hexdigest()[:32],
        dsk=Secret(hashlib.sha256(f"dsk {label}".encode()).digest()),
        seed=Secret(hashlib.sha256(f"seed {label}".encode()).digest()),
        ctr=0,
        suite=suite,
        label=label,
    )


def make_pending() -> Pending:
    """Return an activation under way."""
    return Pending(
        instance_id="11" * 16,
        origin=ORIGIN,
        psk=b"\x11" * 32,
        suite=CLASSIC6,
        code=Secret(b"\xa0" * 16),
        address=ORIGIN,
        dsk=Secret(b"\x02" * 32),
        dkx=Secret(b"\x03" * 32),
        cn=b"\x05" * 16,
        label="laptop",
    )


def make_enrolment(username: str = "carol", *, origin: str = ORIGIN) -> PendingEnrolment:
    """Return a user who is being added by a text message, the code typed."""
    return PendingEnrolment(
        instance_id="11" * 16,
        origin=origin,
        psk=b"\x11" * 32,
        suite=CLASSIC6,
        address=origin,
        username=username,
        dsk=Secret(b"\x02" * 32),
        dkx=Secret(b"\x03" * 32),
        cn=b"\x05" * 16,
        label="laptop",
        flow_id="30" * 16,
        code=Secret("040718"),
    )


def make_phone(
    *accounts: Account,
    platform: Platform = Platform.IOS,
    policy: PinPolicy = PinPolicy.CLASSIC,
    portals: tuple[Portal, ...] = (),
    pending: Pending | None = None,
    enrolment: PendingEnrolment | None = None,
) -> Phone:
    """Return a phone with these accounts."""
    return Phone(
        platform=platform,
        pin_policy=policy,
        created_ms=1_750_000_000_000,
        accounts=accounts,
        portals=portals,
        pending=pending,
        enrolment=enrolment,
    )


class CountedStretch:
    """Stretches a PIN by one hash, and counts how often: each is one guess that somebody got."""

    def __init__(self) -> None:
        self.count = 0
        self.meanwhile: Callable[[], None] | None = None

    def __call__(self, kdf: Kdf, pin: Secret) -> Secret:
        self.count += 1
        if self.meanwhile is not None:
            self.meanwhile()
        return Secret(hashlib.sha256(kdf.salt + pin.reveal()).digest())


class PowerCutError(BaseException):
    """The process is gone. Nothing catches it, and nothing more reaches the disk."""


class DyingCalls:
    """The real system calls, until step number `last`: from there on there is no process any more.

    `torn` lets half of the last write through before it dies.
    """

    def __init__(self, last: int, *, torn: bool = False) -> None:
        self._calls: Calls = SystemCalls()
        self._left = last
        self._torn = torn
        self.is_dead = False

    def _step(self) -> None:
        if self._left == 0:
            self.is_dead = True
            raise PowerCutError
        self._left -= 1

    def _write(self, write: Callable[[int, bytes], int], descriptor: int, content: bytes) -> int:
        if self._left == 0 and self._torn and not self.is_dead:
            write(descriptor, content[: len(content) // 2])
        self._step()
        return write(descriptor, content)

    def open(self, name: str, flags: int, *, folder: int) -> int:
        # Opening to read changes nothing on disk; what follows tells whether the process still lives.
        if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
            self._step()
        return self._calls.open(name, flags, folder=folder)

    def write(self, descriptor: int, content: bytes) -> int:
        return self._write(self._calls.write, descriptor, content)

    def overwrite(self, descriptor: int, content: bytes) -> int:
        return self._write(self._calls.overwrite, descriptor, content)

    def fsync(self, descriptor: int) -> None:
        self._step()
        self._calls.fsync(descriptor)

    def replace(self, source: str, target: str, *, folder: int) -> None:
        self._step()
        self._calls.replace(source, target, folder=folder)

    def unlink(self, name: str, *, folder: int) -> None:
        self._step()
        self._calls.unlink(name, folder=folder)

    def flock(self, descriptor: int) -> None:
        self._step()
        self._calls.flock(descriptor)
