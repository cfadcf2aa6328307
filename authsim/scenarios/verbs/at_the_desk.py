"""Verbs of the help desk and of web tickets: what needs a file, which no form of a page holds."""

import json
from typing import Any, Final

from authsim.scenarios.seen import Seen, see_page
from authsim.scenarios.verb import FIELDS, NAME, PATH, TEXT, Given, Verb
from authsim.scenarios.world import World


def upload(world: World, given: Given) -> Seen:
    """Send a form with a recording of a browser, as HAR files are: its password is `secret`."""
    sitting = world.sitting(given.get("login", ""))
    if given.get("at"):
        sitting.turn_to(sitting.browser.open(given["at"]))
    form = sitting.page.form_to(given["form"])
    file = format_recording(sitting.user, given["secret"])
    page = sitting.turn_to(sitting.browser.upload(form, given["field"], file, **given.get("fields", {})))
    return see_page(page, value=page.path, facts={"path": page.path})


def find_word(world: World, given: Given) -> Seen:  # noqa: ARG001 - every verb is called so
    """Find the first word of a text that has so many hyphens, as a passcode has; without its full stop."""
    words = (word.strip(".") for word in str(given["text"]).split())
    found = next((word for word in words if word.count("-") == given["hyphens"]), "")
    return Seen(value=found, refusal="" if found else "the text has no such word", facts={"small": found.lower()})


def format_recording(user: str, secret: str) -> bytes:
    """Return a HAR file of one login, as a browser saves it: with a password and a cookie."""
    form = {"mimeType": "application/x-www-form-urlencoded", "text": f"username={user}&password={secret}"}
    request: dict[str, Any] = {
        "method": "POST",
        "url": "http://127.0.0.1:8765/sso/Login",
        "httpVersion": "HTTP/1.1",
        "headers": [{"name": "Cookie", "value": f"s={secret}"}],
        "queryString": [],
        "cookies": [{"name": "s", "value": secret}],
        "headersSize": -1,
        "bodySize": len(form["text"]),
        "postData": form,
    }
    response: dict[str, Any] = {
        "status": 303,
        "statusText": "See Other",
        "httpVersion": "HTTP/1.1",
        "headers": [],
        "cookies": [],
        "content": {"size": 0, "mimeType": "text/html"},
        "redirectURL": "/sso/SecondFactor",
        "headersSize": -1,
        "bodySize": 0,
    }
    entry = {
        "startedDateTime": "2026-03-01T09:30:05.000Z",
        "time": 12,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 1, "wait": 10, "receive": 1},
    }
    log = {"version": "1.2", "creator": {"name": "scenario", "version": "1"}, "entries": [entry]}
    return json.dumps({"log": log}).encode()


VERBS: Final = (
    Verb(
        name="upload",
        says="Sends a form with a recording of a browser in `field`, in which `secret` is the password.",
        play=upload,
        members={"form": PATH, "at": PATH, "field": NAME, "secret": TEXT, "fields": FIELDS, "login": NAME},
        required=("form", "field", "secret"),
    ),
    Verb(
        name="find_word",
        says="Finds the word of a text that has so many hyphens, as a passcode has; `small` is it in small letters.",
        play=find_word,
        members={"text": TEXT, "hyphens": {"type": "integer", "minimum": 1, "maximum": 9}},
        required=("text", "hyphens"),
    ),
)
