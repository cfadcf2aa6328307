"""The whole simulated world kept and brought back over HTTP: users, phones, texts, logins, record, clock and chance."""

from typing import Final

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from authsim.errors import MessageError
from authsim.lab.crowd import draw_names
from authsim.lab.ports import BEGINNING
from authsim.lab.telling import LAB

from .door import PREFIX, answer, answer_nothing, lab, read_members

api: Final = Blueprint("lab_snapshots", __name__)

_PREFIX: Final = "snapshot-"
#: How long a world waits to be left until its phones are done with what they do just now.
_PATIENCE_S: Final = 2.0


@api.post(f"{PREFIX}/snapshots")
def take() -> Response:
    """Keep the world under a name, in place of an older one of that name; return the name."""
    members = read_members({"name": (str,)})
    name = members.get("name") or next(draw_names(_PREFIX, lab().snapshots.list_names()))
    lab().snapshots.take(name)
    lab().teller.tell(LAB, "snapshot:taken", snapshot=name)
    return answer({"snapshot": name}, 201)


@api.get(f"{PREFIX}/snapshots")
def list_all() -> Response:
    """Return the names of what is kept; `beginning` is what a reset goes back to."""
    return answer({"snapshots": list(lab().snapshots.list_names())})


@api.post(f"{PREFIX}/snapshots/<name>/restore")
def restore(name: str) -> Response:
    """Bring the world back: record and story too, which then say that it was."""
    read_members({})
    _require(name)
    _bring_back(name)
    lab().teller.tell(LAB, "snapshot:restored", snapshot=name)
    return answer_nothing()


@api.delete(f"{PREFIX}/snapshots/<name>")
def drop(name: str) -> Response:
    """Forget a snapshot; the one that a reset needs stays."""
    if name == BEGINNING:
        raise MessageError(f"{BEGINNING} is what a reset goes back to, and stays. Take one of that name to replace it")
    _require(name)
    lab().snapshots.drop(name)
    return answer_nothing()


@api.post(f"{PREFIX}/reset")
def reset() -> Response:
    """Bring back the world as it was when the lab was opened. Nothing tells of it: two runs after it are the same."""
    read_members({})
    _bring_back(BEGINNING)
    return answer_nothing()


def _require(name: str) -> None:
    if name not in lab().snapshots.list_names():
        raise NotFound("there is no snapshot of that name: GET snapshots tells which there are")


def _bring_back(name: str) -> None:
    # Phones of this worker finish what they do just now; those of others find out before they send (`require_world`).
    lab().hands.wait_until_idle(_PATIENCE_S)
    lab().snapshots.restore(name)
    lab().agenda.look_out()  # what waited then waits again
