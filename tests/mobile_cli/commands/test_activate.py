"""`authkey activate`, against a device API that can be told to misbehave. The real portal is met in the journeys."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.authenticator.device import Platform, Portal
from authsim.protocol.keys import fingerprint
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from tests.support.authkey import Authkey
from tests.support.child import LONGEST_S
from tests.support.kept_port import kept_port
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import ACTIVATE, INSTANCE, Reply, TinyPortal

ACTIVE = "IB Key is active for alice.\nDone\n"
AUTH_FAILED = (
    "authkey: An error has occurred. Please try again.\n"
    "  Either IB Key is already active for this user: "
    "log in to the portal. If a notification arrives and tapping it completes "
    "the login, nothing is left to do.\n"
    "  Or the QR code was used for an attempt before, or has expired: "
    "log out of the portal and in again, and scan the fresh one.\n"
)


def test_an_empty_home_becomes_an_ios_phone(authkey: Authkey, portal: TinyPortal) -> None:
    """It says so beside the result, and the phone answers what the portal expects."""
    done = authkey.activates(portal.uri())

    assert done.stdout == ACTIVE
    assert done.stderr == f"No phone here yet: made an iOS phone in {authkey.home} with this Passcode.\n"
    assert authkey.responds("123456") == portal.expects("123456")
    assert authkey.json("status")["platform"] == "ios"


def test_a_phone_that_is_there_is_used(authkey: Authkey, portal: TinyPortal) -> None:
    """No word about making one."""
    authkey.holds(make_phone(platform=Platform.ANDROID))
    done = authkey.activates(portal.uri())

    assert (done.stdout, done.stderr) == (ACTIVE, "")
    assert authkey.json("status")["platform"] == "android"


def test_it_tells_a_script(authkey: Authkey, portal: TinyPortal) -> None:
    """One JSON object."""
    assert authkey.json("activate", portal.uri(), "--pin-file", str(authkey.pin)) == {
        "confirmation": None,
        "device_id": portal.device_id,
        "portal": portal.origin,
        "user": "alice",
    }


def test_the_quiet_way_is_standard_input(authkey: Authkey, portal: TinyPortal) -> None:
    """- reads the text from a pipe, so that no argument carries it."""
    assert authkey.with_pin("activate", "-", stdin=portal.uri() + "\n", check=0).stdout == ACTIVE


def test_a_text_file_is_read(authkey: Authkey, portal: TinyPortal) -> None:
    """A file with the text is as good as a picture."""
    file = authkey.folder / "code.txt"
    file.write_text(portal.uri() + "\n")

    assert authkey.activates(str(file)).stdout == ACTIVE


def test_the_pin_and_the_code_cannot_share_standard_input(authkey: Authkey, portal: TinyPortal) -> None:
    """It says which option helps."""
    done = authkey("activate", "-", "--pin-stdin", stdin=portal.uri(), check=64)

    assert done.stderr.startswith("authkey: Standard input cannot be both the picture and the Passcode.")


@pytest.mark.parametrize("arguments", [[], ["x", "--resume"], ["--clipboard", "--screen"], ["x", "--screen"]])
def test_one_source_is_named(authkey: Authkey, arguments: list[str]) -> None:
    """None and two are wrong usage."""
    assert authkey.with_pin("activate", *arguments, check=64).stderr.startswith("authkey: Say what to scan: ")


def test_the_label_reaches_the_portal(authkey: Authkey, portal: TinyPortal) -> None:
    """What the portal's page will call this phone."""
    authkey.activates(portal.uri(), "--label", "blue phone")

    assert json.loads(portal.requests[0])["label"] == "blue phone"


def test_a_hostile_label_of_the_portal_is_refused(authkey: Authkey, portal: TinyPortal) -> None:
    """A signed name with control characters is a malformed message, and nothing of it is shown."""
    portal.user_label = "a\x1b]0;owned\x07"
    done = authkey.with_pin("activate", portal.uri(), check=65)

    assert "\x1b" not in done.stdout + done.stderr
    assert authkey.json("status")["users"] == []


def test_a_second_user_is_added(authkey: Authkey, portal: TinyPortal) -> None:
    """One phone answers for both."""
    authkey.activates(portal.uri())
    portal.user_label, portal.user_id, portal.device_id = "bob", "44" * 16, "55" * 16
    portal.code = Secret(b"\xb0" * 16)
    authkey.activates(portal.uri())

    assert [user["name"] for user in authkey.json("users")["users"]] == ["alice", "bob"]
    assert authkey.responds("123456", "--user", "bob") == portal.expects("123456")


# a typed Session ID


def test_a_session_id_asks_the_portal_who_it_is(authkey: Authkey, portal: TinyPortal) -> None:
    """In a pipe the fingerprint is shown for comparison, and the activation goes on."""
    done = authkey.activates(portal.session_id(), "--portal", portal.origin)

    assert done.stdout == ACTIVE
    assert done.stderr.splitlines()[:3] == [
        f"Portal       {portal.origin}",
        f"Fingerprint  {fingerprint(portal.psk)}",
        "Compare the fingerprint with the one under the Session ID.",
    ]


@pytest.mark.parametrize(
    "change", [str.lower, lambda text: text.replace("-", " "), lambda text: text.replace("-", ""), str.strip]
)
def test_a_session_id_may_be_typed_carelessly(
    authkey: Authkey, portal: TinyPortal, change: Callable[[str], str]
) -> None:
    """Case, blanks and hyphens do not matter, and letters that look like digits are read as such."""
    portal.code = Secret(bytes.fromhex("00112233445566778899aabbccddeeff"))
    typed = change(portal.session_id()).replace("0", "O", 1).replace("1", "l", 1)

    assert authkey.activates(typed, "--portal", portal.origin).stdout == ACTIVE


def test_a_session_id_needs_to_know_the_portal(authkey: Authkey, portal: TinyPortal) -> None:
    """It names no portal: the option says it, or one that the phone has met."""
    done = authkey.with_pin("activate", portal.session_id(), check=64)
    authkey.with_pin("init", "--platform", "ios", "--portal", portal.origin, check=0)

    assert done.stderr == "authkey: A Session ID does not say which portal. Add --portal URL.\n"
    assert authkey.activates(portal.session_id()).stdout == ACTIVE


def test_which_of_two_portals_must_be_said(authkey: Authkey, portal: TinyPortal) -> None:
    """A phone that has met several does not guess."""
    portals = tuple(Portal(f"{number}" * 32, f"http://127.0.0.1:{number}000", bytes(32)) for number in (1, 2))
    authkey.holds(make_phone(portals=portals))

    assert "Add --portal URL" in authkey.with_pin("activate", portal.session_id(), check=64).stderr


def test_a_portal_that_changed_its_key_is_not_trusted(authkey: Authkey, portal: TinyPortal) -> None:
    """The same instance with another key: refused, and nothing is sent."""
    authkey.with_pin("init", "--platform", "ios", "--portal", portal.origin, check=0)
    portal.psk_seed = Secret(b"\x77" * 32)

    for source in (portal.session_id(), portal.uri()):
        done = authkey.with_pin("activate", source, check=77)
        assert "authkey: The portal's key is not the one that this phone knows." in done.stderr
    assert portal.requests == []


def test_an_unknown_session_id_is_refused_by_the_portal(authkey: Authkey, portal: TinyPortal) -> None:
    """The article's sentence, then both causes with what to do."""
    done = authkey.with_pin("activate", "50M6H-A7955-MTKTH-ADANE-PAVBNF", "--portal", portal.origin, check=77)

    assert done.stdout == ""
    assert done.stderr.endswith(AUTH_FAILED)


# what is not ours


@pytest.mark.parametrize(
    "source",
    [
        "otpauth://totp/Example:alice@example.test?secret=JBSWY3DPEHPK3PXP&issuer=Example",
        "https://example.test/activate?c=1",
        "http://127.0.0.1:8765/sso/Login",
        "ibkr://activate?c=1",
        "ibkrmobile:activate",
        "WIFI:S:net;T:WPA;P:secret;;",
        "mailto:alice@example.test",
        "authsim:activate",
        "authsim://activate/2?i=1",
        "AUTHSIM://activate/1",
    ],
)
def test_foreign_codes_are_refused(authkey: Authkey, source: str) -> None:
    """Real systems' codes stay out of the simulator; no PIN is asked and no phone is made."""
    by_argument = authkey("activate", source, check=65)
    by_pipe = authkey("activate", "-", stdin=source, check=65)

    assert (
        by_argument.stderr
        == by_pipe.stderr
        == ("authkey: This is not an AuthSim activation code. Scan only the QR code of an AuthSim portal.\n")
    )
    assert not authkey.home.exists()


def test_a_word_that_is_nothing_is_said(authkey: Authkey) -> None:
    """Neither text nor Session ID nor file."""
    done = authkey("activate", "screenshot", check=65)

    assert done.stderr == ("authkey: screenshot is neither an authsim:// text, nor a Session ID, nor a file.\n")


def test_a_picture_that_is_not_there_is_named(authkey: Authkey) -> None:
    """What looks like a picture's name is looked for, and the sentence says that it is not there."""
    assert authkey("activate", "shots/screenshot.png", check=74).stderr == (
        "authkey: shots/screenshot.png: No such file or directory.\n"
    )


def test_a_folder_is_not_a_picture(authkey: Authkey) -> None:
    """The system's own words, and 74."""
    assert authkey("activate", str(authkey.folder), check=74).stderr.endswith(": Is a directory.\n")


@pytest.mark.parametrize("origin", ["http://8.8.8.8:8765", "https://[2606:4700::1111]", "http://169.254.169.254"])
def test_a_portal_out_in_the_world_is_refused(authkey: Authkey, portal: TinyPortal, origin: str) -> None:
    """A QR code that points to a public address, or to a cloud's metadata, is refused before any PIN or connection."""
    portal.origin = origin
    by_code = authkey("activate", portal.uri(), check=77)
    by_option = authkey("activate", portal.session_id(), "--portal", origin, check=77)

    assert (
        by_code.stderr
        == by_option.stderr
        == (f"authkey: {origin} is not on this machine or a private network. AuthSim portals are nowhere else.\n")
    )
    assert not authkey.home.exists()


def test_a_hardened_portal_wants_a_hardened_pin(authkey: Authkey, portal: TinyPortal) -> None:
    """A classic phone is refused with what to do; a hardened one shows the confirmation to type."""
    portal.suite = STRICT10
    done = authkey.with_pin("activate", portal.uri(), check=77)

    assert done.stderr.endswith(
        "authkey: This portal wants a phone with the hardened PIN policy. "
        "Choose such a Passcode: authkey change-pin --pin-policy hardened.\n"
    )
    (authkey.folder / "new").write_text("q8!w2x")
    new = ("--new-pin-file", str(authkey.folder / "new"), "--pin-policy", "hardened")
    authkey.with_pin("change-pin", *new, check=0)
    authkey.pin.write_text("q8!w2x")
    lines = authkey.activates(portal.uri()).stdout.splitlines()

    assert lines[0].isdigit()
    assert len(lines[0]) == 8
    assert lines[1:] == ["IB Key of alice waits for its confirmation.", "Done"]


# the portal refuses, is silent, or is not itself


def test_a_refusal_is_final(authkey: Authkey, portal: TinyPortal) -> None:
    """The code is burnt: nothing stays under way."""
    portal.answers[ACTIVATE] = lambda _: Reply(b'{"v":1,"error":"auth_failed","ref":"1"}', status=401)
    done = authkey.with_pin("activate", portal.uri(), check=77)

    assert done.stderr.endswith(AUTH_FAILED)
    assert authkey.json("status")["pending"] is None
    assert authkey.with_pin("activate", "--resume", check=77).stderr == (
        "authkey: No activation is under way. Scan the QR code: authkey activate SOURCE.\n"
    )


def test_a_lost_reply_is_asked_for_again_byte_for_byte(authkey: Authkey, portal: TinyPortal) -> None:
    """No reply: what was begun is kept; --resume sends the very same request and completes."""
    portal.answers[ACTIVATE] = lambda _: Reply(None)
    done = authkey.with_pin("activate", portal.uri(), check=69)
    assert done.stderr.endswith(
        f"authkey: {portal.origin} did not answer. The activation is kept: run authkey activate --resume.\n"
    )
    assert authkey.json("status")["pending"] == portal.origin

    del portal.answers[ACTIVATE]
    assert authkey.with_pin("activate", "--resume", check=0).stdout == ACTIVE
    assert portal.requests[0] == portal.requests[1]
    assert authkey.json("status")["pending"] is None
    assert authkey.responds("123456") == portal.expects("123456")


def test_scanning_the_same_code_again_resumes_too(authkey: Authkey, portal: TinyPortal) -> None:
    """A person who scans once more does not burn the code with other keys."""
    portal.answers[ACTIVATE] = lambda _: Reply(None)
    authkey.with_pin("activate", portal.uri(), check=69)
    del portal.answers[ACTIVATE]

    assert authkey.activates(portal.uri()).stderr == ""
    assert portal.requests[0] == portal.requests[1]


def test_a_fresh_code_puts_the_old_one_aside(authkey: Authkey, portal: TinyPortal) -> None:
    """It is said, and the new one completes."""
    portal.answers[ACTIVATE] = lambda _: Reply(None)
    authkey.with_pin("activate", portal.uri(), check=69)
    del portal.answers[ACTIVATE]
    portal.code = Secret(b"\xb0" * 16)
    done = authkey.activates(portal.uri())

    assert done.stderr == "An earlier activation without a reply was put aside.\n"
    assert authkey.responds("123456") == portal.expects("123456")


def test_a_portal_that_is_down_is_asked_later(authkey: Authkey, portal: TinyPortal) -> None:
    """Nothing listens: the activation is kept."""
    with kept_port() as port:
        portal.origin = f"http://127.0.0.1:{port}"
        done = authkey.with_pin("activate", portal.uri(), check=69)

    assert "run authkey activate --resume" in done.stderr
    assert authkey.json("status")["pending"] == portal.origin


def test_resume_may_name_another_address(authkey: Authkey, portal: TinyPortal) -> None:
    """The request is the same, signed for the portal's own origin, wherever it is sent."""
    real, portal.origin = portal.origin, "http://127.0.0.1:9"
    authkey.with_pin("activate", portal.uri(), check=69)

    assert authkey.with_pin("activate", "--resume", "--portal", real, check=0).stdout == ACTIVE


def test_a_code_may_be_sent_to_another_address(authkey: Authkey, portal: TinyPortal) -> None:
    """A portal behind a forwarded port signs its own origin; the reply is judged by the key from the code."""
    real, portal.origin = portal.origin, "http://portal.test:8765"

    assert authkey.activates(portal.uri(), "--portal", real).stdout == ACTIVE
    assert authkey.json("users")["users"][0]["portal"] == "http://portal.test:8765"


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_busy_portal_is_asked_later(authkey: Authkey, portal: TinyPortal, status: int) -> None:
    """A failure of the portal is not a judgement."""
    portal.answers[ACTIVATE] = lambda _: Reply(b'{"v":1,"error":"busy","ref":"1"}', status=status)
    done = authkey.with_pin("activate", portal.uri(), check=69)

    assert "run authkey activate --resume" in done.stderr
    assert authkey.json("status")["pending"] == portal.origin


def not_signed(portal: TinyPortal) -> Callable[[Reply], Reply]:
    """Answer as another portal that has the address but not the key."""
    stranger = TinyPortal(origin=portal.origin, psk_seed=Secret(b"\x77" * 32))
    return lambda _: stranger.answer(ACTIVATE, portal.requests[-1])


def test_a_reply_of_another_portal_is_not_trusted(authkey: Authkey, portal: TinyPortal) -> None:
    """Only the key in the QR code may answer; the true portal can still be asked."""
    portal.answers[ACTIVATE] = not_signed(portal)
    done = authkey.with_pin("activate", portal.uri(), check=77)

    assert "authkey: The portal's key is not the one that this phone knows." in done.stderr
    assert authkey.json("status")["users"] == []
    del portal.answers[ACTIVATE]
    assert authkey.with_pin("activate", "--resume", check=0).stdout == ACTIVE


@pytest.mark.parametrize(
    "change",
    [
        lambda reply: Reply(reply.body[:-1]),
        lambda _: Reply(b""),
        lambda _: Reply(b"{}"),
        lambda reply: Reply(reply.body, kind="text/html"),
        lambda reply: Reply(reply.body + b" " * 20_000),
        lambda reply: Reply(reply.body, status=201),
        lambda reply: Reply(reply.body, status=404),
        lambda reply: Reply(reply.body, status=400),
        lambda reply: Reply(reply.body, status=302, headers={"Location": "http://127.0.0.1:9/"}),
        lambda reply: Reply(reply.body, status=307, headers={"Location": "/api/device/v1/activate"}),
        lambda _: Reply(b"\x1f\x8b\x08" + bytes(60), headers={"Content-Encoding": "gzip"}),
        lambda reply: Reply(reply.body.replace(b'"v":1', b'"v":2')),
        lambda reply: Reply(reply.body.replace(b'"v":1', b'"v":1,"v":1')),
    ],
    ids=[
        "cut",
        "empty",
        "hollow",
        "html",
        "oversize",
        "created",
        "missing",
        "malformed",
        "found",
        "redirect",
        "gzip",
        "version",
        "twice",
    ],
)
def test_what_is_not_a_reply_is_malformed(
    authkey: Authkey, portal: TinyPortal, change: Callable[[Reply], Reply]
) -> None:
    """Cut, oversized, redirected, compressed, misspelled: refused in one sentence; the activation is kept."""
    portal.answers[ACTIVATE] = change
    done = authkey.with_pin("activate", portal.uri(), check=65)

    assert done.stderr.endswith(
        f"authkey: {portal.origin} does not answer like an AuthSim portal. Check the address.\n"
    )
    assert len(portal.requests) == 1
    assert authkey.json("status")["pending"] == portal.origin


@pytest.mark.parametrize(("status", "ends"), [(503, 69), (404, 65), (302, 65)])
def test_an_instance_that_is_not_said_stops_a_session_id(
    authkey: Authkey, portal: TinyPortal, status: int, ends: int
) -> None:
    """Without the portal's key nothing is typed and nothing is made."""
    portal.answers[INSTANCE] = lambda reply: Reply(reply.body, status=status)

    authkey.with_pin("activate", portal.session_id(), "--portal", portal.origin, check=ends)
    assert not authkey.home.exists()


def test_a_malformed_instance_is_not_a_portal(authkey: Authkey, portal: TinyPortal) -> None:
    """A page that happens to be there is no portal."""
    portal.answers[INSTANCE] = lambda _: Reply(b'{"name":"printer"}')
    done = authkey.with_pin("activate", portal.session_id(), "--portal", portal.origin, check=65)

    assert done.stderr == f"authkey: {portal.origin} does not answer like an AuthSim portal. Check the address.\n"


def test_the_pending_record_is_on_disk_before_anything_is_sent(authkey: Authkey, portal: TinyPortal) -> None:
    """While the portal reads the request, the phone could already crash and resume."""
    seen: list[object] = []

    def look(reply: Reply) -> Reply:
        seen.append(json.loads((authkey.home / "phone.json").read_text())["pending"])
        return reply

    portal.answers[ACTIVATE] = look
    authkey.activates(portal.uri())

    assert seen == [portal.origin]


def test_a_response_can_be_computed_while_the_portal_thinks(authkey: Authkey, portal: TinyPortal) -> None:
    """The phone is not locked while it waits for the network."""
    authkey.holds(make_phone(make_account("bob", instance="12")))
    responses: list[str] = []

    def respond_meanwhile(reply: Reply) -> Reply:
        responses.append(authkey.responds("123456"))
        return reply

    portal.answers[ACTIVATE] = respond_meanwhile
    authkey.activates(portal.uri())

    assert len(responses) == 1


def test_a_phone_killed_while_it_waits_resumes(authkey: Authkey, portal: TinyPortal) -> None:
    """Kill it when the request has arrived: the activation is kept, and completes later."""
    arrived = threading.Event()
    release = threading.Event()

    def hold(reply: Reply) -> Reply:
        arrived.set()
        release.wait(LONGEST_S)
        return reply

    portal.answers[ACTIVATE] = hold
    with authkey.at_terminal("activate", portal.uri(), "--pin-file", str(authkey.pin)) as child:
        assert arrived.wait(LONGEST_S)
        child.kill(9)
        child.wait()
    release.set()
    del portal.answers[ACTIVATE]

    assert authkey.with_pin("activate", "--resume", check=0).stdout == ACTIVE
    assert portal.requests[0] == portal.requests[1]


def test_a_wiped_phone_activates_nobody(authkey: Authkey, portal: TinyPortal) -> None:
    """It is not silently made anew."""
    authkey.holds(make_phone())
    (authkey.home / "device.key").unlink()

    assert "This phone is wiped" in authkey.with_pin("activate", portal.uri(), check=77).stderr
    assert portal.requests == []


def test_a_wrong_pin_sends_nothing(authkey: Authkey, portal: TinyPortal) -> None:
    """The security element comes first."""
    authkey.holds(make_phone())
    done = authkey("activate", portal.uri(), "--pin-stdin", stdin="1111", check=77)

    assert done.stderr == "authkey: Wrong Passcode. 7 tries left.\n"
    assert portal.requests == []


def test_resume_needs_a_phone(authkey: Authkey) -> None:
    """An empty home has nothing under way, and none is made for it."""
    assert authkey.with_pin("activate", "--resume", check=77).stderr.startswith("authkey: No phone in ")
    assert not authkey.home.exists()


def test_in_japanese(authkey: Authkey, portal: TinyPortal) -> None:
    """The same result in the other language."""
    assert authkey.activates(portal.uri(), "--lang", "ja").stdout == "alice の IB Key が有効になりました。\n完了\n"


# the desktop


def install(folder: Path, name: str, script: str) -> str:
    """Put a tool on a PATH of its own; return that PATH."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / name).write_text(f"#!/bin/sh\n{script}\n")
    (tools / name).chmod(0o700)
    return f"{tools}:/bin:/usr/bin"


@pytest.mark.parametrize("tool", ["wl-paste", "xclip", "pbpaste"])
def test_the_clipboard_is_read(authkey: Authkey, portal: TinyPortal, tool: str) -> None:
    """Through whatever tool the desktop has; text is as good as a picture."""
    (authkey.folder / "copied").write_text(portal.uri())
    script = f'case "$*" in *image*) exit 1;; *) cat "{authkey.folder}/copied";; esac'
    tools = install(authkey.folder, tool, script)

    done = authkey.with_pin("activate", "--clipboard", PATH=tools, check=0)

    assert done.stdout == ACTIVE


def test_a_clipboard_that_cannot_be_read_is_said(authkey: Authkey) -> None:
    """No tool, an empty clipboard, a tool that fails, and one that cannot even start are the same sentence."""
    sentence = "authkey: The clipboard cannot be read here. Save the picture and name the file.\n"
    broken = install(authkey.folder, "xclip", "exit 1")
    (authkey.folder / "tools" / "wl-paste").write_bytes(bytes(8))
    (authkey.folder / "tools" / "wl-paste").chmod(0o700)

    assert authkey("activate", "--clipboard", PATH="/nowhere", check=74).stderr == sentence
    assert authkey("activate", "--clipboard", PATH=broken, check=74).stderr == sentence


def test_a_screen_that_cannot_be_seen_is_said(authkey: Authkey) -> None:
    """Without a desktop there is no screen."""
    done = authkey("activate", "--screen", PATH="/nowhere", DISPLAY="", check=74)

    assert done.stderr == "authkey: The screen cannot be seen here. Save a screenshot and name the file.\n"


def test_a_lost_summary_does_not_matter(authkey: Authkey, portal: TinyPortal) -> None:
    """Without the plain file the phone is opened all the same, and the file comes back."""
    authkey.holds(make_phone())
    (authkey.home / "phone.json").unlink()

    assert authkey.activates(portal.uri()).stdout == ACTIVE
    assert authkey.json("status")["users"] == ["alice"]


def test_the_screen_is_read(authkey: Authkey, portal: TinyPortal) -> None:
    """Through the desktop's own tool, when there is no X server to ask."""
    import qrcode

    qrcode.make(portal.uri()).save(str(authkey.folder / "screen.png"))
    tools = install(authkey.folder, "gnome-screenshot", f'cp "{authkey.folder}/screen.png" "$2"')

    assert authkey.with_pin("activate", "--screen", PATH=tools, DISPLAY="", check=0).stdout == ACTIVE
