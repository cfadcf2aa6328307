"""What an operator sees of a user, as JSON: the same for `authsim users show` and for the lab."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from authsim.verifier.operators import UserFacts


def describe_user(facts: "UserFacts") -> dict[str, Any]:
    """Return what an operator sees of a user as JSON: everything but secrets. Durations and instants in ms."""
    user, device = facts.user, facts.device
    return {
        "name": user.name,
        "user_id": user.user_id,
        "role": user.role.value,
        "account": user.account,
        "mode": user.mode.value,
        "locale": user.locale,
        "region": user.region,
        "phone": user.phone,
        "phone_verified": user.phone_verified_ms is not None,
        "secure_login": user.secure_login.value,
        "state": word_of(facts),
        "seamless": user.is_seamless,
        "failures": facts.failures,
        "locked_for_ms": facts.locked_for_ms,
        "sessions": len(facts.sessions),
        "created_ms": user.created_ms,
        "expires_ms": user.expires_ms,
        "device": None
        if device is None
        else {
            "device_id": device.device_id,
            "label": device.label,
            "state": device.state.value,
            "suite": device.suite,
            "activated_ms": device.activated_ms,
            "last_used_ms": device.last_used_ms,
        },
    }


def word_of(facts: "UserFacts") -> str:
    """Return a user's state in one word: what keeps from logging in goes first."""
    if facts.locked_for_ms or facts.is_expired:
        return "locked" if facts.locked_for_ms else "expired"
    return "new" if facts.device is None else facts.device.state.value
