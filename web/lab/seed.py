"""The lab's chance over HTTP: a seed lets all draws repeat."""

from typing import Final

from flask import Blueprint, Response

from authsim.errors import MessageError
from authsim.lab.entropy import MOST_SEED
from authsim.lab.telling import LAB

from .door import PREFIX, answer, lab, read_members

api: Final = Blueprint("lab_seed", __name__)


@api.get(f"{PREFIX}/seed")
def show() -> Response:
    """Return the seed, or null where chance is the machine's."""
    return answer({"seed": lab().entropy.read_seed()})


@api.put(f"{PREFIX}/seed")
def change() -> Response:
    """Begin the sequence of a seed; null goes back to the machine's chance."""
    members = read_members({"seed": (int,)})
    if "seed" not in members:
        raise MessageError("the member seed is missing: a whole number, or null for the machine's chance")
    seed = members["seed"]
    if seed is not None and not 0 <= seed <= MOST_SEED:
        raise MessageError(f"seed is a number from 0 to {MOST_SEED}, or null")
    lab().entropy.seed(seed)
    lab().teller.tell(LAB, "seed:changed")
    return show()
