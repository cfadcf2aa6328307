"""Activation codes, with a fault: somebody else's attempt comes first, and burns the code."""

from contextlib import suppress
from typing import TYPE_CHECKING, final

from authsim import ports, states
from authsim.errors import Reason, StoreConflictError
from authsim.events import Event, EventKind
from authsim.lab.catalogue import Step
from authsim.lab.worlds.world import World
from authsim.verifier.topics import publish, session_topic

if TYPE_CHECKING:
    from authsim.model import ActivationCode, CodeId, Device


@final
class FaultyActivations:
    """`ports.Activations`."""

    __slots__ = ("_inner", "_world", "close", "get", "issue", "latest_of_session")

    def __init__(self, world: World) -> None:
        inner: ports.Activations = world.portal.store.activations
        self._inner = inner
        self._world = world
        self.close = inner.close
        self.get = inner.get
        self.issue = inner.issue
        self.latest_of_session = inner.latest_of_session

    def redeem(
        self,
        code_id: "CodeId",
        *,
        device: "Device",
        request_digest: bytes,
        reply: str,
        now_ms: int,
        event: Event,
    ) -> None:
        """Consume the code, unless an attempt that is none of this phone's has just burnt it."""
        if self._world.strikes("qr_burnt", device.user_id, Step.ACTIVATION) is not None:
            self._burn(code_id, device, now_ms=now_ms)
        self._inner.redeem(
            code_id, device=device, request_digest=request_digest, reply=reply, now_ms=now_ms, event=event
        )

    def _burn(self, code_id: "CodeId", device: "Device", *, now_ms: int) -> None:
        """Close the code as an attempt with a wrong key does, and tell the page that shows it."""
        code: ActivationCode | None = self._inner.get(code_id)
        tried = Event(
            kind=EventKind.ACTIVATION_REFUSED, at_ms=now_ms, user_id=device.user_id, reason=Reason.ACTIVATION_MISMATCH
        )
        with suppress(StoreConflictError):  # somebody else's attempt was really there
            self._inner.close(code_id, states.OneShot.FAILED, now_ms=now_ms, event=tried)
        if code is not None and code.session_id is not None:
            publish(self._world.portal.bus, session_topic(code.session_id))
