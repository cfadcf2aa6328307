"""A phone is lost: its user, with the password alone, stops it at once. Resuming it is the operator's.

Stopping needs less proof than using: whoever has the password can do no worse than to make the phone useless.
"""

from authsim.errors import StoreConflictError
from authsim.model import Client, Device
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.device_changes import suspend
from authsim.verifier.passwords import require_password


def suspend_with_password(verifier: Verifier, *, name: str, password: Secret, client: Client) -> Device:
    """Suspend the user's device and return it; asking again for a suspended one is no error.

    Refuses as `require_password` does, and with `NO_ACTIVE_DEVICE`.
    """
    first = require_password(verifier, name=name, password=password, client=client)
    try:
        return suspend(verifier, first.user.user_id, now_ms=first.at_ms, by="user", client=client)
    except StoreConflictError:
        # Somebody else just changed the device: judge once more, by what it is now.
        return suspend(verifier, first.user.user_id, now_ms=first.at_ms, by="user", client=client)
