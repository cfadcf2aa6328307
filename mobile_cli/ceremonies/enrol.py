"""Adding a user to this phone by credentials and a texted code: activation in the app, *Add User*, migration, recovery.

The articles ask the security element last. So a phone may still be locked when the text is sent: its record is then
kept in memory, and lost with the process, which costs a text and no key. Before the code leaves, which makes a key
count at the portal, the phone is open and the record with the code on disk.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from authsim.authenticator.activate import Activated
from authsim.authenticator.add_user import (
    abandon_add_user,
    begin_add_user,
    complete_add_user,
    format_finish,
    format_resend,
    format_start,
    require_enrolment,
    with_code,
    with_flow,
    without_code,
)
from authsim.authenticator.device import PendingEnrolment, Phone, Portal
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.add_user import AddUserStarted, parse_add_user_started
from authsim.secret import Secret
from mobile_cli.ceremonies.credentials import require_credentials
from mobile_cli.ceremonies.trust import portal_of, require_known
from mobile_cli.enrolment_calls import send_finish, send_resend, send_start
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome

if TYPE_CHECKING:
    from authsim.ports import Entropy
    from authsim.protocol.messages import InstanceInfo


class Wish(NamedTuple):
    """Who shall be added where: what the portal said of itself, the origin to send to, and what this phone is called.

    `is_renewal` says that a user of this phone is recovered on it.
    """

    info: "InstanceInfo"
    address: str
    username: str
    label: str
    is_renewal: bool = False


def require_not_here(home: PhoneHome, wish: Wish) -> None:
    """Refuse with `ALREADY_ENROLLED` a user whom the plain face of this phone shows already."""
    summary = home.read_summary()
    users = () if summary is None else summary.users
    if (wish.username, wish.info.origin) in {(user.label, user.origin) for user in users}:
        raise RefusalError(Reason.ALREADY_ENROLLED)


def begin_enrolment(
    home: PhoneHome, wish: Wish, password: Secret, *, opened: "Secret | Phone", entropy: "Entropy"
) -> PendingEnrolment:
    """Make the keys and send the credentials; return the record, whose code is on its way to the person's telephone.

    `opened` is the data key of an open phone; of one that is locked, or yet to be made, it is as much of the phone as
    can be seen. Refuses as `begin_add_user` and `send_start`; then nothing is left behind.
    """
    require_credentials(wish.username, password)
    if isinstance(opened, Phone):
        seen = _begin(opened, wish, entropy)
        started = _start(home, require_enrolment(seen), password)
        return require_enrolment(with_flow(seen, require_enrolment(seen), started))
    dek = opened
    pending = require_enrolment(home.change(dek, lambda phone: _begin(phone, wish, entropy), entropy=entropy))
    try:
        started = _start(home, pending, password)
    except (RefusalError, PhoneError):
        home.change(dek, lambda phone: abandon_add_user(phone, pending), entropy=entropy)
        raise
    return require_enrolment(home.change(dek, lambda phone: with_flow(phone, pending, started), entropy=entropy))


def resend_code(home: PhoneHome, pending: PendingEnrolment) -> None:
    """Have another code sent. Refuses with `TEXT_TOO_SOON` (`retry_after_ms`), or when no more are sent."""
    certificate = home.read_certificate(pending.address)
    _parse(send_resend(pending.address, format_resend(pending), certificate=certificate), pending.address)


def adopt_enrolment(home: PhoneHome, dek: Secret, wish: Wish, pending: PendingEnrolment, *, entropy: "Entropy") -> None:
    """Put the record of a phone that was locked when it began on disk; refuses as `begin_add_user`."""

    def adopt(phone: Phone) -> Phone:
        # Begun once more for its judgement alone, now that the phone is open; the keys are those that were offered.
        return _begin(phone, wish, entropy)._replace(enrolment=pending)

    home.change(dek, adopt, entropy=entropy)


def finish_enrolment(
    home: PhoneHome, dek: Secret, pending: PendingEnrolment, code: Secret, *, entropy: "Entropy"
) -> Activated:
    """Send the code, judge the reply, and swap the record for the account in one write.

    Refuses with `WRONG_CODE`, after which another code may be tried unless `attempts_remaining` is 0, and with
    `ENROLMENT_USED` when the activation is over. No reply is `UNREACHABLE`, and leaves it to be resumed. Raises
    `MessageError` for what cannot be a code.
    """
    changed = home.change(dek, lambda phone: with_code(phone, pending, code), entropy=entropy)
    return _finish(home, dek, require_enrolment(changed), entropy)


def resume_enrolment(home: PhoneHome, dek: Secret, pending: PendingEnrolment, *, entropy: "Entropy") -> Activated:
    """Send the very same request again; for a record with a code. Refuses as `finish_enrolment`."""
    return _finish(home, dek, pending, entropy)


def _finish(home: PhoneHome, dek: Secret, pending: PendingEnrolment, entropy: "Entropy") -> Activated:
    certificate = home.read_certificate(pending.address)
    try:
        reply = send_finish(pending.address, format_finish(pending), certificate=certificate)
    except RefusalError as refused:
        is_open = refused.reason is Reason.WRONG_CODE and refused.attempts_remaining != 0
        after: Callable[[Phone, PendingEnrolment], Phone] = without_code if is_open else abandon_add_user
        if refused.reason is not Reason.THROTTLED:
            home.change(dek, lambda phone: after(phone, pending), entropy=entropy)
        raise
    done: list[Activated] = []

    def complete(phone: Phone) -> Phone:
        done.append(complete_add_user(phone, pending, reply))
        return done[-1].phone

    try:
        home.change(dek, complete, entropy=entropy)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=pending.address) from None
    return done[-1]


def _begin(phone: Phone, wish: Wish, entropy: "Entropy") -> Phone:
    portal: Portal = portal_of(wish.info)
    require_known(phone, portal)
    return begin_add_user(
        phone,
        portal,
        suite=wish.info.suite,
        username=wish.username,
        label=wish.label,
        address=wish.address,
        entropy=entropy,
        is_renewal=wish.is_renewal,
    )


def _start(home: PhoneHome, pending: PendingEnrolment, password: Secret) -> AddUserStarted:
    certificate = home.read_certificate(pending.address)
    body = send_start(pending.address, format_start(pending, password), certificate=certificate)
    return _parse(body, pending.address)


def _parse(body: bytes, address: str) -> AddUserStarted:
    try:
        return parse_add_user_started(body)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=address) from None
