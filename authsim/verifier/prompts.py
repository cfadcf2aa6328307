"""Asking a factor that is no phone: what is asked, and the text that brings a code. Judging the answer is `prompted`.

At most one thing is asked in a login: a new prompt supersedes whatever was asked before, in one change. Showing,
abandoning and expiring it counts nothing.
"""

from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import (
    Channel,
    Factor,
    FactorKind,
    LoginTransaction,
    Prompt,
    PromptId,
    TextMessage,
    User,
)
from authsim.policy import SECOND
from authsim.protocol import code_card, codes
from authsim.protocol.add_user import code_transcript
from authsim.secret import Secret
from authsim.verifier import Verifier, limits
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.texting import Use, write_code
from authsim.verifier.tokens import draw_id
from authsim.verifier.topics import inbox_topic, publish

CODE_DIGITS: Final = 6
#: A code may be mistyped; what stands on a card or in a text may be read again before it is typed.
_CODES: Final = frozenset({FactorKind.TEXT, FactorKind.AUTHENTICATOR_APP})


def issue_prompt(verifier: Verifier, login: LoginTransaction, *, user: User, factor: Factor, now_ms: int) -> Prompt:
    """Ask the factor, and deliver the code where it is a texted one; return the prompt as it is kept.

    Refuses with `TEXT_TOO_SOON` (`retry_after_ms`), `TEXTS_SPENT` and `NO_PHONE_NUMBER`, with `FACTOR_UNKNOWN` when the
    factor or the login was closed in this moment.
    """
    policy = verifier.policy
    code, sends = None, 0
    if factor.kind is FactorKind.TEXT:
        sends = require_text(verifier, user, login, now_ms=now_ms)
        code = draw_code(verifier)
    prompt = Prompt(
        prompt_id=PromptId(draw_id(verifier.entropy)),
        login_id=login.login_id,
        user_id=user.user_id,
        factor_id=factor.factor_id,
        kind=factor.kind,
        question=draw_question(verifier, factor.kind),
        code_mac=None if code is None else mac_of(verifier, login, code.reveal_text()),
        state=states.OneShot.ISSUED,
        attempts=0,
        attempts_allowed=policy.login_code_tries if factor.kind in _CODES else policy.responses_per_challenge,
        sends=sends,
        sent_ms=now_ms if sends else 0,
        issued_ms=now_ms,
        expires_ms=min(now_ms + policy.login_code_seconds * SECOND, login.expires_ms),
    )
    text = None if code is None else write_login_code(verifier, login, user, code, Channel.TEXT, now_ms=now_ms)
    event = prompt_event(EventKind.PROMPT_ISSUED, login, prompt, now_ms=now_ms)
    try:
        verifier.store.prompts.issue(prompt, text=text, event=event)
    except StoreConflictError:
        raise RefusalError(Reason.FACTOR_UNKNOWN) from None
    if text is not None:
        publish(verifier.bus, inbox_topic(text.number))
    return require_row(verifier.store.prompts.latest_of_login(login.login_id))


def require_text(verifier: Verifier, user: User, login: LoginTransaction | None, *, now_ms: int) -> int:
    """Return which text of the login the next one is, 1 for its first; without a `login`, 1.

    A code that was answered rightly makes nobody wait. Refuses as `issue_prompt`.
    """
    newest = verifier.store.prompts.latest_of_user(user.user_id, FactorKind.TEXT)
    sends = 0
    if newest is not None and newest.state is not states.OneShot.CONSUMED:
        ends_ms = newest.sent_ms + verifier.policy.sms_resend_seconds * SECOND
        if ends_ms > now_ms:
            raise RefusalError(Reason.TEXT_TOO_SOON, retry_after_ms=ends_ms - now_ms)
        if login is not None and newest.login_id == login.login_id:
            sends = newest.sends
    if sends >= verifier.policy.sms_sends:
        raise RefusalError(Reason.TEXTS_SPENT)
    require_number(user)
    return sends + 1


def require_number(user: User) -> str:
    """Return the number that texts go to, or refuse with `NO_PHONE_NUMBER`."""
    if user.phone is None:
        raise RefusalError(Reason.NO_PHONE_NUMBER)
    return user.phone


def write_login_code(
    verifier: Verifier, login: LoginTransaction, user: User, code: Secret, channel: Channel, *, now_ms: int
) -> TextMessage:
    """Return the text with a code for this login, having counted it among the user's texts (`TEXTS_SPENT`)."""
    number = require_number(user)
    limits.take_text(verifier, user.user_id, now_ms=now_ms)
    use = Use.LOG_IN if login.purpose == codes.Purpose.LOG_IN else Use.PROVE
    return write_code(verifier, user, number, use=use, code=code, channel=channel, now_ms=now_ms)


def draw_code(verifier: Verifier) -> Secret:
    """Return a texted code: 6 digits."""
    return Secret(f"{verifier.entropy.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}")


def draw_question(verifier: Verifier, kind: FactorKind) -> str:
    """Return what a card is asked, "" for the kinds that are asked nothing."""
    if kind is FactorKind.SECURITY_CARD:
        return codes.format_card_challenge(verifier.entropy.randbelow(codes.CARD_SPACE))
    if kind in (FactorKind.CODE_CARD, FactorKind.ONLINE_CARD):
        first = 1 + verifier.entropy.randbelow(code_card.INDEXES)
        second = 1 + verifier.entropy.randbelow(code_card.INDEXES - 1)
        return code_card.format_question(first, second + (second >= first))
    return ""


def mac_of(verifier: Verifier, login: LoginTransaction, code: str) -> bytes:
    """Return what is kept of a texted code: it fits one user and one login."""
    return verifier.vault.mac(code_transcript(user_id=login.user_id, flow_id=login.login_id, code=code))


def prompt_event(
    kind: EventKind, login: LoginTransaction, prompt: Prompt, *, now_ms: int, reason: Reason | None = None
) -> Event:
    """Return a row about a prompt."""
    facts = {"kind": prompt.kind.value} | dict(client_facts(login.client))
    return Event(kind=kind, at_ms=now_ms, user_id=prompt.user_id, reason=reason, facts=facts)
