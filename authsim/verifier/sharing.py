"""Using another user's card: both of one account, the stronger card, and an answer that shows it is at hand.

Only cards are shared: a phone gets a key of its own for each user (`add_user`). What is shared ends with its owner's.
"""

from dataclasses import dataclass, replace

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import EventKind
from authsim.factor_rules import WORTH, Meeting, meet
from authsim.model import Client, Factor, FactorId, FactorKind, Reach, User
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.cards import require_card_answer
from authsim.verifier.factor_changes import activate_factor, factor_event, keep_draft, question_of
from authsim.verifier.factors import kind_of, list_open, offered
from authsim.verifier.identity_proof import spend_verification
from authsim.verifier.passwords import require_password
from authsim.verifier.records import require_row
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.tokens import draw_id

#: Who holds one of these has nothing that lasts: it is not shared, and nothing is shared with it.
_TEMPORARY = frozenset({FactorKind.TEMPORARY_PASSCODE, FactorKind.ONLINE_CARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A card of `owner` that waits to be answered with; `question` is what it is asked."""

    factor: Factor
    owner: User
    question: str

    @property
    def kind(self) -> FactorKind:
        """Return what kind of card it is."""
        return self.factor.kind


def begin_share(
    verifier: Verifier, signed_in: SignedIn, *, owner_name: str, owner_password: Secret, client: Client
) -> Share:
    """Judge the owner's credentials as at any login, and ask the card that would be shared.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH` and `VERIFICATION_REQUIRED`; as `require_password`; with
    `FACTOR_NOT_SHAREABLE` (another account, oneself, no card, somebody has something temporary) and with
    `LESS_SECURE_DEVICE` when the user's own card is the stronger one.
    """
    require_reach(signed_in, Reach.FULL)
    user = signed_in.user
    spend_verification(verifier, signed_in, Purpose.ADD_DEVICE)
    owner = require_password(verifier, name=owner_name, password=owner_password, client=client).user
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    card = _require_shareable(verifier, user, owner, now_ms=now_ms)
    _require_strongest(verifier, user, card, now_ms=now_ms)
    factor = Factor(
        factor_id=FactorId(draw_id(verifier.entropy)),
        user_id=user.user_id,
        kind=card.kind,
        state=states.Factor.PENDING,
        serial=card.serial,
        shared_factor_id=card.factor_id,
        made_ms=now_ms,
    )
    keep_draft(verifier, user, factor, client=client)
    return Share(factor=factor, owner=owner, question=question_of(verifier, factor))


def find_share(verifier: Verifier, signed_in: SignedIn) -> Share:
    """Return the card that waits to be answered with, the same at each reload; refuses with `FACTOR_UNKNOWN`."""
    require_reach(signed_in, Reach.FULL)
    now_ms = verifier.clock.now_ms()
    for factor in list_open(verifier, signed_in.user, now_ms=now_ms):
        if factor.state is states.Factor.PENDING and factor.shared_factor_id is not None:
            card = require_row(verifier.store.factors.get(factor.shared_factor_id))
            owner = require_row(verifier.store.users.get(card.user_id))
            return Share(factor=factor, owner=owner, question=question_of(verifier, factor))
    raise RefusalError(Reason.FACTOR_UNKNOWN)


def complete_share(verifier: Verifier, signed_in: SignedIn, *, answer: str, client: Client) -> Factor:
    """Judge the card's answer; a right one lets the user log in with it. Both users' records say so.

    Refuses as `find_share`; with `MALFORMED_RESPONSE`, which counts nothing; with `WRONG_RESPONSE`
    (`attempts_remaining`) and `CODE_TRIES_SPENT`; with `FACTOR_CLASH`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (4) still waiting? (5) fresh?
    share = find_share(verifier, signed_in)
    user = signed_in.user
    require_card_answer(verifier, signed_in, share.factor, answer, now_ms=now_ms)
    # (8) activate: wins once, and (9) the record goes with it
    shared = activate_factor(
        verifier, user, share.factor, client=client, now_ms=now_ms, facts={"owner": share.owner.name}
    )
    event = factor_event(EventKind.FACTOR_SHARED, shared, client=client, now_ms=now_ms, facts={"with": user.name})
    verifier.store.audit.append(replace(event, user_id=share.owner.user_id))
    return shared


def _require_shareable(verifier: Verifier, user: User, owner: User, *, now_ms: int) -> Factor:
    """Return the owner's strongest card that is the owner's own."""
    owned = [one for one in offered(verifier, owner, now_ms=now_ms) if isinstance(one, Factor)]
    cards = [one for one in owned if WORTH[one.kind].is_shareable and one.shared_factor_id is None]
    held = {kind_of(one) for one in (*owned, *offered(verifier, user, now_ms=now_ms))}
    is_foreign = owner.user_id == user.user_id or owner.account != user.account
    if is_foreign or not cards or held & _TEMPORARY:
        raise RefusalError(Reason.FACTOR_NOT_SHAREABLE)
    return max(cards, key=lambda one: WORTH[one.kind].strength)


def _require_strongest(verifier: Verifier, user: User, card: Factor, *, now_ms: int) -> None:
    held = {kind_of(one) for one in offered(verifier, user, now_ms=now_ms)}
    if any(meet(one, card.kind) is Meeting.REFUSED for one in held):
        raise RefusalError(Reason.LESS_SECURE_DEVICE)
