"""Who may come into the lab, how its messages are read, and how its errors leave.

A program on this machine, with the lab's token, without a cookie and not from a browser's page. Errors are
`application/problem+json` (RFC 9457): `detail` says what to do, and never repeats what was sent.
"""

import hmac
import ipaddress
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from flask import Response, request
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, Unauthorized, UnsupportedMediaType

from authsim.errors import MessageError, RefusalError, StoreConflictError, StoreError
from authsim.lab.laboratory import Lab
from authsim.protocol.networks import is_loopback

from .. import hosts, scope
from ..bare_answers import LAB_PREFIX
from ..forms import read_query
from ..refusals import MALFORMED, STATUSES, Explanation

PREFIX: Final = LAB_PREFIX.removesuffix("/")
PROBLEM: Final = "application/problem+json"
#: What a client may call its requests by, to find them in the story again.
LABEL_HEADER: Final = "AuthSim-Lab-Label"
_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{16,128})", re.ASCII)
_JSON_TYPE: Final = re.compile(r"application/json(?: *; *charset=\"?utf-8\"?)?", re.ASCII | re.IGNORECASE)
_UNREADABLE: Final = (ValueError, RecursionError)
_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_DETAILS: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "the request could not be read: the lab is called by a name of loopback",
        403: "the lab is for programs: ask from no page of a browser",
        404: "the lab has nothing there: /openapi.json tells what it has",
        405: "the lab takes no such method there: the header Allow tells which",
        413: "send at most 1 MiB",
        415: "send JSON, with 'Content-Type: application/json'",
    }
)
#: Of a refusal that the portal's pages have no words for, because only a phone knows it.
_OF_PHONE: Final = "the phone declined it: docs/refusals.md tells what its reason means"
#: The kinds of value that a member may have.
Kinds: TypeAlias = tuple[type, ...]


def lab() -> Lab:
    """Return the lab that this application serves."""
    found = scope.portal().lab
    if found is None:
        raise NotFound
    return found


def is_for_lab() -> bool:
    """Say whether a request is one to the lab, also to an address that it does not have."""
    return request.path.startswith(LAB_PREFIX)


def guard() -> None:
    """Refuse whoever is not a program on this machine with the lab's token, before anything else is said."""
    if is_for_lab():
        _require_lab()
        read_query()


def _require_lab() -> None:
    if not hosts.is_trusted(request.headers.get("Host"), hosts=()) or not _is_from_here():
        raise NotFound
    if request.headers.get("Cookie") is not None or request.headers.get("Sec-Fetch-Site", "none") != "none":
        raise Forbidden("the lab is for programs: send no cookie, and ask from no page")
    given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    token = scope.portal().lab_token
    if token is None or given is None or not hmac.compare_digest(given[1].encode(), token.reveal()):
        raise Unauthorized("send the token of the lab's token file: 'Authorization: Bearer TOKEN'")


def _is_from_here() -> bool:
    try:
        return is_loopback(ipaddress.ip_address(request.remote_addr or ""))
    except ValueError:
        return False


def read_members(known: Mapping[str, Kinds], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the members of a JSON object. Raises `MessageError` for one that is unknown, missing, or of another kind.

    `known` gives the exact types: True is no number. An empty body is an empty object.
    """
    content = request.get_data(cache=False)
    if content and not _JSON_TYPE.fullmatch(request.headers.get("Content-Type", "")):
        raise UnsupportedMediaType
    try:
        members = _parse(content) if content else {}
    except _UNREADABLE:
        raise MessageError("the body is no JSON in UTF-8, or names a member twice") from None
    if type(members) is not dict:
        raise MessageError("the body is no JSON object")
    if set(members) - set(known):
        raise MessageError(f"the body has a member that is not known. Known are: {', '.join(known) or 'none'}")
    for name in required:
        if members.get(name) is None:
            raise MessageError(f"the member {name} is missing")
    for name, value in members.items():
        kinds = known[name]
        if value is not None and type(value) not in kinds:
            raise MessageError(f"the member {name} is of another kind: {' or '.join(_KINDS[kind] for kind in kinds)}")
    return members


def read_parameters(*known: str) -> Mapping[str, str]:
    """Return the parameters of the address. Raises `MessageError` for one that is not known."""
    parameters = read_query()
    if set(parameters) - set(known):
        raise MessageError(f"the address has a parameter that is not known. Known are: {', '.join(known) or 'none'}")
    return parameters


def read_number(parameters: Mapping[str, str], name: str, *, otherwise: int, most: int) -> int:
    """Return a parameter that is a number from 0 to `most`. Raises `MessageError`."""
    text = parameters.get(name)
    if text is None:
        return otherwise
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise MessageError(f"the parameter {name} is a whole number from 0 to {most}")
    return int(text)


def _parse(content: bytes) -> Any:
    members = json.loads(content.decode("utf-8"), object_pairs_hook=_require_distinct, parse_constant=_refuse_constant)
    json.dumps(members, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    return members


_KINDS: Final[Mapping[Any, str]] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def _require_distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def answer(members: Mapping[str, Any] | list[Any], status: int = 200) -> Response:
    """Return a JSON answer, the same bytes for the same members."""
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, mimetype="application/json")


def answer_nothing() -> Response:
    """Return the answer to what was done and has nothing to tell."""
    return Response(status=204, mimetype="application/json")  # an empty page would need a banner


def compose_problem(error: Exception, explanation: Explanation) -> Response:
    """Return an error as RFC 9457 has it: a message of ours with its words, anything else with those of its kind."""
    status = _status_of(error, explanation)
    problem: dict[str, Any] = {
        "title": _title_of(error, explanation, status),
        "status": status,
        "detail": _detail_of(error, explanation, status),
        "ref": scope.reference(),
    }
    if isinstance(error, RefusalError):
        problem["reason"] = error.reason.value
        if error.attempts_remaining is not None:
            problem["attempts_remaining"] = error.attempts_remaining
    response = answer(problem, status)
    response.mimetype = PROBLEM
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _status_of(error: Exception, explanation: Explanation) -> int:
    if isinstance(error, HTTPException) and error.code is not None:
        return error.code
    if isinstance(error, StoreConflictError):
        return HTTPStatus.CONFLICT
    is_missing = isinstance(error, StoreError) and "no snapshot" in str(error)
    return HTTPStatus.NOT_FOUND if is_missing else explanation.status


def _title_of(error: Exception, explanation: Explanation, status: int) -> str:
    """Return a word for programs: that of the page's table, or the status's own name."""
    if isinstance(error, (RefusalError, MessageError)) or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return explanation.code
    entry = STATUSES.get(status)
    return HTTPStatus(status).phrase.lower().replace(" ", "_") if entry is None else entry.code


def _detail_of(error: Exception, explanation: Explanation, status: int) -> str:
    if isinstance(error, (MessageError, StoreError)):
        return str(error)
    if isinstance(error, RefusalError):
        return _OF_PHONE if explanation.code == MALFORMED.code else explanation.what
    if isinstance(error, HTTPException) and type(error).description != error.description:
        return str(error.description)
    return _DETAILS.get(status, explanation.what)
