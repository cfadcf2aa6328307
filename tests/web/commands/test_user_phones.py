"""The operator as a help desk: a phone suspended and resumed, texts read, notifications switched."""

import json
from contextlib import closing
from pathlib import Path

from authsim.secret import Secret
from tests.support.device import TestPhone
from tests.support.device_line import ORIGIN, enrols
from tests.support.ports import CountedEntropy
from tests.web.commands.conftest import Operator
from web.settings import Settings
from web.wiring import keep_origin, open_portal

NUMBER = "+15555550123"


def add(operator: Operator, data: str, name: str, *options: str) -> str:
    """Add a user, and return the password."""
    return operator.succeeds("users", "add", name, *options, "--data", data).strip()


def activate(data: str, name: str) -> None:
    """Give a user an active phone."""
    with closing(open_portal(Settings(data_dir=Path(data)))) as opened:
        portal = keep_origin(opened, ORIGIN)
        user = portal.verifier.store.users.find(name)
        assert user is not None
        enrols(portal.verifier, user.user_id, f"{name}'s phone")


def text(data: str, name: str, password: str) -> None:
    """Have a code texted."""
    with closing(open_portal(Settings(data_dir=Path(data)))) as opened:
        phone = TestPhone(entropy=CountedEntropy(name), label="a new phone")
        phone.starts_adding(keep_origin(opened, ORIGIN).verifier, name, Secret(password))


def test_suspend_and_resume(operator: Operator, data: str) -> None:
    """A suspended phone is said to be so, also in the list; resuming undoes it; each step is said."""
    add(operator, data, "susan")
    activate(data, "susan")

    done = operator.does("users", "suspend", "susan", "--data", data)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "The phone \"susan's phone\" is suspended. 'authsim users resume susan' resumes it.\n"
    shown = json.loads(operator.succeeds("users", "show", "susan", "--json", "--data", data))
    assert shown["state"] == shown["device"]["state"] == "suspended"
    assert "suspended on susan's phone" in operator.succeeds("users", "list", "--data", data)

    done = operator.does("users", "resume", "susan", "--data", data)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == 'The phone "susan\'s phone" answers for susan again.\n'
    shown = json.loads(operator.succeeds("users", "show", "susan", "--json", "--data", data))
    assert shown["state"] == shown["device"]["state"] == "active"


def test_what_cannot_be_suspended(operator: Operator, data: str) -> None:
    """Without a phone, without that user, or twice over: one sentence with the remedy, status 77."""
    add(operator, data, "nora")
    for word in ("suspend", "resume"):
        assert "no phone in use" in operator.fails(77, "users", word, "nora", "--data", data)
        assert "users list" in operator.fails(77, "users", word, "nobody", "--data", data)


def test_texts(operator: Operator, data: str) -> None:
    """The operator reads what a number received, with the code; without a number or a text that is said on stderr."""
    add(operator, data, "nina")
    none = operator.does("users", "texts", "nina", "--data", data)
    assert (none.stdout, none.stderr) == ("", "nina has no number, so nothing can be texted.\n")

    password = add(operator, data, "tessa", "--phone", NUMBER)
    none = operator.does("users", "texts", "tessa", "--data", data)
    assert (none.stdout, none.stderr) == ("", f"Nothing was texted to {NUMBER} yet.\n")
    assert json.loads(operator.succeeds("users", "texts", "tessa", "--json", "--data", data)) == []

    text(data, "tessa", password)
    (told,) = json.loads(operator.succeeds("users", "texts", "tessa", "--json", "--data", data))
    assert told.keys() == {"sequence", "text", "sent_ms"}
    assert told["text"].startswith("[SIMULATION] AuthSim code ")
    assert told["text"] in operator.succeeds("users", "texts", "tessa", "--data", data)


def test_seamless(operator: Operator, data: str) -> None:
    """Notifications are switched off and on, and the user's own page of facts says which."""
    add(operator, data, "selma")
    assert json.loads(operator.succeeds("users", "show", "selma", "--json", "--data", data))["seamless"] is True
    done = operator.does("users", "seamless", "selma", "off", "--data", data)
    assert (done.returncode, done.stdout) == (0, "")
    assert "not announced" in done.stderr
    assert json.loads(operator.succeeds("users", "show", "selma", "--json", "--data", data))["seamless"] is False
    assert "off" in operator.succeeds("users", "show", "selma", "--data", data)
    assert "announced on the phone" in operator.does("users", "seamless", "selma", "on", "--data", data).stderr
    operator.fails(64, "users", "seamless", "selma", "maybe", "--data", data)
