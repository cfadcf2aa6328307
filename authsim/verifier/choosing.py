"""What a browser does while its login waits: chooses a factor from those that are offered, or asks for another text.

Choosing again asks anew, and whatever was asked before is superseded. Neither counts as a failed login; what limits
them is the wait between two texts and between two notifications.
"""

from dataclasses import replace

from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import EventKind
from authsim.model import Channel, Client, Device, FactorKind, LoginTransaction, PendingLogin
from authsim.secret import Secret
from authsim.verifier import Verifier, lockout
from authsim.verifier.asking import ask_phone
from authsim.verifier.factors import id_of
from authsim.verifier.pending import require_pending, require_vouched
from authsim.verifier.prompts import (
    draw_code,
    issue_prompt,
    mac_of,
    prompt_event,
    require_text,
    write_login_code,
)
from authsim.verifier.records import require_row
from authsim.verifier.requests import is_approved, require_pause
from authsim.verifier.topics import inbox_topic, login_topic, publish


def choose_factor(
    verifier: Verifier, *, token: Secret, choice: str, client: Client, notify: bool = True
) -> PendingLogin:
    """Ask what the person chose: `choice` is the id of the phone or of another factor that is offered.

    `notify` says whether a request to the phone may be announced.
    Refuses as `find_pending` does; with `PUSH_CLOSED` when the phone approved already; with `USER_LOCKED`
    (`retry_after_ms`) and `FACTOR_UNKNOWN`; with `RESENT_TOO_SOON` (`retry_after_ms`) and `CHALLENGES_EXHAUSTED` for
    the phone, with `TEXT_TOO_SOON` (`retry_after_ms`), `TEXTS_SPENT` and `NO_PHONE_NUMBER` for a text.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (4) still waiting? (5) fresh?
    pending = require_pending(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    require_vouched(verifier, pending, now_ms=now_ms)
    _require_unapproved(verifier, pending.login)
    chosen = next((one for one in pending.offered if id_of(one) == choice), None)
    if chosen is None:
        raise RefusalError(Reason.FACTOR_UNKNOWN)
    # (3) limits
    lockout.require_unlocked(user.lockout, now_ms=now_ms)
    # (8) ask, and (9) record; what a phone shows is where it was chosen
    login = replace(pending.login, client=client)
    if isinstance(chosen, Device):
        require_pause(verifier, login, now_ms=now_ms)
        challenge, push = ask_phone(verifier, login, user=user, device=chosen, notify=notify, now_ms=now_ms)
        asked = replace(pending, challenge=challenge, push=push, prompt=None)
    else:
        prompt = issue_prompt(verifier, login, user=user, factor=chosen, now_ms=now_ms)
        asked = replace(pending, challenge=None, push=None, prompt=prompt)
    publish(verifier.bus, login_topic(login.login_id))
    return asked


def resend_code(verifier: Verifier, *, token: Secret, channel: Channel, client: Client) -> PendingLogin:
    """Send another code by text, or have it spoken; the one before is worth nothing then, and the tries are kept.

    Refuses as `find_pending` does; with `PROMPT_SUPERSEDED` when this login asks for no text now; with
    `TEXT_TOO_SOON` (`retry_after_ms`) and `TEXTS_SPENT`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (4) still waiting? (5) fresh?
    pending = require_pending(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    prompt = pending.prompt
    if prompt is None or prompt.kind is not FactorKind.TEXT:
        raise RefusalError(Reason.PROMPT_SUPERSEDED)
    # (3) limits
    require_text(verifier, user, pending.login, now_ms=now_ms)
    # (8) send, and (9) record
    login = replace(pending.login, client=client)
    code = draw_code(verifier)
    text = write_login_code(verifier, login, user, code, channel, now_ms=now_ms)
    try:
        sent = verifier.store.prompts.resend(
            prompt.prompt_id,
            code_mac=mac_of(verifier, login, code.reveal_text()),
            channel=channel,
            sends_allowed=verifier.policy.sms_sends,
            text=text,
            now_ms=now_ms,
            event=prompt_event(EventKind.PROMPT_RESENT, login, prompt, now_ms=now_ms),
        )
    except StoreConflictError:
        require_pending(verifier, token, now_ms=now_ms)
        raise RefusalError(Reason.TEXTS_SPENT) from None
    publish(verifier.bus, inbox_topic(text.number), login_topic(login.login_id))
    return replace(pending, prompt=sent)


def _require_unapproved(verifier: Verifier, login: LoginTransaction) -> None:
    push = verifier.store.pushes.latest_of_login(login.login_id)
    if push is not None and is_approved(push):
        raise RefusalError(Reason.PUSH_CLOSED)
