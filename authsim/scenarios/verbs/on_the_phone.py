"""Verbs of a phone: activate it, add users to it, let it answer, and let things happen to it."""

import shlex
from functools import partial
from pathlib import Path
from typing import Any, Final

from authsim.scenarios.authkey import see
from authsim.scenarios.expecting import expect
from authsim.scenarios.phones import Source, Typing, typed_code
from authsim.scenarios.seen import ActError, Seen
from authsim.scenarios.verb import FLAG, NAME, SECONDS, TEXT, Given, Kind, Verb
from authsim.scenarios.verbs.at_the_portal import take_picture
from authsim.scenarios.world import World

_WORDS: Final[Kind] = {
    "anyOf": [TEXT, {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1, "maxItems": 40}]
}


def activate(world: World, given: Given) -> Seen:
    """Activate a phone: by the operator's code for `user`, the QR code of a login, a kept picture or a Session ID."""
    address = world.relay().address if given.get("through_relay") else ""
    return world.phone(given.get("phone", "")).activate(_source(world, given), address=address)


def _source(world: World, given: Given) -> Source:
    if given.get("user"):
        return Source(text=world.lab.draw_activation(given["user"]).reveal_text())
    if given.get("code"):
        return Source(picture=Path(given["code"]))
    if given.get("session_id"):
        return Source(session_id=given["session_id"])
    return Source(picture=take_picture(world, world.sitting(given.get("login", ""))))


def compute_response(world: World, given: Given) -> Seen:
    """Let a phone answer a challenge, and type it nowhere."""
    phone = world.phone(given.get("phone", ""))
    return phone.respond(given["challenge"], user=given.get("user", ""), purpose=given.get("purpose", ""))


def decide(decision: str, world: World, given: Given) -> Seen:
    """Answer the request that waits on a phone, or the one that a picture of a QR code names."""
    picture = Path(given["code"]) if given.get("code") else None
    phone = world.phone(given.get("phone", ""))
    seen = phone.decide(decision, user=given.get("user", ""), number=given.get("number", ""), picture=picture)
    return Seen(
        value=seen.facts.get("state"), said=seen.said, refusal=seen.refusal, status=seen.status, facts=seen.facts
    )


def enrol(command: str, world: World, given: Given) -> Seen:
    """Add a user to a phone by password and text; the code that came is the value."""
    user = given["user"]
    typing = Typing(
        user=user,
        password=given.get("password") or world.password_of(user),
        code=given.get("code", "right"),
        dawdle_ms=round(given.get("dawdle_seconds", 0) * 1000),
    )
    return world.phone_for(given.get("phone", ""), user).enrol(command, typing)


def resume(world: World, given: Given) -> Seen:
    """Go on with an activation that has no reply yet, or with a code that is typed once more."""
    phone = world.authkey(given["phone"])
    if not given.get("code"):
        return phone.run(["activate", "--resume"], pin=True)
    typing = Typing(user="", password="", code="wrong" if given.get("wrong") else "right")
    return phone.run(["activate", "--resume", "--code-stdin"], pin=True, text=typed_code(given["code"], typing))


def listen(world: World, given: Given) -> Seen:
    """Let a phone wait for a notification, which it approves."""
    world.phone(given.get("phone", "")).listen()
    return Seen()


def hear(world: World, given: Given) -> Seen:
    """Return what the phone that listened has heard."""
    return world.phone(given.get("phone", "")).hear()


def run_authkey(world: World, given: Given) -> Seen:
    """Run any command of `authkey` on a phone."""
    words = given["run"]
    typed = shlex.split(words) if isinstance(words, str) else [str(word) for word in words]
    phone = world.authkey(given["phone"])
    if given.get("other_pin"):
        file = world.write("other.pin", given["other_pin"] + "\n")
        return phone.run([*typed, "--pin-file", str(file)], text=given.get("text", ""))
    return phone.run(typed, pin=given.get("pin", False), text=given.get("text", ""))


def set_pin(world: World, given: Given) -> Seen:
    """Let the owner of a phone type another PIN from now on."""
    world.authkey(given["phone"]).set_pin(given["pin"])
    return Seen()


def change_pin(world: World, given: Given) -> Seen:
    """Change the PIN of a phone, as its app does: the portal judges the password first."""
    user = given["user"]
    phone = world.authkey(given.get("phone", user))
    new = world.write(f"{user}.new-pin", given["pin"] + "\n")
    password = world.write(f"{user}.password", given.get("password") or world.password_of(user))
    return phone.run(["change-pin", user, "--new-pin-file", str(new), "--password-file", str(password)], pin=True)


def recover(world: World, given: Given) -> Seen:
    """Restore IB Key: iOS asks whether to; Android asks for what `user` is asked when added."""
    if given.get("user"):
        return enrol("recover", world, given)
    return world.authkey(given["phone"]).run(["recover", "--yes"], pin=True)


def trade(world: World, given: Given) -> Seen:
    """Log in with `authkey trade` on a device of its own; the phone's response is typed where it is asked for."""
    user = given["user"]
    device = world.child(f"{user}-trades")
    password = world.write(f"{user}.password", world.password_of(user))
    process = device.child.start(
        "trade", user, "--portal", world.address, "--password-file", str(password), "--response-stdin"
    )
    challenge = (process.stdout.readline() if process.stdout else "").strip()
    if not (challenge.isascii() and challenge.isdigit()):
        done = see(device.child.finish(process))
        return Seen(value="", said=f"{challenge}\n{done.said}", refusal=done.refusal, status=done.status)
    response = world.phone_for(given.get("phone", ""), user).respond(challenge)
    expect(not response.refusal, response.refusal)
    if given.get("dawdle_seconds"):
        world.lab.change_clock(advance_ms=round(given["dawdle_seconds"] * 1000))
    typing = Typing(user=user, password="", code="wrong" if given.get("wrong") else "right")
    return see(device.child.finish(process, typed_code(str(response.value), typing) + "\n"))


def lose_reply(world: World, given: Given) -> Seen:
    """Lose the portal's next answer to a request that begins so and comes by the relay."""
    world.relay().lose_reply_to(given["to"].encode())
    return Seen()


def require_lost(world: World, given: Given) -> Seen:  # noqa: ARG001 - every verb is called so
    """Tell how many replies were lost."""
    if not world.relay().lost:
        raise ActError("no reply was lost")
    return Seen(value=world.relay().lost)


_PHONE: Final = {"phone": NAME}
_ENROLLED: Final[dict[str, Any]] = {
    "user": NAME,
    "phone": NAME,
    "password": TEXT,
    "code": {**TEXT, "description": "`right`, `wrong`, or the digits that are typed."},
    "dawdle_seconds": SECONDS,
}
_DECIDED: Final = {"phone": NAME, "user": NAME, "number": TEXT, "code": TEXT}
_DECISIONS: Final = {
    "approve": "Approves the request that waits on a phone, or the one whose picture `code` is.",
    "deny": "Denies it.",
    "report": "Says that it wasn't me.",
}
_ENROLMENTS: Final = {
    "register": "Registers in the app by password and text; the code is the value. `code: wrong` mistypes it.",
    "add_user": "Adds one more user to a phone by password and text; the code is the value.",
    "migrate": "Moves IB Key to this phone by password and text.",
}

VERBS: Final = (
    Verb(
        name="activate",
        says="Activates a phone: by the operator's code for `user`, the QR code of a login, or what was kept of one.",
        play=activate,
        main="phone",
        members={**_PHONE, "user": NAME, "login": NAME, "code": TEXT, "session_id": TEXT, "through_relay": FLAG},
    ),
    Verb(
        name="compute_response",
        says="Lets a phone answer a challenge; the response is the value.",
        play=compute_response,
        members={**_PHONE, "challenge": TEXT, "user": NAME, "purpose": TEXT},
        required=("challenge",),
    ),
    *(
        Verb(name=name, says=says, play=partial(decide, name), main="phone", members=_DECIDED)
        for name, says in _DECISIONS.items()
    ),
    *(
        Verb(
            name=name,
            says=says,
            play=partial(enrol, name.replace("_", "-")),
            main="user",
            members=_ENROLLED,
            required=("user",),
        )
        for name, says in _ENROLMENTS.items()
    ),
    Verb(
        name="recover",
        says="Restores IB Key on a phone: with `user` by password and text (Android), without by Yes (iOS).",
        play=recover,
        main="phone",
        members=_ENROLLED,
        required=("phone",),
    ),
    Verb(
        name="resume",
        says="Asks again for a reply that did not come, or types a code once more.",
        play=resume,
        main="phone",
        members={**_PHONE, "code": TEXT, "wrong": FLAG},
        required=("phone",),
    ),
    Verb(name="listen", says="Lets a phone approve the next notification.", play=listen, main="phone", members=_PHONE),
    Verb(
        name="hear", says="Waits until it has; `user` and `state` are members.", play=hear, main="phone", members=_PHONE
    ),
    Verb(
        name="authkey",
        says="Runs any command of `authkey` on a phone of that kind; `pin` types its PIN, `text` stands on its stdin.",
        play=run_authkey,
        members={**_PHONE, "run": _WORDS, "pin": FLAG, "other_pin": TEXT, "text": TEXT},
        required=("phone", "run"),
    ),
    Verb(
        name="set_pin",
        says="Lets the owner of a phone type another PIN from now on.",
        play=set_pin,
        members={**_PHONE, "pin": TEXT},
        required=("phone", "pin"),
    ),
    Verb(
        name="change_pin",
        says="Changes the PIN in the app, by the password.",
        play=change_pin,
        members={**_PHONE, "user": NAME, "pin": TEXT, "password": TEXT},
        required=("user", "pin"),
    ),
    Verb(
        name="trade",
        says="Logs in with `authkey trade`, on a device of its own; the phone answers where it is asked.",
        play=trade,
        main="user",
        members={"user": NAME, "phone": NAME, "wrong": FLAG, "dawdle_seconds": SECONDS},
        required=("user",),
    ),
    Verb(
        name="lose_reply",
        says="Loses the portal's next answer to a request that begins so, on the way that `through_relay` takes.",
        play=lose_reply,
        main="to",
        members={"to": TEXT},
        required=("to",),
    ),
    Verb(name="require_lost", says="Goes on if a reply was lost.", play=require_lost, members={}),
)
