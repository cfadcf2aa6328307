"""A user of the portal, as a test knows them: by name, password and number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user that the lab made. What must not be seen by chance stays out of the repr.

    `phone` is their mobile number, None for a user without one; `activation` a URI that binds a phone once;
    `authenticator` the URI that sets up an authenticator app. Both are None unless they were asked for.
    """

    name: str
    password: str = field(repr=False)
    phone: str | None = None
    role: str = "primary"
    account: str | None = None
    activation: str | None = field(default=None, repr=False)
    authenticator: str | None = field(default=None, repr=False)


def parse_user(members: Mapping[str, Any]) -> User:
    """Return a user from what the lab answered."""
    return User(
        name=members["name"],
        password=members["password"],
        phone=members.get("phone"),
        role=members.get("role", "primary"),
        account=members.get("account"),
        activation=members.get("activation"),
        authenticator=members.get("authenticator"),
    )


def name_of(user: User | str) -> str:
    """Return the name of a user, who may be given by name."""
    return user if isinstance(user, str) else user.name
