"""Putting a user on a virtual phone: by the code of a QR code, or by credentials and the code in a text.

What was begun is kept before anything leaves that could make a key count at the portal: a reply that is lost is asked
for again by the very same request (`resume`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from authsim.authenticator.activate import (
    Activated,
    abandon_activation,
    begin_activation,
    complete_activation,
    format_request,
    require_pending,
)
from authsim.authenticator.add_user import (
    abandon_add_user,
    begin_add_user,
    complete_add_user,
    format_finish,
    format_start,
    require_enrolment,
    with_code,
    with_flow,
    without_code,
)
from authsim.authenticator.device import Pending, PendingEnrolment, Phone, Portal
from authsim.errors import Reason, RefusalError
from authsim.lab.phones.fleet import Fleet, Opened, require_online
from authsim.lab.phones.lines import API
from authsim.lab.phones.wire import Text, read_json, require_accepted, require_reached
from authsim.protocol.activation_uri import ActivationUri
from authsim.protocol.add_user import parse_add_user_started
from authsim.protocol.messages import InstanceInfo, parse_instance
from authsim.protocol.texted_code import find_code
from authsim.secret import Secret

_STARTED: Final = {401: Reason.WRONG_PASSWORD, 403: Reason.ACCOUNT_EXPIRED, 409: Reason.NO_PHONE_NUMBER}
_FINISHED: Final = {401: Reason.WRONG_CODE, 404: Reason.ENROLMENT_USED, 409: Reason.ENROLMENT_USED}


class Enrolled(NamedTuple):
    """A user who is on a phone: the name, the device's id, and what a person has to type into the page (strict10)."""

    user: str
    device_id: str
    confirmation: str | None


def activate(fleet: Fleet, phone_id: str, uri: ActivationUri, *, user: str | None = None) -> Enrolled:
    """Become a user's authentication device by a one-time code; `user` is who it is said to be for, in the story.

    Refuses with `ACTIVATION_UNKNOWN` whatever the portal does not accept, and as `begin_activation` does. When the
    portal is broken it can be resumed.
    """
    with fleet.telling(phone_id, user):
        opened = fleet.open(phone_id)
        require_online(opened)
        # Begun before the change that keeps it: chance is drawn from the shelf as well, where one changes at a time.
        begun = begin_activation(opened.phone, uri, label=phone_id, address=uri.origin, entropy=fleet.entropy)
        pending = require_pending(begun)
        fleet.drawer.change_phone(phone_id, opened.dek, lambda phone: phone._replace(pending=pending))
        return _activate(fleet, opened, pending)


def resume(fleet: Fleet, phone_id: str) -> Enrolled:
    """Send the request of an activation again whose reply was lost. Refuses with `NOT_ENROLLED` when there is none."""
    with fleet.telling(phone_id):
        opened = fleet.open(phone_id)
        require_online(opened)
        return _activate(fleet, opened, require_pending(opened.phone))


def start_add_user(fleet: Fleet, phone_id: str, username: str, password: Secret, *, is_renewal: bool = False) -> None:
    """Send credentials; the portal texts a code to the number of that user.

    `is_renewal`: the phone holds this user already. Refuses with `ALREADY_ENROLLED`, `WRONG_PASSWORD`,
    `NO_PHONE_NUMBER`, `ACCOUNT_EXPIRED` and `THROTTLED`.
    """
    with fleet.telling(phone_id, username):
        opened = fleet.open(phone_id)
        require_online(opened)
        seen = max((text.sequence for text in fleet.portal.list_texts(username)), default=0)
        info = parse_instance(read_json(require_reached(fleet.portal.send("GET", f"{API}/instance"))))
        pending = _begin_add_user(fleet, opened, info, username, is_renewal=is_renewal)
        try:
            answer = fleet.portal.send("POST", f"{API}/adduser/start", body=format_start(pending, password))
            started = parse_add_user_started(require_accepted(answer, _STARTED, expected=202))
        except BaseException:
            fleet.drawer.change_phone(phone_id, opened.dek, lambda phone: abandon_add_user(phone, pending))
            raise
        fleet.drawer.change_phone(phone_id, opened.dek, lambda phone: with_flow(phone, pending, started))
        fleet.drawer.change(phone_id, lambda handset: replace(handset, texts_after=seen))


def finish_add_user(fleet: Fleet, phone_id: str, *, patience_s: float) -> Enrolled | None:
    """Type the code of the newest text to the user's number; None when none has come within `patience_s`.

    A code that was sent, and whose reply was lost, is sent again. Refuses with `WRONG_CODE` (`attempts_remaining`),
    `ENROLMENT_USED`, and with `NOT_ENROLLED` when nobody is being added.
    """
    opened = fleet.open(phone_id)
    pending = opened.phone.enrolment
    with fleet.telling(phone_id, None if pending is None else pending.username):
        require_online(opened)
        pending = require_enrolment(opened.phone)
        if pending.code is None:
            after = fleet.drawer.read(phone_id).texts_after
            code = find_newest_code(fleet.portal.wait_for_texts(pending.username, after=after, seconds=patience_s))
            if code is None:
                return None
            typed, known = Secret(code), pending
            pending = require_enrolment(
                fleet.drawer.change_phone(phone_id, opened.dek, lambda phone: with_code(phone, known, typed))
            )
        return _finish_add_user(fleet, opened, pending)


def find_newest_code(texts: Sequence[Text]) -> str | None:
    """Return the code of the newest text that has one, as a phone would offer to fill it in, or None."""
    return next((code for text in reversed(texts) if (code := find_code(text.text)) is not None), None)


def _activate(fleet: Fleet, opened: Opened, pending: Pending) -> Enrolled:
    answer = fleet.portal.send("POST", f"{API}/activate", body=format_request(pending))
    try:
        reply = require_accepted(answer, {401: Reason.ACTIVATION_UNKNOWN})
    except RefusalError as refusal:
        if refusal.reason is Reason.ACTIVATION_UNKNOWN:
            fleet.drawer.change_phone(opened.phone_id, opened.dek, lambda phone: abandon_activation(phone, pending))
        raise
    return _keep(fleet, opened, lambda phone: complete_activation(phone, pending, reply))


def _begin_add_user(
    fleet: Fleet, opened: Opened, info: InstanceInfo, username: str, *, is_renewal: bool
) -> PendingEnrolment:
    begun = begin_add_user(
        opened.phone,
        Portal(info.instance_id, info.origin, info.psk),
        suite=info.suite,
        username=username,
        label=opened.phone_id,
        address=info.origin,
        entropy=fleet.entropy,
        is_renewal=is_renewal,
    )
    pending = require_enrolment(begun)
    fleet.drawer.change_phone(opened.phone_id, opened.dek, lambda phone: phone._replace(enrolment=pending))
    return pending


def _finish_add_user(fleet: Fleet, opened: Opened, pending: PendingEnrolment) -> Enrolled:
    answer = fleet.portal.send("POST", f"{API}/adduser/finish", body=format_finish(pending))
    try:
        reply = require_accepted(answer, _FINISHED)
    except RefusalError as refused:
        is_open = refused.reason is Reason.WRONG_CODE and refused.attempts_remaining != 0
        after = without_code if is_open else abandon_add_user
        if refused.reason is not Reason.THROTTLED:
            fleet.drawer.change_phone(opened.phone_id, opened.dek, lambda phone: after(phone, pending))
        raise
    return _keep(fleet, opened, lambda phone: complete_add_user(phone, pending, reply))


def _keep(fleet: Fleet, opened: Opened, complete: Callable[[Phone], Activated]) -> Enrolled:
    """Swap the record for the account in one step."""
    done: list[Activated] = []

    def keep(phone: Phone) -> Phone:
        done.append(complete(phone))
        return done[-1].phone

    fleet.drawer.change_phone(opened.phone_id, opened.dek, keep)
    account = done[-1].account
    fleet.tell(opened.phone_id, "activated", user=account.label)
    return Enrolled(account.label, account.device_id, done[-1].confirmation)
