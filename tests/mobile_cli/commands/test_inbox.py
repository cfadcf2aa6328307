"""`authkey inbox`, against a device API that can be told to misbehave."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import Reply, TinyPortal

NUMBER = "+15555550101"
BODY = '[SIMULATION] AuthSim code 407182 adds device "laptop" to al***. Never tell anyone.\n@localhost #407182'
TEXTS = [
    {"sequence": 3, "text": BODY, "sent_ms": 1_750_000_000_000},
    {"sequence": 5, "text": "Hello \x1b[31m", "sent_ms": 1_750_000_060_000},
]


@pytest.fixture
def inbox(portal: TinyPortal) -> list[dict[str, object]]:
    """What lies in the inbox of `NUMBER`; later texts may be added."""
    texts: list[dict[str, object]] = list(TEXTS)

    def answer(path: str) -> Reply:
        parts = urlsplit(path)
        if parts.path != f"/inbox/{NUMBER}/texts":
            return Reply(b"{}", status=404)
        after = int(parse_qs(parts.query)["after"][0])
        found = [text for text in texts if int(str(text["sequence"])) > after]
        return Reply(json.dumps({"v": 1, "texts": found}).encode())

    portal.others = answer
    return texts


def test_texts_are_shown(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """No phone is needed for it; what could steer a terminal is made harmless."""
    done = authkey("inbox", NUMBER, "--portal", portal.origin, check=0)

    assert done.stdout == f"{BODY}\nHello ·[31m\n"


def test_a_script_is_told_the_code(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """The last line of a text says it as phones read it; other texts have none."""
    told = authkey.json("inbox", NUMBER, "--portal", portal.origin)

    assert told["number"] == NUMBER
    assert [text["code"] for text in told["texts"]] == ["407182", None]
    assert told["texts"][0] == TEXTS[0] | {"code": "407182"}
    assert authkey.json("inbox", NUMBER, "--portal", portal.origin, "--after", "3")["texts"][0]["sequence"] == 5


def test_the_phone_knows_its_number_and_its_portal(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """Then nothing has to be said."""
    authkey.with_pin("init", "--platform", "ios", "--number", NUMBER, "--portal", portal.origin, check=0)

    assert authkey("inbox", check=0).stdout.startswith("[SIMULATION]")


def test_what_is_not_known_has_to_be_said(authkey: Authkey, portal: TinyPortal) -> None:
    """Number and portal; and a number is one."""
    authkey.holds(make_phone(make_account()))

    assert "authkey inbox NUMBER" in authkey("inbox", check=64).stderr
    assert "--portal URL" in authkey("inbox", NUMBER, check=64).stderr
    assert "plus sign" in authkey("inbox", "alice", "--portal", portal.origin, check=64).stderr


def test_an_empty_inbox_is_no_error(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """Unless a text was waited for."""
    inbox.clear()

    done = authkey("inbox", NUMBER, "--portal", portal.origin, check=0)
    waited = authkey("inbox", NUMBER, "--portal", portal.origin, "--wait", "1", check=77)

    assert (done.stdout, done.stderr) == ("", f"No text for {NUMBER} yet.\n")
    assert waited.stderr.startswith(f"authkey: No text for {NUMBER} came within 1 seconds. Look whether that is the ")


def test_a_text_that_comes_ends_the_wait(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """The second question finds it."""
    inbox.clear()
    answer = portal.others

    def come_later(path: str) -> Reply:
        reply = answer(path)
        inbox.append(TEXTS[0])
        return reply

    portal.others = come_later

    assert authkey("inbox", NUMBER, "--portal", portal.origin, "--wait", "20", check=0).stdout.startswith("[SIM")


def test_texts_are_followed(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """Each is written once as it comes, until somebody interrupts."""
    with authkey.at_terminal("inbox", NUMBER, "--portal", portal.origin, "--follow") as child:
        child.expect_exact("407182")
        inbox.append({"sequence": 9, "text": "The last one", "sent_ms": 1_750_000_090_000})
        child.expect_exact("The last one")
        child.sendintr()
        child.read()
        child.wait()

    assert child.exitstatus == 130


def test_an_inbox_that_is_not_open_is_said(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """A number of nobody, or a portal that is not on this machine."""
    done = authkey("inbox", "+15555550199", "--portal", portal.origin, check=77)

    assert done.stderr.startswith(f"authkey: {portal.origin} shows no texts for +15555550199.")


@pytest.mark.parametrize(("status", "ends"), [(503, 69), (429, 69), (302, 65)])
def test_a_portal_that_does_not_answer_is_said(authkey: Authkey, portal: TinyPortal, status: int, ends: int) -> None:
    """Busy is not wrong."""
    portal.others = lambda _: Reply(b"{}", status=status)

    authkey("inbox", NUMBER, "--portal", portal.origin, check=ends)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text | {"sequence": "3"},
        lambda text: text | {"text": 3},
        lambda text: text | {"surplus": 3},
        lambda _: 3,
        lambda _: {},
    ],
)
def test_what_is_not_an_inbox_is_malformed(
    authkey: Authkey, portal: TinyPortal, change: Callable[[dict[str, object]], object]
) -> None:
    """Each text is read completely or refused."""
    portal.others = lambda _: Reply(json.dumps({"v": 1, "texts": [change(dict(TEXTS[0]))]}).encode())
    authkey("inbox", NUMBER, "--portal", portal.origin, check=65)

    portal.others = lambda _: Reply(b'{"v":1}')
    authkey("inbox", NUMBER, "--portal", portal.origin, check=65)


def test_no_text_reaches_a_phone_in_airplane_mode(authkey: Authkey, portal: TinyPortal, inbox: list[object]) -> None:
    """Without Internet they come all the same: texts are the telephone's."""
    authkey.holds(make_phone(make_account()))
    authkey("settings", "internet", "off", check=0)
    authkey("inbox", NUMBER, "--portal", portal.origin, check=0)
    authkey("settings", "airplane", "on", check=0)

    assert "no connection" in authkey("inbox", NUMBER, "--portal", portal.origin, check=77).stderr.lower()
