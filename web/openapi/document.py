"""Makes the OpenAPI 3.1 document out of the operations and the messages."""

from http import HTTPStatus
from typing import Any, Final

from authsim import __version__

from ..banner import SENTENCE
from .operation import STREAM, Access, Operation, Parameter
from .operations import INBOX, OPERATIONS
from .schemas import SCHEMAS, refer

_PHONE: Final = "deviceToken"
_BROWSER: Final = "session"
_LAB: Final = "labToken"
_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
#: How a refusal is told, where it is not `Error`.
_ERRORS: Final = {
    Access.LAB: (_PROBLEM, "Problem"),
    Access.GATEWAY: (_JSON, "GatewayError"),
    Access.PROGRAM: (_JSON, "GatewayError"),
}
_SCHEMES: Final = {Access.PHONE: _PHONE, Access.BROWSER: _BROWSER, Access.LAB: _LAB}
_SAYS: Final = (
    f"{SENTENCE}. Messages as `docs/protocol.md` tells them; each refusal is `Error`, and `docs/refusals.md`"
    " says what it means and what to do. Messages have exactly their members. Numbers are integers. The device API and"
    " the trading API take no cookie."
)


def compose(
    *, session_cookie: str, is_inbox_open: bool, is_lab_open: bool = False, is_gateway: bool = False
) -> dict[str, Any]:
    """Return the document. `session_cookie`: what the cookie of a browser's session is called at this portal."""
    operations: tuple[Operation, ...] = OPERATIONS
    schemas = dict(SCHEMAS)
    if is_gateway:
        from .gateway_operations import GATEWAY_OPERATIONS  # only here, and only then
        from .gateway_schemas import GATEWAY_SCHEMAS

        operations += GATEWAY_OPERATIONS
        schemas |= GATEWAY_SCHEMAS
    if is_lab_open:
        from .lab_operations import LAB_OPERATIONS  # only here, and only then
        from .lab_schemas import LAB_SCHEMAS

        operations += LAB_OPERATIONS
        schemas |= LAB_SCHEMAS
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        if operation.group != INBOX or is_inbox_open:
            paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation)
    lab_token = {"type": "http", "scheme": "bearer", "description": "The token in the lab's token file."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "AuthSim", "version": __version__, "description": _SAYS, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        "tags": [{"name": group} for group in dict.fromkeys(operation.group for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                _PHONE: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of POST /api/device/v1/session.",
                },
                _BROWSER: {"type": "apiKey", "in": "cookie", "name": session_cookie},
                **({_LAB: lab_token} if is_lab_open else {}),
            },
        },
    }


def _describe(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.says,
        "tags": [operation.group],
        "responses": {str(operation.status): _describe_reply(operation)}
        | {str(status): _describe_refusal(status, operation.access) for status in operation.refusals},
    }
    if operation.later:
        described["responses"]["202"] = _describe_message(202, operation.later)
    if operation.leads_away:
        described["responses"]["303"] = {
            "description": "The page of this portal's profile.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        }
    if operation.parameters:
        described["parameters"] = [_describe_parameter(parameter) for parameter in operation.parameters]
    if operation.message is not None:
        content = {_JSON: {"schema": refer(operation.message)}}
        described["requestBody"] = {"required": operation.is_message_needed, "content": content}
    if operation.access in _SCHEMES:
        described["security"] = [{_SCHEMES[operation.access]: []}]
    return described


def _describe_reply(operation: Operation) -> dict[str, Any]:
    if operation.reply == STREAM:
        return {"description": "Server-Sent Events", "content": {STREAM: {"schema": _describe_event(operation)}}}
    if not operation.reply:
        return {"description": HTTPStatus(operation.status).phrase}
    return _describe_message(operation.status, operation.reply)


def _describe_message(status: int, message: str) -> dict[str, Any]:
    content = {_JSON: {"schema": refer(message)}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _describe_event(operation: Operation) -> dict[str, Any]:
    """Return one event of a stream: its name, and a message as text in its data."""
    messages = [refer(message) for _, message in operation.events]
    data = {
        "type": "string",
        "contentMediaType": _JSON,
        "contentSchema": messages[0] if len(messages) == 1 else {"anyOf": messages},
    }
    return {
        "type": "object",
        "properties": {"event": {"enum": [name for name, _ in operation.events]}, "data": data},
        "required": ["event", "data"],
    }


def _describe_refusal(status: int, access: Access) -> dict[str, Any]:
    kind, error = _ERRORS.get(access, (_JSON, "Error"))
    described: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {kind: {"schema": refer(error)}},
    }
    whole = {"schema": {"type": "integer", "minimum": 0}}
    if status in (429, 503):
        described["headers"] = {"Retry-After": {"description": "How many seconds to wait.", **whole}}
    if status == 401 and access not in _ERRORS:
        described["headers"] = {"AuthSim-Attempts-Remaining": {"description": "How many tries are left.", **whole}}
    return described


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.says,
        "schema": dict(parameter.schema),
    }
