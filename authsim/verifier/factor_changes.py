"""Adding a factor, activating it, closing it: the one place where ceremonies change what a user holds beside a phone.

What may stand beside what, and what ends what, is `factor_rules`; the store does it in the same change. Who may ask is
told by the ceremonies, each of which is one kind of factor.
"""

from collections.abc import Mapping
from dataclasses import replace

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.factor_rules import Meeting, closed_by, meet
from authsim.model import Client, Factor, FactorId, FactorKind, TextMessage, User
from authsim.protocol import code_card, codes
from authsim.protocol.transcript import Tag, encode_transcript
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.factors import kind_of, kinds_taken, list_open, offered, waits_ms
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.sealing import seal_factor
from authsim.verifier.tokens import draw_id
from authsim.verifier.topics import inbox_topic, publish


def require_beside(verifier: Verifier, user: User, kind: FactorKind, *, now_ms: int) -> None:
    """Return when a factor of this kind may come to what the user holds; refuses with `FACTOR_CLASH`."""
    held = {kind_of(one) for one in offered(verifier, user, now_ms=now_ms)}
    is_refused = any(meet(one, kind) is Meeting.REFUSED for one in held)
    if is_refused or kind not in kinds_taken(verifier.policy):
        raise RefusalError(Reason.FACTOR_CLASH)


def draft_factor(
    verifier: Verifier,
    user: User,
    kind: FactorKind,
    *,
    secret: Secret,
    serial: str = "",
    expires_ms: int | None = None,
    now_ms: int,
) -> Factor:
    """Return a factor that waits to be activated, not kept yet, with its secret sealed."""
    factor_id = FactorId(draw_id(verifier.entropy))
    return Factor(
        factor_id=factor_id,
        user_id=user.user_id,
        kind=kind,
        state=states.Factor.PENDING,
        serial=serial,
        secret=seal_factor(verifier, secret, user_id=user.user_id, factor_id=factor_id),
        made_ms=now_ms,
        expires_ms=expires_ms,
    )


def keep_draft(
    verifier: Verifier, user: User, factor: Factor, *, client: Client, text: TextMessage | None = None
) -> Factor:
    """Keep a factor that waits; one of its kind that waited before is replaced. `text` goes out in the same change."""
    now_ms = factor.made_ms
    for waiting in list_open(verifier, user, now_ms=now_ms):
        if waiting.state is states.Factor.PENDING and waiting.kind is factor.kind:
            close_factor(verifier, waiting, states.FactorEvent.REPLACE, client=client, now_ms=now_ms)
    event = factor_event(EventKind.FACTOR_REQUESTED, factor, client=client, now_ms=now_ms)
    verifier.store.factors.add(factor, closes=frozenset(), text=text, event=event)
    if text is not None:
        publish(verifier.bus, inbox_topic(text.number))
    return factor


def activate_factor(
    verifier: Verifier,
    user: User,
    factor: Factor,
    *,
    client: Client,
    now_ms: int,
    step: int = 0,
    facts: Mapping[str, str] | None = None,
) -> Factor:
    """Make a factor active, once; what it ends is closed in the same change.

    Refuses with `FACTOR_CLASH` when something came meanwhile that it may not stand beside, and with `FACTOR_UNKNOWN`
    when it was closed.
    """
    require_beside(verifier, user, factor.kind, now_ms=now_ms)
    kind = EventKind.FACTOR_ACTIVATED if factor.shared_factor_id is None else EventKind.FACTOR_SHARED
    event = factor_event(kind, factor, client=client, now_ms=now_ms, facts=facts)
    try:
        verifier.store.factors.activate(
            factor.factor_id, step=step, closes=closed_by(factor.kind), now_ms=now_ms, event=event
        )
    except StoreConflictError:
        raise RefusalError(Reason.FACTOR_UNKNOWN) from None
    verifier.store.tallies.clear(_tally_of(verifier, factor))
    return require_row(verifier.store.factors.get(factor.factor_id))


def close_factor(
    verifier: Verifier,
    factor: Factor,
    change: states.FactorEvent,
    *,
    client: Client,
    now_ms: int,
    reason: Reason | None = None,
) -> None:
    """Move a factor to its end, with those that share it; `FACTOR_UNKNOWN` when it was closed meanwhile."""
    event = replace(factor_event(EventKind.FACTOR_CLOSED, factor, client=client, now_ms=now_ms), reason=reason)
    try:
        verifier.store.factors.change(factor.factor_id, change, now_ms=now_ms, event=event)
    except StoreConflictError:
        raise RefusalError(Reason.FACTOR_UNKNOWN) from None


def take_try(verifier: Verifier, factor: Factor, *, tries: int, client: Client, now_ms: int) -> int:
    """Count a try at the first answer of a factor that waits, before anyone compares; return how many are left.

    One too many closes the factor for good: `CODE_TRIES_SPENT`.
    """
    key = _tally_of(verifier, factor)
    if verifier.store.tallies.take(key, now_ms=now_ms, spans=[(tries, waits_ms(factor, verifier.policy))]):
        spent = Reason.CODE_TRIES_SPENT
        close_factor(verifier, factor, states.FactorEvent.REVOKE, client=client, now_ms=now_ms, reason=spent)
        raise RefusalError(spent)
    return tries - verifier.store.tallies.count(key, since_ms=0)


def question_of(verifier: Verifier, factor: Factor) -> str:
    """Return what a card that waits is asked: the same at each reload, and another for each card.

    It is asked only until it is answered rightly once; no login ever takes that answer.
    """
    drawn = int.from_bytes(verifier.vault.mac(_transcript("factor-question", factor)))
    if factor.kind is FactorKind.SECURITY_CARD:
        return codes.format_card_challenge(drawn % codes.CARD_SPACE)
    first = 1 + drawn % code_card.INDEXES
    second = 1 + drawn // code_card.INDEXES % (code_card.INDEXES - 1)
    return code_card.format_question(first, second + (second >= first))


def factor_event(
    kind: EventKind, factor: Factor, *, client: Client, now_ms: int, facts: Mapping[str, str] | None = None
) -> Event:
    """Return a row about a factor: its kind, the number on a card, where it was asked."""
    known = {"kind": factor.kind.value} | ({"label": factor.serial} if factor.serial else {})
    return Event(
        kind=kind,
        at_ms=now_ms,
        user_id=factor.user_id,
        facts=known | dict(client_facts(client)) | dict(facts or {}),
    )


def _tally_of(verifier: Verifier, factor: Factor) -> bytes:
    return verifier.vault.mac(_transcript("tally-factor", factor))


def _transcript(context: str, factor: Factor) -> bytes:
    return encode_transcript(
        context, [(Tag.USER_ID, bytes.fromhex(factor.user_id)), (Tag.FLOW_ID, bytes.fromhex(factor.factor_id))]
    )
