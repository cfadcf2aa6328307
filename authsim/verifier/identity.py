"""Who this portal is, as everything that is signed states it."""

from authsim.errors import StoreError
from authsim.verifier import Verifier


def require_origin(verifier: Verifier) -> str:
    """Return the origin that stands in QR codes and transcripts; a portal that was served once has one."""
    if verifier.instance.origin is None:
        raise StoreError("the portal has no address yet: serve it once, or name its origin")
    return verifier.instance.origin
