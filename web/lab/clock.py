"""The lab's clock over HTTP."""

from typing import Any, Final

from flask import Blueprint, Response

from authsim.errors import MessageError
from authsim.lab.clock import Change, Moment
from authsim.lab.telling import LAB

from .door import PREFIX, Kinds, answer, lab, read_members

api: Final = Blueprint("lab_clock", __name__)

_MEMBERS: Final[dict[str, Kinds]] = {
    "freeze": (bool,),
    "at_ms": (int,),
    "advance_ms": (int,),
    "scale": (int, float),
    "skew_ms": (int,),
    "actor": (str,),
}


@api.get(f"{PREFIX}/clock")
def show() -> Response:
    """Return how the clock stands."""
    return answer(describe(lab().clock.read()))


@api.post(f"{PREFIX}/clock")
def change() -> Response:
    """Freeze, set, advance, scale or skew; several at once, in this order, are done all or not at all."""
    members = read_members(_MEMBERS)
    if not members:
        raise MessageError(f"say what to do with the clock. Known are: {', '.join(_MEMBERS)}")
    if ("skew_ms" in members) != ("actor" in members):
        raise MessageError("skew_ms goes with an actor (portal, text, push, phone:ID), and the other way round")
    actor = members.get("actor")
    moment = lab().clock.change(
        Change(
            is_frozen=members.get("freeze"),
            shown_ms=members.get("at_ms"),
            advance_ms=members.get("advance_ms"),
            rate=members.get("scale"),
            skew=None if actor is None else (actor, members["skew_ms"] or 0),
        )
    )
    lab().teller.tell(LAB, "clock:changed")
    return answer(describe(moment))


def describe(moment: Moment) -> dict[str, Any]:
    """Return the clock as JSON has it."""
    return {
        "now_ms": lab().clock.now_ms(),
        "frozen": moment.is_frozen,
        "scale": moment.rate,
        "skews_ms": dict(moment.skews_ms),
    }
