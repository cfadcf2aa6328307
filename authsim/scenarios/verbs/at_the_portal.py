"""Verbs of any page of the portal: open it, send its forms, read it, give both factors once more for a purpose."""

from pathlib import Path
from typing import Final

from authsim.ends.browser import MissingElementError
from authsim.scenarios.picture import draw_svg
from authsim.scenarios.seen import ActError, Seen, see_page
from authsim.scenarios.verb import FIELDS, FLAG, NAME, PATH, TEXT, Given, Verb
from authsim.scenarios.verbs.logging_in import choose, compute
from authsim.scenarios.virtual import decode_picture
from authsim.scenarios.world import Sitting, World
from authsim.testing.pages import CHOOSER, SESSION_ID

_PHONE: Final = "IB Key"


def open_page(world: World, given: Given) -> Seen:
    """Open a page of the portal, in a fresh browser where `user` says who sits there."""
    sitting = _sitting(world, given)
    page = sitting.turn_to(sitting.browser.open(given["path"]))
    return see_page(page, facts={"path": page.path})


def submit(world: World, given: Given) -> Seen:
    """Send the form of the page that is open, of the page that `at` opens first, or of one that was kept."""
    sitting = _sitting(world, given)
    if given.get("at"):
        sitting.turn_to(sitting.browser.open(given["at"]))
    page = world.kept_page(given["of"]) if given.get("of") else sitting.page
    form = page.form_to(given["form"])
    page = sitting.turn_to(sitting.browser.submit(form, **given.get("fields", {})))
    return see_page(page, facts={"path": page.path})


def follow(world: World, given: Given) -> Seen:
    """Follow the first link whose address has this in it."""
    sitting = world.sitting(given.get("login", ""))
    links = [element.attributes.get("href", "") for element in sitting.page.root.walk() if element.tag == "a"]
    found = next((link for link in links if given["link"] in link), None)
    if found is None:
        raise ActError(f"{sitting.page.path} leads to no {given['link']}")
    page = sitting.turn_to(sitting.browser.open(found))
    return see_page(page, value=page.path, facts={"path": page.path})


def read(world: World, given: Given) -> Seen:
    """Read the text of one element of the page that is open."""
    page = world.sitting(given.get("login", "")).page
    element = page.require(given["element"])
    items = [one.text for one in element.walk() if one.tag in {"li", "option"}]
    return see_page(page, value=element.text, facts={"path": page.path, "items": items})


def read_code(world: World, given: Given) -> Seen:
    """Take a picture of the QR code of the page that is open, and read the Session ID beneath it."""
    sitting = world.sitting(given.get("login", ""))
    if given.get("at"):
        sitting.turn_to(sitting.browser.open(given["at"]))
    picture = take_picture(world, sitting)
    session_id = sitting.page.find(SESSION_ID)
    return see_page(
        sitting.page,
        value=str(picture),
        facts={"session_id": "" if session_id is None else session_id.text, "text": decode_picture(picture)},
    )


def take_picture(world: World, sitting: Sitting) -> Path:
    """Draw the QR code that a page shows, as a screenshot would."""
    plate = sitting.page.require(".qr-plate")
    svg = next((element for element in plate.walk() if element.tag == "svg"), None)
    if svg is None:
        raise MissingElementError(f"{sitting.page.path} draws no QR code")
    picture = world.next_picture()
    draw_svg(svg, picture)
    return picture


def verify(world: World, given: Given) -> Seen:
    """Give password and response once more, as a task of the portal asks, for the purpose of the task."""
    sitting = world.sitting(given.get("login", ""))
    user = given["user"]
    form = sitting.page.form_to("/portal/verify")
    page = sitting.turn_to(sitting.browser.submit(form, username=user, password=world.password_of(user)))
    if page.find(CHOOSER) is not None:
        choose(world, {"factor": _PHONE, "login": given.get("login", "")})
    page = sitting.turn_to(sitting.browser.show_challenge(sitting.page))
    if page.refusal:
        return see_page(page)
    response = compute(world, {"phone": given.get("phone", user), "purpose": given["purpose"]}, sitting, page)
    return see_page(sitting.turn_to(sitting.browser.answer(page, response)))


def _sitting(world: World, given: Given) -> Sitting:
    if given.get("fresh"):
        return world.open_browser(given.get("as", "visitor"), given.get("user", ""))
    return world.sitting(given.get("login", ""))


VERBS: Final = (
    Verb(
        name="open",
        says="Opens a page; `fresh` takes a fresh browser, which `as` names.",
        play=open_page,
        main="path",
        members={"path": PATH, "login": NAME, "fresh": FLAG, "user": NAME},
        required=("path",),
    ),
    Verb(
        name="submit",
        says="Sends the form that posts to `form`, of the open page, of the one `at`, or of a kept one.",
        play=submit,
        main="form",
        members={"form": PATH, "at": PATH, "of": NAME, "fields": FIELDS, "login": NAME, "fresh": FLAG, "user": NAME},
        required=("form",),
    ),
    Verb(
        name="follow",
        says="Follows the first link whose address has `link` in it; the path is the value.",
        play=follow,
        main="link",
        members={"link": TEXT, "login": NAME},
        required=("link",),
    ),
    Verb(
        name="read",
        says="Reads the text of an element of the page: it is the value, `items` are those of a list.",
        play=read,
        main="element",
        members={"element": TEXT, "login": NAME},
        required=("element",),
    ),
    Verb(
        name="read_code",
        says="Takes a picture of the QR code of the page; it is the value, with `session_id` and `text` as members.",
        play=read_code,
        main="login",
        members={"login": NAME, "at": PATH},
    ),
    Verb(
        name="verify",
        says="Gives password and response once more, where a task of the portal asks for them.",
        play=verify,
        main="user",
        members={"user": NAME, "login": NAME, "phone": NAME, "purpose": TEXT},
        required=("user", "purpose"),
    ),
)
