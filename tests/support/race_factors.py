"""What a thousand do at once to prompts, pending phones and counts; see `race`."""

from collections.abc import Callable

from authsim import states
from authsim.adapters.sql import SqlStore
from authsim.adapters.system import SystemEntropy
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import (
    DeviceId,
    FactorId,
    FactorKind,
    Lockout,
    LoginId,
    PortalSession,
    Prompt,
    PromptId,
    SessionId,
    UserId,
)
from tests.support import factor_nouns, nouns

_MOST_FAILURES = 10


def answer_prompt(store: SqlStore, parameter: str) -> None:
    """Count a try on one of some prompts and complete its login with a step, as a right code does."""
    user_id, prompt_ids, step = parameter.split(",")
    mine = prompt_ids.split("+")[SystemEntropy().randbelow(prompt_ids.count("+") + 1)]
    counted, _, _ = _try_prompt(store, mine)
    store.prompts.complete(
        counted,
        session=new_session(user_id),
        replaces=None,
        sessions_allowed=5,
        locked_until_ms=None,
        step=int(step),
        spends=False,
        now_ms=nouns.NOW_MS,
        events=[nouns.event(EventKind.LOGIN_COMPLETED)],
    )


def guess_prompt(store: SqlStore, prompt_id: str) -> None:
    """Count a try on a prompt, as every code does before anyone compares."""
    _try_prompt(store, prompt_id)


def confirm_phone(store: SqlStore, device_id: str) -> None:
    """Count a try at a pending device and confirm it."""
    device = store.devices.count_confirmation(
        DeviceId(device_id), now_ms=nouns.NOW_MS, event=nouns.event(EventKind.CONFIRMATION_COUNTED)
    )
    fact = nouns.event(EventKind.DEVICE_CONFIRMED)
    store.devices.confirm(device.device_id, approved_by=None, now_ms=nouns.NOW_MS, events=[fact])


def take_tally(store: SqlStore, allowed: str) -> None:
    """Count a try under the one key, if there is room."""
    if store.tallies.take(bytes(32), now_ms=nouns.NOW_MS, spans=[(int(allowed), 60_000)]):
        raise StoreConflictError("full")


def share_or_end(store: SqlStore, parameter: str) -> None:
    """Share somebody's card and log in with it, or now and then take the card away, or remove one who shares it."""
    card_id, others = FactorId(parameter.partition(",")[0]), parameter.partition(",")[2].split("+")
    user_id = UserId(others[SystemEntropy().randbelow(len(others))])
    deed = SystemEntropy().randbelow(30)
    if deed == 0:
        revoke = states.FactorEvent.REVOKE
        store.factors.change(card_id, revoke, now_ms=nouns.NOW_MS, event=nouns.event(EventKind.FACTOR_CLOSED))
    elif deed == 1:
        store.users.remove(user_id, event=nouns.event(EventKind.USER_REMOVED))
    else:
        shared = factor_nouns.factor(
            user_id, factor_id=FactorId(fresh_hex()), kind=FactorKind.CODE_CARD, secret=None, shared_factor_id=card_id
        )
        closes = frozenset({FactorKind.CODE_CARD})
        store.factors.add(shared, closes=closes, event=nouns.event(EventKind.FACTOR_SHARED))
        login = nouns.login(user_id, login_id=LoginId(fresh_hex()), token_hash=bytes.fromhex(fresh_hex(32)))
        store.logins.offer(login, judged=nouns.HASH, events=[nouns.event()])
        asked = factor_nouns.prompt(login.login_id, shared, prompt_id=PromptId(fresh_hex()))
        store.prompts.issue(asked, event=nouns.event(EventKind.PROMPT_ISSUED))
        _try_prompt(store, asked.prompt_id)


def _try_prompt(store: SqlStore, prompt_id: str) -> tuple[Prompt, Lockout, Lockout]:
    return store.prompts.count(
        PromptId(prompt_id),
        now_ms=nouns.NOW_MS,
        change=lambda lockout: Lockout(failures_ms=(*lockout.failures_ms, nouns.NOW_MS)[-_MOST_FAILURES:]),
        event=nouns.event(EventKind.PROMPT_COUNTED),
    )


def fresh_hex(size: int = 16) -> str:
    """Return a value that no other process returns."""
    return SystemEntropy().token_bytes(size).hex()


def new_session(user_id: str) -> PortalSession:
    """Return a session of this process's own."""
    return nouns.session(UserId(user_id), session_id=SessionId(fresh_hex()), token_hash=bytes.fromhex(fresh_hex(32)))


FACTOR_DEEDS: dict[str, Callable[[SqlStore, str], None]] = {
    "answer_prompt": answer_prompt,
    "guess_prompt": guess_prompt,
    "confirm_phone": confirm_phone,
    "take_tally": take_tally,
    "share_or_end": share_or_end,
}
