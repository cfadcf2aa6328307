"""Every operation of the lab's API, there only where a portal is served with `--lab`."""

from typing import Final

from .operation import Access, Operation, Parameter

LAB: Final = "Lab API"
_PREFIX: Final = "/api/lab/v1"
_WORD: Final = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9_.+-]+$"}
_PLACE: Final = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "default": 0}
_WAIT: Final = {"type": "integer", "minimum": 0, "maximum": 30_000, "default": 0}


def _in_path(name: str, says: str, *words: str) -> Parameter:
    schema = {"type": "string", "enum": list(words)} if words else _WORD
    return Parameter(name=name, place="path", says=says, schema=schema)


def _in_query(name: str, says: str, schema: dict[str, object]) -> Parameter:
    return Parameter(name=name, place="query", says=says, schema=schema)


_USER: Final = _in_path("name", "The name of a user.")
_PHONE: Final = _in_path("phone_id", "The id of a virtual phone.")
_AFTER: Final = _in_query("after", "Only what came after this place.", _PLACE)
_PATIENCE: Final = _in_query("wait_ms", "Wait so long, by the machine's clock, when there is nothing.", _WAIT)


def _operation(
    asked: str,
    name: str,
    says: str,
    *,
    reply: str = "",
    status: int = 0,
    message: str | None = None,
    is_needed: bool = False,
    declined: tuple[int, ...] = (),
    parameters: tuple[Parameter, ...] = (),
    later: str = "",
) -> Operation:
    """Return one operation; `asked` is its method and its address behind the prefix."""
    method, _, path = asked.partition(" ")
    missing = (404,) if any(parameter.place == "path" for parameter in parameters) else ()
    return Operation(
        method=method,
        path=f"{_PREFIX}{path}",
        name=name,
        says=says,
        group=LAB,
        reply=reply,
        status=status or (200 if reply else 204),
        message=message,
        is_message_needed=is_needed,
        access=Access.LAB,
        declined=(*missing, *declined),
        parameters=parameters,
        later=later,
    )


#: What the ceremonies refuse.
_REFUSED: Final = (401, 403, 404, 409, 429)

_WORLD: Final = (
    _operation("GET /clock", "showClock", "How the clock stands.", reply="Clock"),
    _operation(
        "POST /clock",
        "changeClock",
        "Freeze, set, advance, scale or skew, in this order.",
        reply="Clock",
        message="ClockChange",
        is_needed=True,
    ),
    _operation("GET /seed", "showSeed", "The seed of all chance, or null.", reply="Seed"),
    _operation(
        "PUT /seed",
        "changeSeed",
        "Begin the sequence of a seed; null for the machine's chance.",
        reply="Seed",
        message="Seed",
        is_needed=True,
    ),
    _operation("GET /snapshots", "listSnapshots", "The names of what is kept.", reply="Snapshots"),
    _operation(
        "POST /snapshots",
        "takeSnapshot",
        "Keep the whole world under a name.",
        reply="Snapshot",
        status=201,
        message="SnapshotWish",
        declined=(409,),
    ),
    _operation(
        "POST /snapshots/{name}/restore",
        "restoreSnapshot",
        "Bring the world back as it was kept.",
        parameters=(_in_path("name", "The name of a snapshot."),),
    ),
    _operation(
        "DELETE /snapshots/{name}",
        "dropSnapshot",
        "Forget a snapshot.",
        parameters=(_in_path("name", "The name of a snapshot."),),
    ),
    _operation("POST /reset", "resetLab", "Bring the world back as it was when the lab was opened."),
)
_FAULTS: Final = (
    _operation("GET /faults", "listFaults", "The faults that are on, and all that there are.", reply="Faults"),
    _operation(
        "PUT /faults/{name}",
        "armFault",
        "Switch a fault on, in place of one of that name.",
        reply="Fault",
        message="FaultWish",
        parameters=(_in_path("name", "The name of a fault."),),
    ),
    _operation(
        "DELETE /faults/{name}",
        "disarmFault",
        "Switch a fault off.",
        parameters=(_in_path("name", "The name of a fault."),),
    ),
    _operation("DELETE /faults", "disarmFaults", "Switch all faults off."),
    _operation(
        "GET /inbox/{number}",
        "listLabTexts",
        "The texts of a number as they arrive, with the codes in them.",
        reply="LabTexts",
        parameters=(_in_path("number", "A telephone number of a user."), _AFTER, _PATIENCE),
    ),
)
_USERS: Final = (
    _operation(
        "POST /users",
        "addUsers",
        "Add a user, or a crowd that shares one password.",
        reply="MadeUsers",
        status=201,
        message="UserWish",
        declined=_REFUSED,
    ),
    _operation("GET /users", "listUsers", "What an operator sees of all users.", reply="Users"),
    _operation(
        "GET /users/{name}", "showUser", "What an operator sees of one.", reply="UserFacts", parameters=(_USER,)
    ),
    _operation("DELETE /users/{name}", "removeUser", "Remove a user.", declined=(409,), parameters=(_USER,)),
    _operation(
        "POST /users/{name}/activation",
        "drawActivation",
        "A fresh activation URI.",
        reply="Activation",
        status=201,
        message="ActivationWish",
        declined=(409,),
        parameters=(_USER,),
    ),
    _operation("POST /users/{name}/lock", "lockUser", "Lock a user.", declined=(409,), parameters=(_USER,)),
    _operation("POST /users/{name}/unlock", "unlockUser", "Lift a lock.", declined=(409,), parameters=(_USER,)),
    _operation("POST /users/{name}/revoke", "revokePhone", "Revoke the phone.", declined=(409,), parameters=(_USER,)),
    _operation("POST /users/{name}/resume", "resumePhone", "Resume the phone.", declined=(409,), parameters=(_USER,)),
)
_PHONES: Final = (
    _operation(
        "POST /phones",
        "makePhones",
        "Make one virtual phone, or many.",
        reply="VirtualPhones",
        status=201,
        message="PhoneWish",
        declined=(409,),
    ),
    _operation("GET /phones", "listPhones", "All virtual phones.", reply="VirtualPhones"),
    _operation(
        "POST /phones/activate",
        "activatePhones",
        "Activate each phone for the user at the same place.",
        reply="ManyEnrolled",
        message="ManyWish",
        is_needed=True,
        declined=_REFUSED,
    ),
    _operation("GET /phones/{phone_id}", "showPhone", "One virtual phone.", reply="VirtualPhone", parameters=(_PHONE,)),
    _operation(
        "PUT /phones/{phone_id}",
        "changePhone",
        "Let its person behave otherwise.",
        reply="VirtualPhone",
        message="Habits",
        parameters=(_PHONE,),
    ),
    _operation("DELETE /phones/{phone_id}", "erasePhone", "Take a phone away.", parameters=(_PHONE,)),
    _operation(
        "POST /phones/{phone_id}/clone",
        "clonePhone",
        "Another phone with the same keys.",
        reply="VirtualPhone",
        status=201,
        declined=(409,),
        parameters=(_PHONE,),
    ),
    _operation(
        "POST /phones/{phone_id}/activate",
        "activatePhone",
        "Activate by a code, or for a user whose code the lab fetches.",
        reply="Enrolled",
        message="ActivateWish",
        declined=_REFUSED,
        parameters=(_PHONE,),
    ),
    _operation(
        "POST /phones/{phone_id}/add-user",
        "addUserToPhone",
        "Add a user by password and text; 202 while no text has come.",
        reply="Enrolled",
        message="AddUserWish",
        later="Waiting",
        declined=_REFUSED,
        parameters=(_PHONE,),
    ),
    _operation(
        "POST /phones/{phone_id}/respond",
        "respondByPhone",
        "The response to a challenge.",
        reply="Response",
        message="RespondWish",
        is_needed=True,
        declined=_REFUSED,
        parameters=(_PHONE,),
    ),
    _operation(
        "GET /phones/{phone_id}/requests",
        "listPhoneRequests",
        "What waits for an answer.",
        reply="PhoneRequests",
        declined=_REFUSED,
        parameters=(_PHONE,),
    ),
    _operation(
        "POST /phones/{phone_id}/{decision}",
        "decideByPhone",
        "Approve, deny or report a request.",
        reply="State",
        message="DecideWish",
        declined=_REFUSED,
        parameters=(_PHONE, _in_path("decision", "What the person does.", "approve", "deny", "report")),
    ),
    _operation(
        "POST /phones/{phone_id}/apps",
        "addApp",
        "Set up the authenticator app for a user.",
        reply="AppUser",
        status=201,
        message="AppWish",
        is_needed=True,
        declined=_REFUSED,
        parameters=(_PHONE,),
    ),
    _operation(
        "GET /phones/{phone_id}/apps/{user}",
        "showAppCode",
        "The code that the authenticator app shows now.",
        reply="AppCode",
        declined=_REFUSED,
        parameters=(_PHONE, _in_path("user", "The name of a user.")),
    ),
)
_TOLD: Final = (
    _operation(
        "GET /events",
        "listEvents",
        "The story of both ends.",
        reply="Events",
        parameters=(
            _AFTER,
            _in_query(
                "most", "At most so many.", {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1_000}
            ),
            _PATIENCE,
            *(_in_query(name, "Only what has this.", {"type": "string"}) for name in ("end", "what", "user", "why")),
            _in_query("label", "Only what has this.", {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}),
        ),
    ),
    _operation(
        "GET /verdict",
        "showVerdict",
        "How clients behaved, by user and in all.",
        reply="Verdict",
        parameters=(_AFTER,),
    ),
    _operation(
        "GET /coverage",
        "showCoverage",
        "Which states, transitions and refusals were met.",
        reply="Coverage",
        parameters=(_AFTER,),
    ),
)

LAB_OPERATIONS: Final = (*_WORLD, *_FAULTS, *_USERS, *_PHONES, *_TOLD)
