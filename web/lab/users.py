"""The lab's users over HTTP: made by the operator's own ceremonies, one or a crowd, shown, locked, and taken away."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response

from authsim.errors import MessageError
from authsim.lab.crowd import SharedHash, draw_names, draw_numbers
from authsim.model import User
from authsim.verifier import Verifier, operators
from authsim.verifier.activation import operator_activation

from .. import scope
from ..newcomers import FLAGS, TEXTS, make_user, parse_newcomer
from ..user_facts import describe_user
from .door import PREFIX, Kinds, answer, answer_nothing, read_members

api: Final = Blueprint("lab_users", __name__)

#: At once: each is a transaction of its own, and a worker that is silent for half a minute is taken for dead.
MOST: Final = 2_000
_PREFIX: Final = "user-"
_MEMBERS: Final[dict[str, Kinds]] = {
    **dict.fromkeys(TEXTS, (str,)),
    "phone": (str, bool),
    **dict.fromkeys(FLAGS, (bool,)),
    "count": (int,),
    "prefix": (str,),
}
_OF_CROWD: Final = frozenset({"count", "prefix"})


@api.post(f"{PREFIX}/users")
def create() -> Response:
    """Add a user, or with `count` so many that share one password; return them in their order.

    Without a name one is counted up from `user-1`, or from `prefix`; without a number one is given that nobody has,
    and with `"phone": false` none.
    """
    members = {name: value for name, value in read_members(_MEMBERS).items() if value is not None}
    count = _require_crowd(members)
    wanted = {name: value for name, value in members.items() if name not in _OF_CROWD}
    newcomer = parse_newcomer({name: value for name, value in wanted.items() if value is not False})
    verifier = scope.verifier()
    present = verifier.store.users.list_all()
    names = _names(members, {user.name for user in present})
    numbers = _numbers(verifier, wanted, {user.phone for user in present if user.phone is not None})
    password = newcomer.password or operators.generate_password(verifier)
    sharing = replace(verifier, passwords=SharedHash(verifier.passwords))
    made = []
    for _ in range(count):
        one = replace(newcomer.called(next(names), phone=next(numbers)), password=password)
        made.append(make_user(sharing, one) | {"password": password.reveal_text()})
    return answer({"users": made}, 201)


def _require_crowd(members: Mapping[str, Any]) -> int:
    """Return how many users are wanted. Raises `MessageError`."""
    if "name" in members and _OF_CROWD & set(members):
        raise MessageError("give a name, or count and prefix for users that are counted up")
    if members.get("phone") is True:
        raise MessageError("phone is a text, or false for none")
    count = members.get("count", 1)
    if not 1 <= count <= MOST:
        raise MessageError(f"count is a number from 1 to {MOST}")
    if count > 1 and members.get("phone"):
        raise MessageError("a crowd does not share a telephone number: leave phone out, or false for none")
    return int(count)


def _names(members: Mapping[str, Any], taken: set[str]) -> Iterator[str]:
    if "name" in members:
        return iter([members["name"]])
    return draw_names(members.get("prefix", _PREFIX), taken)


def _numbers(verifier: Verifier, wanted: Mapping[str, Any], taken: set[str]) -> Iterator[str | None]:
    if "phone" in wanted:
        number: str | None = wanted["phone"] or None
        while True:
            yield number
    yield from draw_numbers(verifier.entropy, taken)


@api.get(f"{PREFIX}/users")
def list_all() -> Response:
    """Return what an operator sees of all users, by name."""
    return answer({"users": [describe_user(facts) for facts in operators.list_users(scope.verifier())]})


@api.get(f"{PREFIX}/users/<name>")
def show(name: str) -> Response:
    """Return what an operator sees of a user."""
    return answer(describe_user(operators.show_user(scope.verifier(), _require(name))))


@api.delete(f"{PREFIX}/users/<name>")
def remove(name: str) -> Response:
    """Remove a user with all that is theirs; the record keeps what happened."""
    operators.remove_user(scope.verifier(), _require(name))
    return answer_nothing()


@api.post(f"{PREFIX}/users/<name>/activation")
def draw_activation(name: str) -> Response:
    """Return a fresh activation URI, which works once; with `"replace": true` the phone in use is revoked first."""
    members = read_members({"replace": (bool,)})
    offer = operator_activation(scope.verifier(), _require(name).user_id, replace=bool(members.get("replace")))
    return answer({"activation": offer.uri.reveal_text()}, 201)


@api.post(f"{PREFIX}/users/<name>/lock")
def lock(name: str) -> Response:
    """Lock a user, as too many failed logins would."""
    read_members({})
    operators.lock(scope.verifier(), _require(name))
    return answer_nothing()


@api.post(f"{PREFIX}/users/<name>/unlock")
def unlock(name: str) -> Response:
    """Lift a lock, and forget the failures that led to it."""
    read_members({})
    operators.unlock(scope.verifier(), _require(name))
    return answer_nothing()


@api.post(f"{PREFIX}/users/<name>/revoke")
def revoke(name: str) -> Response:
    """Take the user's phone out of use for good."""
    read_members({})
    operators.revoke_device(scope.verifier(), _require(name))
    return answer_nothing()


@api.post(f"{PREFIX}/users/<name>/resume")
def resume(name: str) -> Response:
    """Let the user's suspended phone answer again."""
    read_members({})
    operators.resume(scope.verifier(), _require(name))
    return answer_nothing()


def _require(name: str) -> User:
    return operators.require_user(scope.verifier(), name)
