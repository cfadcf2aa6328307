"""Users as a list or a program asks for them: from the members of a JSON object to a user with all that was asked for.

`authsim users load` and the lab's `POST users` stand on it. The ceremonies are the verifier's: nothing is made that
an operator could not make.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import Mode, Role
from authsim.secret import Secret

if TYPE_CHECKING:
    from authsim.verifier import Verifier

TEXTS: Final = ("name", "password", "role", "account", "locale", "region", "phone")
FLAGS: Final = ("paper", "locked", "opted_out", "texts", "authenticator", "activation")
_ROLES: Final = ("primary", "secondary", "help_desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """One user who is asked for.

    `activation` asks for a fresh URI in the result, `authenticator` for an authenticator app and the URI that sets it
    up; `texts` for login codes by text to a number that counts as verified. Without a password one is generated.
    """

    name: str
    password: Secret | None = field(repr=False)
    role: Role
    account: str | None
    locale: str
    region: str
    phone: str | None
    paper: bool
    locked: bool
    opted_out: bool
    texts: bool
    authenticator: bool
    activation: bool

    def called(self, name: str, *, phone: str | None) -> "Newcomer":
        """Return the same user with a name and a telephone number."""
        return replace(self, name=name, phone=phone)


def parse_newcomer(members: Mapping[str, Any]) -> Newcomer:
    """Return the user that an object asks for. Raises `MessageError` naming the rule, never a value."""
    if set(members) - {*TEXTS, *FLAGS}:
        known = ", ".join((*TEXTS, *FLAGS))
        raise MessageError(f"a member is not known. Known are {known}")
    for name in TEXTS:
        if members.get(name) is not None and type(members[name]) is not str:
            raise MessageError(f"{name} is a text")
    for name in FLAGS:
        if type(members.get(name, False)) is not bool:
            raise MessageError(f"{name} is true or false")
    role = members.get("role") or "primary"
    if role not in _ROLES:
        raise MessageError("role is primary, secondary or help_desk")
    password = members.get("password")
    return Newcomer(
        name=members.get("name") or "",
        password=None if password is None else Secret(password),
        role=Role(role),
        account=members.get("account"),
        locale=members.get("locale") or "en",
        region=members.get("region") or "US",
        phone=members.get("phone"),
        paper=members.get("paper", False),
        locked=members.get("locked", False),
        opted_out=members.get("opted_out", False),
        texts=members.get("texts", False),
        authenticator=members.get("authenticator", False),
        activation=members.get("activation", False),
    )


def make_user(verifier: "Verifier", wanted: Newcomer) -> dict[str, Any]:
    """Add a user, and return what was made as JSON; the password is in it when it was generated here.

    `verifier` has to know its origin when an activation is asked for. Refuses, and raises `MessageError`, as
    `operators.add_user` does, and with `NO_PHONE_NUMBER`, before anything of that user is there.
    """
    from authsim.verifier import operators
    from authsim.verifier.activation import operator_activation
    from authsim.verifier.provisioning import give_authenticator_app, give_texts

    if wanted.texts and wanted.phone is None:
        raise RefusalError(Reason.NO_PHONE_NUMBER)
    password = wanted.password or operators.generate_password(verifier)
    user = operators.add_user(
        verifier,
        name=wanted.name,
        password=password,
        role=wanted.role,
        account=wanted.account,
        mode=Mode.PAPER if wanted.paper else Mode.LIVE,
        phone=wanted.phone,
        locale=wanted.locale,
        region=wanted.region,
        is_opted_out=wanted.opted_out,
    )
    made: dict[str, Any] = {
        "name": user.name,
        "role": user.role.value,
        "account": user.account,
        "locale": user.locale,
        "phone": user.phone,
        "paper": wanted.paper,
        "locked": wanted.locked,
    }
    if wanted.password is None:
        made["password"] = password.reveal_text()
    if wanted.texts:
        give_texts(verifier, user)
    if wanted.authenticator:
        made["authenticator"] = give_authenticator_app(verifier, user).reveal_text()
    if wanted.activation:
        made["activation"] = operator_activation(verifier, user.user_id, replace=False).uri.reveal_text()
    if wanted.locked:
        operators.lock(verifier, user)
    return made
