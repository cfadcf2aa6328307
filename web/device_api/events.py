"""Notifications as they happen: the requests of one phone as Server-Sent Events.

Between two looks nothing is held. Each look asks anew whether the phone's session is open and its device active, so a
stream ends with either, and says which.
"""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response

from authsim import states
from authsim.errors import RefusalError
from authsim.model import PushRequest
from authsim.protocol.push import StreamEnd, format_request, format_stream_end
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.device_sessions import DeviceSignedIn, require_device_session
from authsim.verifier.push import MOST_REQUESTS, list_requests, read_requests, request_info
from authsim.verifier.topics import device_topic

from .. import scope
from ..envelope import require_no_cookie
from ..streams import Message, News, read_resume_point
from .bearer import read_bearer

api: Final = Blueprint("device_events", __name__)
api.before_request(require_no_cookie)

#: The last word of a stream whose phone is active still: its session is over, and it may open another.
_EXPIRED: Final = "expired"


@api.get("/api/device/v1/events")
def listen() -> Response:
    """Stream the requests after the place that the phone names; without one, the open ones and those that follow."""
    verifier, token = scope.verifier(), read_bearer()
    seen = read_resume_point()
    signed_in = require_device_session(verifier, token)
    device_id = signed_in.device.device_id
    return scope.streams().answer(
        f"device {device_id}",
        lambda: verifier.bus.subscribe(device_topic(device_id)),
        _Reader(verifier, token, signed_in, seen).look,
    )


class _Reader:
    """One phone that listens, and the last request that it was sent."""

    def __init__(self, verifier: Verifier, token: Secret, signed_in: DeviceSignedIn, seen: int | None) -> None:
        self._verifier = verifier
        self._token = token
        self._device_id = signed_in.device.device_id
        self._seen = seen

    def look(self) -> News:
        """Return the requests that the phone was not sent yet, or the last word."""
        try:
            signed_in = require_device_session(self._verifier, self._token)
        except RefusalError:
            return News(messages=[Message(event="end", data=format_stream_end(self._name_end()))], is_over=True)
        if self._seen is None:
            pushes = self._begin(signed_in)
        else:
            pushes = read_requests(self._verifier, signed_in, after=self._seen)
        self._seen = max([self._seen or 0, *(push.sequence for push in pushes)])
        messages = [
            Message(event="request", data=format_request(request_info(self._verifier, push)), sequence=push.sequence)
            for push in pushes
        ]
        return News(messages=messages, has_more=len(pushes) == MOST_REQUESTS)

    def _begin(self, signed_in: DeviceSignedIn) -> Sequence[PushRequest]:
        """Return the open requests; whatever was announced before and is over needs no answer any more."""
        newest = self._verifier.store.pushes.list_decided(signed_in.user.user_id, most=1)
        self._seen = max((push.sequence for push in newest), default=0)
        return list_requests(self._verifier, signed_in)

    def _name_end(self) -> StreamEnd:
        """Say why there is nothing more: what became of the device, or else that its session is over."""
        device = self._verifier.store.devices.get(self._device_id)
        if device is None or device.state is states.Device.ACTIVE:
            return StreamEnd(state=_EXPIRED)
        return StreamEnd(state=device.state.value)
