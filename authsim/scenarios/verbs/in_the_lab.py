"""Verbs of the lab and of the operator: time, faults, chance, and what is done to users from outside."""

from functools import partial
from typing import Final

from authsim.scenarios.seen import Seen
from authsim.scenarios.verb import COUNT, FLAG, NAME, SECONDS, TEXT, Given, Kind, Verb
from authsim.scenarios.world import World

_FAULT: Final[dict[str, Kind]] = {
    "name": TEXT,
    "user": NAME,
    "step": TEXT,
    "nth": COUNT,
    "every": COUNT,
    "seconds": SECONDS,
    "by_seconds": SECONDS,
}


def advance(world: World, given: Given) -> Seen:
    """Move the clock forwards for everybody."""
    told = world.lab.change_clock(advance_ms=round(given["seconds"] * 1000))
    return Seen(value=told["now_ms"], facts=told)


def freeze(world: World, given: Given) -> Seen:
    """Let the clock stand still, or go on."""
    told = world.lab.change_clock(freeze=given.get("frozen", True))
    return Seen(value=told["now_ms"], facts=told)


def fault(world: World, given: Given) -> Seen:
    """Switch a fault on."""
    world.arm({name: value for name, value in given.items() if name != "as"})
    return Seen()


def end_fault(world: World, given: Given) -> Seen:
    """Switch a fault off."""
    world.lab.disarm_fault(given["name"])
    return Seen()


def lab_user(deed: str, world: World, given: Given) -> Seen:
    """Do something to a user or to their phone, as the operator."""
    deeds = {
        "lock": world.lab.lock_user,
        "unlock": world.lab.unlock_user,
        "revoke": world.lab.revoke_phone,
        "unsuspend": world.lab.resume_phone,
    }
    deeds[deed](given["user"])
    return Seen()


def look_up_user(world: World, given: Given) -> Seen:
    """Look at what the operator sees of a user; its members are facts."""
    told = world.lab.find_user(given["user"])
    return Seen(value=told.get("state"), facts=told)


def opt_out(world: World, given: Given) -> Seen:
    """Opt a user out of the secure login system for trading, as the operator."""
    return Seen(said=world.run_operator("secure", given["user"], "opt-out"))


_USER: Final = {"user": NAME}
_DEEDS: Final = {
    "lock": "Locks a user, as too many failures would.",
    "unlock": "Lifts a lock, as the operator.",
    "revoke": "Takes the phone of a user out of use, as the operator.",
    "unsuspend": "Lets a suspended phone answer again, as the help desk.",
}

VERBS: Final = (
    Verb(
        name="advance",
        says="Moves the clock of portal, phones, texts and notifications forwards, in seconds.",
        play=advance,
        main="seconds",
        members={"seconds": SECONDS},
        required=("seconds",),
    ),
    Verb(
        name="freeze",
        says="Lets the clock stand still, or go on.",
        play=freeze,
        main="frozen",
        members={"frozen": FLAG},
    ),
    Verb(name="fault", says="Switches a fault on.", play=fault, main="name", members=_FAULT, required=("name",)),
    Verb(
        name="end_fault",
        says="Switches a fault off.",
        play=end_fault,
        main="name",
        members={"name": TEXT},
        required=("name",),
    ),
    *(
        Verb(name=name, says=says, play=partial(lab_user, name), main="user", members=_USER, required=("user",))
        for name, says in _DEEDS.items()
    ),
    Verb(
        name="look_up_user",
        says="Looks at what the operator sees of a user: the state is the value, all of it are members.",
        play=look_up_user,
        main="user",
        members=_USER,
        required=("user",),
    ),
    Verb(
        name="opt_out",
        says="Opts a user out of the secure login system for trading, as the operator.",
        play=opt_out,
        main="user",
        members=_USER,
        required=("user",),
    ),
)
