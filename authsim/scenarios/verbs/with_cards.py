"""Verbs of the other second factors: codes by text and by app, printed cards, cards with a PIN."""

import re
from typing import Final

import pyotp

from authsim.scenarios.expecting import expect
from authsim.scenarios.phones import other_digits
from authsim.scenarios.seen import ActError, Seen, see_page
from authsim.scenarios.verb import FLAG, NAME, PATH, TEXT, Given, Kind, Verb, one_of
from authsim.scenarios.world import World

_CODE: Final = "/sso/SecondFactor/code"
_INDEX: Final = re.compile(r"[0-9]{3}", re.ASCII)
_ASKED: Final = 2
_CARD_PIN: Final = "1357"
#: The field of the login page for each kind of second factor.
_FIELDS: Final = {
    "code": "silver-response",
    "values": "bronze-response",
    "response": "gold-response",
    "passcode": "temp-response",
}
_KIND: Final[Kind] = one_of(*_FIELDS)


def read_text(world: World, given: Given) -> Seen:
    """Read the newest text to a user's number; its code is the value. None came: the value is nothing."""
    found = world.texts_of(given["user"])
    if not found:
        return Seen(value="", facts={"count": 0, "text": "", "code": ""})
    newest = found[-1]
    facts = {"count": len(found), "text": newest["text"], "code": newest["code"] or ""}
    return Seen(value=facts["code"], said=str(newest["text"]), facts=facts)


def enter(world: World, given: Given) -> Seen:
    """Type an answer into the field that the login shows for that kind of second factor."""
    sitting = world.sitting(given.get("login", ""))
    typed = other_digits(given["typed"]) if given.get("wrong") else given["typed"]
    form = sitting.page.form_to(given.get("form", _CODE))
    return see_page(sitting.turn_to(sitting.browser.submit(form, **{_FIELDS[given["kind"]]: typed})))


def mistype(world: World, given: Given) -> Seen:  # noqa: ARG001 - every verb is called so
    """Make other digits of a code."""
    return Seen(value=other_digits(given["code"]))


def read_app(world: World, given: Given) -> Seen:
    """Read the code that an authenticator app shows now, by the lab's clock."""
    app = pyotp.parse_uri(str(world.find(given["user"], "authenticator")))
    expect(isinstance(app, pyotp.TOTP), "the app counts no time")
    now_s = world.lab.read_clock()["now_ms"] // 1000
    return Seen(value=str(app.at(now_s)) if isinstance(app, pyotp.TOTP) else "")


def print_card(world: World, given: Given) -> Seen:
    """Print the card of index numbers that the page shows; how many values it has is the value."""
    page = world.sitting(given.get("login", "")).page
    cells = [item.text.replace(" ", "") for item in page.require(".values").walk() if item.tag == "li"]
    values = {f"v{cell[:3]}": cell[3:] for cell in cells}
    return see_page(page, value=len(values), facts=values)


def look_up(world: World, given: Given) -> Seen:
    """Look up the values that the page asks for on a printed card; together they are the value."""
    page = world.sitting(given.get("login", "")).page
    asked = _INDEX.findall(page.require(".indices").text)[:_ASKED]
    expect(len(asked) == _ASKED, "the page asks for no two index numbers")
    values = "".join(str(world.find(given["card"], f"v{index}")) for index in asked)
    return see_page(page, value=values, facts={"small": values.lower()})


def card(world: World, given: Given) -> Seen:
    """Use a card with a PIN that lies with a phone: receive it by letter, or answer a challenge with it."""
    phone = world.authkey(given["phone"])
    file = world.write("card.pin", given.get("pin", _CARD_PIN) + "\n")
    if given.get("letter"):
        return phone.run(["card", "receive", "-", "--pin-file", str(file)], text=given["letter"])
    if not given.get("challenge"):
        raise ActError("say what the card is for: a letter to receive it, or a challenge")
    return phone.run(["card", "respond", given["challenge"], "--pin-file", str(file)])


VERBS: Final = (
    Verb(
        name="read_text",
        says="Reads the newest text to a user's number: its code is the value, `text` and `count` are members.",
        play=read_text,
        main="user",
        members={"user": NAME},
        required=("user",),
    ),
    Verb(
        name="enter",
        says="Types an answer into the login's field for a code, values of a card, a response or a passcode.",
        play=enter,
        members={"kind": _KIND, "typed": TEXT, "wrong": FLAG, "login": NAME, "form": PATH},
        required=("kind", "typed"),
    ),
    Verb(
        name="mistype",
        says="Makes other digits of a code; they are the value.",
        play=mistype,
        main="code",
        members={"code": TEXT},
        required=("code",),
    ),
    Verb(
        name="read_app",
        says="Reads the code of a user's authenticator app; it is the value.",
        play=read_app,
        main="user",
        members={"user": NAME},
        required=("user",),
    ),
    Verb(
        name="print_card",
        says="Prints the card of index numbers that the page shows; `look_up` finds its values by the name of `as`.",
        play=print_card,
        main="login",
        members={"login": NAME},
    ),
    Verb(
        name="look_up",
        says="Looks up on a printed card what the page asks for; it is the value, `small` the same in small letters.",
        play=look_up,
        main="card",
        members={"card": NAME, "login": NAME},
        required=("card",),
    ),
    Verb(
        name="card",
        says="Uses a card with a PIN beside a phone: receives it by `letter`, or answers a `challenge`.",
        play=card,
        members={"phone": NAME, "letter": TEXT, "challenge": TEXT, "pin": TEXT},
        required=("phone",),
    ),
)
