"""Second factors that are no phone, what is asked of them, and decoys, in their tables."""

from typing import TYPE_CHECKING

from authsim import states
from authsim.model import Channel, Decoy, Factor, FactorKind, Prompt, Sealed

if TYPE_CHECKING:
    from authsim.adapters.sql.rows import AnyRow, Values


def format_factor(factor: Factor) -> "Values":
    """Return the columns of a factor."""
    secret = factor.secret
    return {
        "factor_id": factor.factor_id,
        "user_id": factor.user_id,
        "kind": factor.kind.value,
        "state": factor.state.value,
        "card_serial": factor.serial,
        "secret_key_id": None if secret is None else secret.key_id,
        "secret_nonce": None if secret is None else secret.nonce,
        "secret_ciphertext": None if secret is None else secret.ciphertext,
        "secret_hash": factor.secret_hash,
        "shared_factor_id": factor.shared_factor_id,
        "last_step": factor.last_step,
        "made_ms": factor.made_ms,
        "activated_ms": factor.activated_ms,
        "full_until_ms": factor.full_until_ms,
        "expires_ms": factor.expires_ms,
        "closed_ms": factor.closed_ms,
    }


def parse_factor(row: "AnyRow") -> Factor:
    """Return the factor of a row."""
    secret = None
    if row.secret_key_id is not None:
        secret = Sealed(key_id=row.secret_key_id, nonce=row.secret_nonce, ciphertext=row.secret_ciphertext)
    return Factor(
        factor_id=row.factor_id,
        user_id=row.user_id,
        kind=FactorKind(row.kind),
        state=states.Factor(row.state),
        serial=row.card_serial,
        secret=secret,
        secret_hash=row.secret_hash,
        shared_factor_id=row.shared_factor_id,
        last_step=row.last_step,
        made_ms=row.made_ms,
        activated_ms=row.activated_ms,
        full_until_ms=row.full_until_ms,
        expires_ms=row.expires_ms,
        closed_ms=row.closed_ms,
    )


def format_prompt(prompt: Prompt) -> "Values":
    """Return the columns of a prompt."""
    return {
        "prompt_id": prompt.prompt_id,
        "login_id": prompt.login_id,
        "user_id": prompt.user_id,
        "factor_id": prompt.factor_id,
        "kind": prompt.kind.value,
        "question": prompt.question,
        "code_mac": prompt.code_mac,
        "state": prompt.state.value,
        "attempts": prompt.attempts,
        "attempts_allowed": prompt.attempts_allowed,
        "sends": prompt.sends,
        "sent_ms": prompt.sent_ms,
        "channel": prompt.channel.value,
        "issued_ms": prompt.issued_ms,
        "expires_ms": prompt.expires_ms,
        "closed_ms": prompt.closed_ms,
    }


def parse_prompt(row: "AnyRow") -> Prompt:
    """Return the prompt of a row."""
    return Prompt(
        prompt_id=row.prompt_id,
        login_id=row.login_id,
        user_id=row.user_id,
        factor_id=row.factor_id,
        kind=FactorKind(row.kind),
        question=row.question,
        code_mac=row.code_mac,
        state=states.OneShot(row.state),
        attempts=row.attempts,
        attempts_allowed=row.attempts_allowed,
        sends=row.sends,
        sent_ms=row.sent_ms,
        channel=Channel(row.channel),
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        closed_ms=row.closed_ms,
    )


def format_decoy(decoy: Decoy) -> "Values":
    """Return the columns of a decoy."""
    return {
        "decoy_id": decoy.decoy_id,
        "token_hash": decoy.token_hash,
        "question": decoy.question,
        "number": decoy.number,
        "request_id": decoy.request_id,
        "attempts": decoy.attempts,
        "attempts_allowed": decoy.attempts_allowed,
        "is_open": int(decoy.is_open),
        "issued_ms": decoy.issued_ms,
        "expires_ms": decoy.expires_ms,
    }


def parse_decoy(row: "AnyRow") -> Decoy:
    """Return the decoy of a row."""
    return Decoy(
        decoy_id=row.decoy_id,
        token_hash=row.token_hash,
        question=row.question,
        number=row.number,
        request_id=row.request_id,
        attempts=row.attempts,
        attempts_allowed=row.attempts_allowed,
        is_open=bool(row.is_open),
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
    )
