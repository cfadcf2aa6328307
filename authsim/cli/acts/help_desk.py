"""Scenes of the help desk: somebody calls, somebody answers; and web tickets with evidence."""

import json
from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import begin, log_in
from authsim.cli.proofs import (
    expect,
    require_inside,
    require_notified,
    require_refusal,
    require_refused,
    require_said,
)
from authsim.cli.stage import Guest, Stage
from authsim.ends.browser import Browser, Page
from authsim.terminal.outcome import REFUSED

_CALL: Final = "Called, and named the last three logins."
_WAIT: Final = "Too many failed login attempts. Please wait"
_PASSCODE_HYPHENS: Final = 3
_LEAK: Final = "hunter2-of-the-tour"


def open_desk(stage: Stage) -> None:
    """Dolores answers the telephone: /desk is hers, and nobody else's."""
    browser, _ = log_in(stage, stage.main, "dolores", stage.active_phone(stage.main, "dolores"))
    require_said(browser.open("/desk"), "Help desk")
    customer, _ = log_in(stage, stage.main, "ezra", stage.active_phone(stage.main, "ezra"))
    expect(customer.open("/desk").status == 404, "a customer opens the desk")
    stage.keep(desk=browser)


def desk_story(stage: Stage) -> None:
    """She finds ezra by name, with a reason, and reads why he was refused; without a reason she reads nothing."""
    browser = stage.browser(stage.main)
    browser.begin("ezra", "not the password")
    desk: Browser = stage.kept("desk")
    form = desk.open("/desk").form_to("/desk/find")
    expect(desk.submit(form, query="ezra", reason="").status == 400, "a file opens without a reason")
    page = _find(desk, "ezra")
    require_said(page, "ezra", "wrong password")
    kinds = [event["kind"] for event in stage.main.show("ezra")["events"]]
    expect("desk:looked_up" in kinds, "the record does not say that she looked")
    stage.keep(file=page.path)


def desk_unlock(stage: Stage) -> None:
    """A locked user waits; she unlocks him, and he is in."""
    stage.main.lock("ezra")
    require_refusal(begin(stage, stage.main, "ezra")[1], _WAIT)
    require_said(_act(stage, "unlock"), "ezra")
    stage.keep(customer=log_in(stage, stage.main, "ezra", stage.phone("ezra"))[0])


def desk_suspend(stage: Stage) -> None:
    """His phone is lost: she suspends it, and it answers nothing; it is found, and answers again."""
    phone = stage.phone("ezra")
    _act(stage, "suspend")
    require_refused(phone.run_with_pin("approve"), REFUSED)
    _, page = begin(stage, stage.main, "ezra")
    expect(page.find(".xyzblock-notification") is None, "a suspended phone is asked")
    expect(page.find(".qr-plate") is None, "a password alone takes the suspended phone's place")
    _act(stage, "resume")
    require_notified(begin(stage, stage.main, "ezra")[1])


def desk_passcode(stage: Stage) -> None:
    """A passcode goes to his number and to nobody else: it logs him in, and there is no second one."""
    page = _act(stage, "passcode")
    words = stage.main.newest_text("ezra").split()
    code = next((word.strip(".") for word in words if word.count("-") == _PASSCODE_HYPHENS), "")
    expect(code, "the text has no passcode")
    expect(code not in page.root.text, "the desk reads the passcode")
    _act(stage, "suspend")
    require_refusal(_type_passcode(stage, code.lower()), "Login failed")
    require_inside(_type_passcode(stage, code))
    require_refusal(_try(stage, "passcode"), "A temporary passcode is still valid.")


def _type_passcode(stage: Stage, typed: str) -> Page:
    browser, page = begin(stage, stage.main, "ezra")
    return browser.submit(page.form_to("/sso/SecondFactor/code"), **{"temp-response": typed})


def desk_number(stage: Stage) -> None:
    """A new number counts as unverified, and the record has her name and her reason."""
    page = _act(stage, "number", number="+1 202 555 0199")
    require_said(page, "not verified")
    events = stage.main.show("ezra")["events"]
    facts = next(event["facts"] for event in events if event["kind"] == "desk:number_set")
    expect((facts["by"], facts["why"]) == ("dolores", _CALL), f"the record says {facts}")


def ticket(stage: Stage) -> None:
    """A web ticket takes a recording of the browser: its secrets are gone, its course is there; the desk answers."""
    customer: Browser = stage.kept("customer")
    form = customer.open("/portal/messages/new").form_to("/portal/messages/new")
    page = customer.upload(
        form, "har", _recording(), subject="A white page", reference="Dolores", body="After the login."
    )
    require_said(page, "A white page", "Evidence")
    path = page.path
    page = customer.open(_link_to(page, "/evidence/"))
    require_said(page, "/sso/Login")
    for found in (page, customer.open(f"{page.path}/file")):
        expect(_LEAK not in found.root.text, "the password of the recording is kept")
    desk: Browser = stage.kept("desk")
    page = desk.open(_link_to(desk.open("/desk"), "/desk/tickets/"))
    page = desk.submit(page.form_to(f"{page.path}/reply"), body="It was the cookie banner.")
    desk.submit(desk.open(f"{page.path}/close").form_to(f"{page.path}/close"))
    require_said(customer.open(path), "It was the cookie banner.", "This web ticket is closed")


def _find(desk: Browser, query: str) -> Page:
    page = desk.submit(desk.open("/desk").form_to("/desk/find"), query=query, reason=_CALL)
    expect(not page.refusal, f"the page says: {page.refusal}")
    return page


def _try(stage: Stage, deed: str, **typed: str) -> Page:
    """Do something for the user whose file is open, with the reason that every deed takes."""
    desk: Browser = stage.kept("desk")
    path = f"{stage.kept('file')}/{deed}"
    return desk.submit(desk.open(path).form_to(path), reason=_CALL, **typed)


def _act(stage: Stage, deed: str, **typed: str) -> Page:
    page = _try(stage, deed, **typed)
    expect(not page.refusal, f"the page says: {page.refusal}")
    return page


def _link_to(page: Page, part: str) -> str:
    """Return the first address on a page that has this in it."""
    links = [element.attributes.get("href", "") for element in page.root.walk() if element.tag == "a"]
    found = next((link for link in links if part in link), "")
    expect(found, f"{page.path} leads to no {part}")
    return found


def _recording() -> bytes:
    """Return a HAR file of a login, as a browser saves it: with the password."""
    url = "http://127.0.0.1:8765/sso/Login"
    form = {"mimeType": "application/x-www-form-urlencoded", "text": f"username=ezra&password={_LEAK}"}
    request = {
        "method": "POST",
        "url": url,
        "httpVersion": "HTTP/1.1",
        "headers": [{"name": "Cookie", "value": f"s={_LEAK}"}],
        "queryString": [],
        "cookies": [{"name": "s", "value": _LEAK}],
        "headersSize": -1,
        "bodySize": len(form["text"]),
        "postData": form,
    }
    response = {
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
    log = {"version": "1.2", "creator": {"name": "tour", "version": "1"}, "entries": [entry]}
    return json.dumps({"log": log}).encode()


HELP_DESK: Final = Scene(
    title="The help desk, and web tickets",
    main=(Guest(name="dolores", role="help_desk", is_active=True), Guest(name="ezra", is_active=True)),
    acts=(
        Act(name="open_desk", title="the desk is for whoever answers the telephone", play=open_desk),
        Act(name="desk_story", title="a file opens with a reason, and says why", play=desk_story),
        Act(name="desk_unlock", title="the desk unlocks a user who was locked out", play=desk_unlock),
        Act(name="ticket", title="a web ticket keeps evidence without its secrets", play=ticket),
        Act(name="desk_suspend", title="a lost phone is suspended, a found one resumed", play=desk_suspend),
        Act(name="desk_passcode", title="a temporary passcode goes to its user alone", play=desk_passcode),
        Act(name="desk_number", title="a new number is not verified, and is recorded", play=desk_number),
    ),
)
