"""Trusting a portal: its key, compared by fingerprint before it is kept, and over TLS the certificate that it shows."""

import re
from typing import TYPE_CHECKING

from authsim.authenticator.device import Account, Phone, Portal, require_trusted, with_portal, without_portal
from authsim.errors import RefusalError
from authsim.protocol.keys import fingerprint
from authsim.protocol.messages import InstanceInfo
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome
from mobile_cli.portal import fetch_instance

if TYPE_CHECKING:
    from authsim.ports import Entropy


def ask_portal(home: PhoneHome, address: str, *, certificate: str | None = None) -> InstanceInfo:
    """Return who the portal at this address says it is. `certificate` comes before the one that the phone keeps."""
    return fetch_instance(address, certificate=certificate or home.read_certificate(address))


def require_fingerprint(info: InstanceInfo, typed: str) -> None:
    """Raise `PhoneError` unless `typed` is the fingerprint of the portal's key; case and separators do not matter."""
    if re.sub(r"[\s:-]", "", typed).lower() != fingerprint(info.psk).replace(" ", ""):
        raise PhoneError(Exit.REFUSED, "other_fingerprint", origin=info.origin)


def require_known(phone: Phone, portal: Portal) -> None:
    """Refuse a portal that contradicts one this phone knows: the same with another key, or another at its address."""
    try:
        require_trusted(phone, portal)
    except RefusalError:
        known: list[Portal | Account] = [*phone.portals, *phone.accounts]
        if any(item.instance_id == portal.instance_id for item in known):
            raise
        raise PhoneError(Exit.REFUSED, "another_portal", origin=portal.origin) from None


def keep_portal(
    home: PhoneHome,
    dek: Secret,
    info: InstanceInfo,
    *,
    address: str,
    certificate: str | None,
    entropy: "Entropy",
) -> None:
    """Keep the portal's key, and the certificate for the address at which it was shown."""

    def keep(phone: Phone) -> Phone:
        require_known(phone, portal_of(info))
        return with_portal(phone, portal_of(info))

    home.change(dek, keep, entropy=entropy)
    if certificate is not None:
        home.keep_certificate(address, certificate)


def forget_portal(home: PhoneHome, dek: Secret, origin: str, *, entropy: "Entropy") -> tuple[str, ...]:
    """Take a portal off this phone with its users, whose names are returned, and what is under way with it."""
    gone: list[Phone] = []

    def forget(phone: Phone) -> Phone:
        gone.append(phone)
        left = without_portal(phone, origin)
        if left == phone:
            raise PhoneError(Exit.REFUSED, "no_such_portal", origin=origin)
        return left

    home.change(dek, forget, entropy=entropy)
    home.keep_certificate(origin, None)
    return tuple(account.label for account in gone[-1].accounts if account.origin == origin)


def portal_of(info: InstanceInfo) -> Portal:
    """Return what a phone keeps of a portal."""
    return Portal(instance_id=info.instance_id, origin=info.origin, psk=info.psk)
