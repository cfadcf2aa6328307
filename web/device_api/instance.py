"""Who this portal is: what a phone needs to begin when it has typed a Session ID instead of scanning."""

from typing import Final

from flask import Blueprint, Response

from authsim.errors import StoreError
from authsim.protocol.messages import InstanceInfo, format_instance

from .. import scope
from ..answers import answer_json
from ..envelope import require_no_cookie

api: Final = Blueprint("device_instance", __name__)
api.before_request(require_no_cookie)


@api.get("/api/device/v1/instance")
def show() -> Response:
    """Return id, origin, public key and suite."""
    verifier = scope.verifier()
    origin = verifier.instance.origin
    if origin is None:
        raise StoreError("the portal does not know its address yet")
    info = InstanceInfo(
        instance_id=verifier.instance.instance_id,
        origin=origin,
        psk=verifier.vault.signing_public_key(),
        suite=verifier.instance.suite,
    )
    return answer_json(format_instance(info))
