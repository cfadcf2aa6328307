"""The board of faults over HTTP: what is on, what there is, and switching on and off."""

from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, Response

from authsim.errors import MessageError
from authsim.lab.board import Fault, require_kind
from authsim.lab.catalogue import FAULTS, FaultKind
from authsim.verifier.passwords import USER_NAME

from .door import PREFIX, Kinds, answer, answer_nothing, lab, read_members

api: Final = Blueprint("lab_faults", __name__)

_MEMBERS: Final[dict[str, Kinds]] = {
    "user": (str,),
    "step": (str,),
    "nth": (int,),
    "every": (int,),
    "seconds": (int, float),
    "by_ms": (int,),
}


@api.get(f"{PREFIX}/faults")
def show() -> Response:
    """Return the faults that are on, and all that there are."""
    known = [describe_kind(kind) for _, kind in sorted(FAULTS.items())]
    return answer({"faults": [asdict(fault) for fault in lab().board.list_on()], "known": known})


@api.put(f"{PREFIX}/faults/<name>")
def arm(name: str) -> Response:
    """Switch a fault on, in place of one of that name; return it as it is now."""
    kind = require_kind(name)
    members = read_members(_MEMBERS)
    user = members.get("user")
    if user is not None and not USER_NAME.fullmatch(user):
        raise MessageError("user is no name that a user can have")
    return answer(asdict(lab().board.arm(Fault(name=kind.name, **members))))


@api.delete(f"{PREFIX}/faults/<name>")
def disarm(name: str) -> Response:
    """Switch a fault off; one that is not on is no error."""
    read_members({})
    lab().board.disarm(name)
    return answer_nothing()


@api.delete(f"{PREFIX}/faults")
def disarm_all() -> Response:
    """Switch all faults off."""
    read_members({})
    lab().board.disarm_all()
    return answer_nothing()


def describe_kind(kind: FaultKind) -> dict[str, Any]:
    """Return what there is to know of a fault before it is switched on."""
    return {
        "name": kind.name,
        "says": kind.says,
        "steps": [step.value for step in kind.steps],
        "by_ms": kind.by_ms,
        "needs_user": kind.needs_user,
    }
