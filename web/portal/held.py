"""What a user holds for the second factor, as the rows of a page: phone and factors, newest use first known."""

import enum
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import gettext

from authsim import states
from authsim.model import Device, Factor, FactorKind, User
from authsim.verifier import Verifier
from authsim.verifier.factors import list_held, waits_ms

from .. import scope
from ..factor_words import name_held, name_kind, say_limit

_ACTIVATED_AT: Final = MappingProxyType(
    {
        FactorKind.AUTHENTICATOR_APP: "factor_app.show",
        FactorKind.SECURITY_CARD: "security_card.show",
        FactorKind.CODE_CARD: "code_card.show",
        FactorKind.ONLINE_CARD: "online_card.show",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One device. `activate` is the page that makes it active, None where there is nothing to do.

    `label_is` says what `label` is: a phone's name, or a card's number. Instants are milliseconds since the epoch.
    """

    id: str
    name: str
    label_is: str
    label: str
    state: enum.Enum
    added_ms: int
    used_ms: int | None
    expires_ms: int | None
    limit: str
    activate: str | None
    can_be_removed: bool


def list_rows(user: User) -> list[Row]:
    """Return what a user holds that can answer, or could if it were activated; a phone first."""
    verifier = scope.verifier()
    now_ms = verifier.clock.now_ms()
    device = verifier.store.devices.current_of(user.user_id)
    phones = () if device is None else (_row_of_phone(device),)
    factors = list_held(verifier, user, now_ms=now_ms)
    return [*phones, *(_row_of_factor(verifier, factor, user=user) for factor in factors)]


def find_pending(user: User, kind: FactorKind) -> Factor | None:
    """Return the user's factor of this kind that waits to be activated and still can be."""
    return _find(user, kind, states.Factor.PENDING)


def find_end(factor: Factor) -> int | None:
    """Return when a factor has to be activated, or when an active one expires; None for one that lasts."""
    if factor.state is states.Factor.PENDING:
        return factor.made_ms + waits_ms(factor, scope.verifier().policy)
    return factor.expires_ms


def find_active(user: User, kind: FactorKind) -> Factor | None:
    """Return the user's factor of this kind that answers."""
    return _find(user, kind, states.Factor.ACTIVE)


def _find(user: User, kind: FactorKind, state: states.Factor) -> Factor | None:
    verifier = scope.verifier()
    held = list_held(verifier, user, now_ms=verifier.clock.now_ms())
    return next((factor for factor in held if factor.kind is kind and factor.state is state), None)


def _row_of_phone(device: Device) -> Row:
    return Row(
        id=device.device_id,
        name=name_kind(FactorKind.IB_KEY),
        label_is=str(gettext("Phone")),
        label=name_held(device),
        state=device.state,
        added_ms=device.activated_ms,
        used_ms=device.last_used_ms,
        expires_ms=None,
        limit=say_limit(FactorKind.IB_KEY),
        activate=None,
        can_be_removed=False,
    )


def _row_of_factor(verifier: Verifier, factor: Factor, *, user: User) -> Row:
    """Return a factor's row; what it answered last is known as long as its question is kept."""
    prompt = verifier.store.prompts.latest_of_user(user.user_id, factor.kind)
    is_answered = prompt is not None and prompt.state is states.OneShot.CONSUMED
    return Row(
        id=factor.factor_id,
        name=name_kind(factor.kind),
        label_is=str(gettext("Serial number")),
        label=name_held(factor),
        state=factor.state,
        added_ms=factor.activated_ms or factor.made_ms,
        used_ms=prompt.closed_ms if prompt is not None and is_answered else None,
        expires_ms=find_end(factor),
        limit=say_limit(factor.kind),
        activate=_ACTIVATED_AT.get(factor.kind) if factor.state is states.Factor.PENDING else None,
        can_be_removed=factor.kind is not FactorKind.TEMPORARY_PASSCODE,
    )
