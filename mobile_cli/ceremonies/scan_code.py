"""Becoming a user's authentication device by the portal's one-time code, as scanned or typed."""

from typing import TYPE_CHECKING, NamedTuple

from authsim.authenticator.activate import (
    Activated,
    abandon_activation,
    begin_activation,
    complete_activation,
    format_request,
    require_pending,
)
from authsim.authenticator.device import Pending, Phone, Portal
from authsim.errors import MessageError
from authsim.protocol.activation_uri import ActivationUri
from authsim.secret import Secret
from mobile_cli.ceremonies.trust import require_known
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome
from mobile_cli.portal import send_activation

if TYPE_CHECKING:
    from authsim.ports import Entropy


class Begun(NamedTuple):
    """An activation that is on disk. `is_other_put_aside` says that an earlier one without a reply is gone."""

    pending: Pending
    is_other_put_aside: bool


def begin_scan(
    home: PhoneHome, dek: Secret, uri: ActivationUri, *, label: str, address: str, entropy: "Entropy"
) -> Begun:
    """Make the keys for this code and put them on disk; nothing is sent. Refuses as `begin_activation`."""
    before: list[Pending | None] = []

    def begin(phone: Phone) -> Phone:
        require_known(phone, Portal(uri.instance_id, uri.origin, uri.psk))
        before.append(phone.pending)
        return begin_activation(phone, uri, label=label, address=address, entropy=entropy)

    pending = require_pending(home.change(dek, begin, entropy=entropy))
    earlier = before[-1]
    return Begun(pending, is_other_put_aside=earlier is not None and earlier.code != pending.code)


def complete_scan(home: PhoneHome, dek: Secret, pending: Pending, *, address: str, entropy: "Entropy") -> Activated:
    """Send the request, judge the reply, and swap the record for the account in one write.

    A portal that says no ends the activation with `auth_failed`; one that does not answer leaves it to be resumed.
    """
    reply = send_activation(address, format_request(pending), certificate=home.read_certificate(address))
    if reply is None:
        home.change(dek, lambda phone: abandon_activation(phone, pending), entropy=entropy)
        raise PhoneError(Exit.REFUSED, "auth_failed")
    done: list[Activated] = []

    def complete(phone: Phone) -> Phone:
        done.append(complete_activation(phone, pending, reply))
        return done[-1].phone

    try:
        home.change(dek, complete, entropy=entropy)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=address) from None
    return done[-1]
