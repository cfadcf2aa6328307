"""What a ceremony writes down besides its own change: refusals, and where a request came from.

Nothing that was typed stands here. The reason in the record may be finer than the sentence that the public sees.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Client, UserId
from authsim.verifier import Verifier

T = TypeVar("T")


def client_facts(client: Client) -> Mapping[str, str]:
    """Return the address and the agent of a request as facts; empty ones are left out."""
    facts = {"address": client.address, "agent": client.agent}
    return MappingProxyType({name: value for name, value in facts.items() if value})


def refuse_login(
    verifier: Verifier,
    reason: Reason,
    *,
    now_ms: int,
    user_id: UserId | None,
    client: Client,
    attempts_remaining: int | None = None,
    retry_after_ms: int | None = None,
) -> RefusalError:
    """Record a refused login, durably, and return the refusal for its caller to raise."""
    verifier.store.audit.append(
        Event(kind=EventKind.LOGIN_REFUSED, at_ms=now_ms, user_id=user_id, reason=reason, facts=client_facts(client))
    )
    return RefusalError(reason, attempts_remaining=attempts_remaining, retry_after_ms=retry_after_ms)


def require_row(row: T | None) -> T:
    """Return a row that an earlier step of the same ceremony saw; it can be gone only if the user was removed since."""
    if row is None:
        raise StoreConflictError("the user was removed meanwhile")
    return row
