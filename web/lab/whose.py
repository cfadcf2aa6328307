"""Whom a request is about: the user whose name was typed, or whose login, session or phone it belongs to.

It is read beside the portal and changes nothing. What was typed for a user that does not exist is nobody's name, and is
never told.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from flask import request

from authsim.errors import AuthsimError
from authsim.model import UserId
from authsim.protocol.encodings import require_id
from authsim.secret import Secret
from authsim.verifier.passwords import find_user
from authsim.verifier.tokens import hash_token

from .. import scope
from ..sessions import login_token, read_token

_FORMS: Final = frozenset({"login.submit", "lost_phone.submit", "trading.log_in"})
_MOST_READ: Final = 16 * 1024
#: The letters of the cookies that hold a session: the portal's pages, and the trading device's.
_SESSIONS: Final = ("s", "t")
_LOGINS: Final = ("m",)


class _Owned(Protocol):
    """A row that belongs to a user."""

    @property
    def user_id(self) -> UserId:
        """Whose it is."""


def find_name() -> str | None:
    """Return the name of the user whom this request is about, or None."""
    if request.endpoint in _FORMS:
        return _name_typed(request.form.get("username"))
    endpoint = request.endpoint or ""
    if endpoint.startswith(("device_", "trading_api.")):
        return _name_of(_of_device())
    if endpoint.startswith("gateway"):
        return _name_of(_of_gateway())
    return _name_of(_of_browser(is_logging_in=endpoint.startswith(("second_factor", "uniform"))))


def _name_typed(typed: object) -> str | None:
    user = find_user(scope.verifier(), typed) if isinstance(typed, str) else None
    return None if user is None else user.name


def _name_of(user_id: UserId | None) -> str | None:
    user = None if user_id is None else scope.portal().store.users.get(user_id)
    return None if user is None else user.name


def _of_browser(*, is_logging_in: bool) -> UserId | None:
    """Return whose cookies these are: who logs in, where somebody does; else who is signed in."""
    logins = [_of_login(token) for token in (login_token(), *map(read_token, _LOGINS)) if token is not None]
    sessions = [_of_session(token) for token in map(read_token, _SESSIONS) if token is not None]
    ordered = [*logins, *sessions] if is_logging_in else [*sessions, *logins]
    return next((user_id for user_id in ordered if user_id is not None), None)


def _of_login(token: Secret) -> UserId | None:
    login = scope.portal().store.logins.find(hash_token(token))
    return None if login is None else login.user_id


def _of_session(token: Secret) -> UserId | None:
    session = scope.portal().store.sessions.find(hash_token(token))
    return None if session is None else session.user_id


def _of_gateway() -> UserId | None:
    """Return whose login the gateway rests on; its requests carry nothing that would tell."""
    store = scope.portal().store
    gateway = store.gateways.get()
    return None if gateway is None else _owner(store.sessions.get(gateway.session_id))


def _of_device() -> UserId | None:
    """Return whose phone asks: by its token, by the request that it answers, or by what its message names."""
    store = scope.portal().store
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if bearer:
        session = store.device_sessions.find(hash_token(Secret(bearer)))
        return None if session is None else session.user_id
    try:
        if "request_id" in (request.view_args or {}):
            return _owner(store.pushes.get(_id((request.view_args or {})["request_id"])))
        return _of_message(read_message())
    except AuthsimError:
        return None


def _of_message(message: Mapping[str, Any]) -> UserId | None:
    store = scope.portal().store
    if "username" in message:
        typed = message["username"]
        user = find_user(scope.verifier(), typed) if isinstance(typed, str) else None
        return None if user is None else user.user_id
    finders: Mapping[str, Callable[[object], UserId | None]] = {
        "device_id": lambda text: _owner(store.devices.get(_id(text))),
        "flow_id": lambda text: _owner(store.enrolments.get(_id(text))),
        "code_id": lambda text: _owner(store.activations.get(_id(text))),
        "token": lambda text: _of_login(Secret(str(text))),
        "session": lambda text: _of_session(Secret(str(text))),
    }
    return next((find(message[name]) for name, find in finders.items() if name in message), None)


def _owner(row: _Owned | None) -> UserId | None:
    return None if row is None else row.user_id


def _id(text: object) -> Any:
    return require_id(text if isinstance(text, str) else "")


def read_message() -> Mapping[str, Any]:
    """Return the members of a JSON body, or none; the view reads the same bytes again, and judges them."""
    if request.method != "POST" or (request.content_length or 0) > _MOST_READ:
        return MappingProxyType({})
    try:
        message = json.loads(request.get_data(cache=True))
    except (ValueError, RecursionError):
        return MappingProxyType({})
    return message if isinstance(message, dict) else MappingProxyType({})
