"""Who may come into the lab, how its messages are read, and how its errors leave.

A program on this machine, with the lab's token, without a cookie and not from a browser's page. Errors are
`application/problem+json` (RFC 9457): `detail` says what to do, and never repeats what was sent.
"""

import hmac
import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from flask import Response, request
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, Unauthorized, UnsupportedMediaType

from authsim.errors import MessageError, RefusalError, StoreError
from authsim.lab.laboratory import Lab
from authsim.protocol.networks import is_loopback

from .. import hosts, scope
from ..bare_answers import LAB_PREFIX
from ..refusals import explain

PREFIX: Final = LAB_PREFIX.removesuffix("/")
PROBLEM: Final = "application/problem+json"
#: What a client may call its requests by, to find them in the story again.
LABEL_HEADER: Final = "AuthSim-Lab-Label"
_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{16,128})", re.ASCII)
_JSON_TYPE: Final = re.compile(r"application/json(?: *; *charset=\"?utf-8\"?)?", re.ASCII | re.IGNORECASE)
_UNREADABLE: Final = (ValueError, RecursionError)
#: The kinds of value that a member may have.
Kinds: TypeAlias = tuple[type, ...]


def lab() -> Lab:
    """Return the lab that this application serves."""
    found = scope.portal().lab
    if found is None:
        raise NotFound
    return found


def require_lab() -> None:
    """Refuse whoever is not a program on this machine with the lab's token."""
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
        raise UnsupportedMediaType("send JSON, with 'Content-Type: application/json'")
    try:
        members = json.loads(content.decode("utf-8"), object_pairs_hook=_require_distinct) if content else {}
    except _UNREADABLE:
        raise MessageError("the body is no JSON in UTF-8, or names a member twice") from None
    if type(members) is not dict:
        raise MessageError("the body is no JSON object")
    if set(members) - set(known):
        raise MessageError(f"the body has a member that is not known. Known are: {', '.join(known) or 'none'}")
    for name in required:
        if name not in members:
            raise MessageError(f"the member {name} is missing")
    for name, value in members.items():
        kinds = known[name]
        if value is not None and type(value) not in kinds:
            raise MessageError(f"the member {name} is of another kind: {' or '.join(_KINDS[kind] for kind in kinds)}")
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


def answer(members: Mapping[str, Any] | list[Any], status: int = 200) -> Response:
    """Return a JSON answer, the same bytes for the same members."""
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, mimetype="application/json")


def answer_nothing() -> Response:
    """Return the answer to what was done and has nothing to tell."""
    return Response(status=204)


def answer_problem(error: Exception) -> Response:
    """Return an error as RFC 9457 has it: a message of ours with its words, anything else with those of its kind."""
    explanation = explain(error)
    detail = str(error) if isinstance(error, (MessageError, StoreError)) else explanation.what
    if isinstance(error, HTTPException) and type(error).description != error.description:
        detail = str(error.description)
    status = 404 if isinstance(error, StoreError) and "no snapshot" in detail else explanation.status
    problem = {"title": explanation.code, "status": status, "detail": detail, "ref": scope.reference()}
    if isinstance(error, RefusalError):
        problem["reason"] = error.reason.value
    response = answer(problem, status)
    response.mimetype = PROBLEM
    if explanation.retry_after_ms is not None:
        response.headers["Retry-After"] = str(max(1, -(-explanation.retry_after_ms // 1000)))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
