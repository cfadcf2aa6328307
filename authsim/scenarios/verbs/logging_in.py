"""Verbs of a login: password, choice, challenge, response, notification, and its end."""

import time
from typing import Final

from authsim.ends.browser import Element, Page
from authsim.scenarios.expecting import expect
from authsim.scenarios.phones import other_digits
from authsim.scenarios.seen import ActError, Seen, see_page
from authsim.scenarios.verb import FLAG, NAME, SECONDS, TEXT, Given, Verb
from authsim.scenarios.world import Sitting, World
from authsim.testing.pages import CHALLENGE, CHOOSER

_STATE: Final = "/sso/SecondFactor/state"
_PAGE: Final = "/sso/SecondFactor"
_WAITING: Final = "waiting"
_MOST_SECONDS: Final = 20
_LOOK_SECONDS: Final = 0.02
_DIGITS: Final = 6


def begin_login(world: World, given: Given) -> Seen:
    """Type name and password in a fresh browser, or in one that a step names."""
    user = given["user"]
    password = given.get("password") or world.password_of(user)
    if given.get("login"):
        sitting = world.sitting(given["login"])
        sitting.user = user
        world.seat(given["login"], sitting)
    else:
        sitting = world.open_browser(given.get("as", user), user)
    return see_page(sitting.turn_to(sitting.browser.begin(user, password)))


def choose(world: World, given: Given) -> Seen:
    """Choose a second factor by its name, on the page that offers several."""
    sitting = world.sitting(given.get("login", ""))
    options = {one.text: one.attributes["value"] for one in sitting.page.require(CHOOSER).walk() if one.tag == "option"}
    factor = given["factor"]
    expect(factor in options, f"the page offers {', '.join(options)}")
    form = sitting.page.form_to("/sso/SecondFactor/choose")
    return see_page(sitting.turn_to(sitting.browser.submit(form, factor=options[factor])))


def show_challenge(world: World, given: Given) -> Seen:
    """Go on to the page that shows the challenge; its digits are the value."""
    sitting = world.sitting(given.get("login", ""))
    page = sitting.turn_to(sitting.browser.show_challenge(sitting.page))
    if page.refusal:
        return see_page(page)
    return see_page(page, value=challenge_of(page))


def respond(world: World, given: Given) -> Seen:
    """Let the phone answer the challenge of the login, and type that; the response is the value."""
    sitting = world.sitting(given.get("login", ""))
    page = sitting.turn_to(sitting.browser.show_challenge(sitting.page))
    response = given.get("response") or compute(world, given, sitting, page)
    typed = other_digits(response) if given.get("wrong") else response
    return see_page(sitting.turn_to(sitting.browser.answer(page, typed)), value=response)


def compute(world: World, given: Given, sitting: Sitting, page: Page) -> str:
    """Return the response of a phone to the challenge of a page."""
    phone = world.phone_for(given.get("phone", ""), sitting.user)
    seen = phone.respond(challenge_of(page), user=given.get("user", ""), purpose=given.get("purpose", ""))
    expect(not seen.refusal, seen.refusal)
    response = str(seen.value)
    expect(response.isascii() and response.isdigit(), "the response is not all digits")
    return response


def log_in(world: World, given: Given) -> Seen:
    """Begin a login, and answer its challenge with the phone."""
    begun = begin_login(world, given)
    if begun.refusal:
        return begun
    user = given["user"] if given.get("names_user") else ""
    return respond(world, {"phone": given.get("phone", ""), "user": user})


def wait(world: World, given: Given) -> Seen:
    """Wait until the phone has answered the notification, and go on as the page does by itself."""
    sitting = world.sitting(given.get("login", ""))
    end = time.monotonic() + given.get("seconds", _MOST_SECONDS)
    while (state := str(sitting.browser.read(_STATE)["state"])) == _WAITING and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
    expect(state != _WAITING, "the phone has not answered")
    page = sitting.turn_to(sitting.browser.open(_PAGE))
    form = next((one for one in page.root.walk() if _goes_on(one)), None)
    if form is not None and not page.refusal:
        page = sitting.turn_to(sitting.browser.submit(form))
    return see_page(page, value=state)


def _goes_on(element: Element) -> bool:
    return (
        element.tag == "form"
        and element.attributes.get("action") == "/sso/SecondFactor/continue"
        and "hidden" not in element.attributes
    )


def read_state(world: World, given: Given) -> Seen:
    """Ask what the page of the login asks in the background: whether the phone has answered."""
    state = world.sitting(given.get("login", "")).browser.read(_STATE)
    return Seen(value=state["state"], facts=state, status=200)


def step_up(world: World, given: Given) -> Seen:
    """Press *Sign in with your phone* in a session that has one factor, and show the challenge."""
    sitting = world.sitting(given.get("login", ""))
    page = sitting.browser.open("/portal/activation")
    return see_page(sitting.turn_to(sitting.browser.step_up(page)))


def sign_out(world: World, given: Given) -> Seen:
    """Press the page's own button."""
    sitting = world.sitting(given.get("login", ""))
    return see_page(sitting.turn_to(sitting.browser.sign_out(sitting.page)))


def copy_browser(world: World, given: Given) -> Seen:
    """Sit down at another browser with a copy of this one's cookies, as a thief of them would."""
    return see_page(world.copy_browser(given["as"], given.get("login", "")).page)


def challenge_of(page: Page) -> str:
    """Return the challenge that a page shows. Raises `ActError` when it shows none."""
    found = page.find(CHALLENGE)
    if found is None:
        raise ActError(f"{page.path} ({page.status}) shows no challenge: {page.refusal or 'and says nothing of it'}")
    challenge = found.text
    expect(challenge.isascii() and challenge.isdigit() and len(challenge) == _DIGITS, "the challenge is not 6 digits")
    return challenge


VERBS: Final = (
    Verb(
        name="begin_login",
        says="Types name and password, by default the right one, in a fresh browser; `as` names the login.",
        play=begin_login,
        main="user",
        members={"user": NAME, "password": TEXT, "login": NAME},
        required=("user",),
    ),
    Verb(
        name="log_in",
        says="Begins a login and answers its challenge with the phone: both steps at once.",
        play=log_in,
        main="user",
        members={"user": NAME, "phone": NAME, "names_user": FLAG},
        required=("user",),
    ),
    Verb(
        name="choose",
        says="Chooses a second factor by its name, where the page offers several.",
        play=choose,
        main="factor",
        members={"factor": TEXT, "login": NAME},
        required=("factor",),
    ),
    Verb(
        name="show_challenge",
        says="Goes on to the page with the challenge; its digits are the value.",
        play=show_challenge,
        main="login",
        members={"login": NAME},
    ),
    Verb(
        name="respond",
        says="Answers the challenge of the login with the phone, or types `response`; `wrong` types other digits.",
        play=respond,
        main="phone",
        members={"phone": NAME, "login": NAME, "user": NAME, "response": TEXT, "wrong": FLAG, "purpose": TEXT},
    ),
    Verb(
        name="wait",
        says="Waits until the phone has answered the notification, then goes on; the state is the value.",
        play=wait,
        main="login",
        members={"login": NAME, "seconds": SECONDS},
    ),
    Verb(
        name="read_state",
        says="Asks whether the phone has answered; the state is the value.",
        play=read_state,
        main="login",
        members={"login": NAME},
    ),
    Verb(
        name="step_up",
        says="Presses *Sign in with your phone* in a session that has one factor.",
        play=step_up,
        main="login",
        members={"login": NAME},
    ),
    Verb(
        name="sign_out",
        says="Signs out with the page's own button.",
        play=sign_out,
        main="login",
        members={"login": NAME},
    ),
    Verb(
        name="copy_browser",
        says="Copies the cookies of a login into another browser, which `as` names.",
        play=copy_browser,
        main="login",
        members={"login": NAME},
    ),
)
