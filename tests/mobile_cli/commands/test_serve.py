"""`authkey serve`: responses for programs on this machine that show its token, and nothing for anybody else."""

import contextlib
import json
import signal
import socket
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from authsim.authenticator.pin import PinPolicy
from authsim.authenticator.respond import respond
from authsim.protocol.codes import Purpose, format_challenge
from authsim.protocol.suite import STRICT10
from tests.support.authkey import Authkey
from tests.support.child import LONGEST_S
from tests.support.phones import make_account, make_phone
from tests.support.serving_phone import ServingPhone, serving

ALICE = make_account()
BOB = make_account("bob", user="23")
CHALLENGE = "123456"
#: Of the phone that serves for all: four digits would stand in many an id of an environment.
PIN = "q8!w2x serves"
RESPONSE = respond(ALICE, CHALLENGE).text


@pytest.fixture
def phone(authkey: Authkey) -> Authkey:
    """A phone that answers for alice."""
    authkey.holds(make_phone(ALICE))
    return authkey


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingPhone]:
    """One such phone that serves, for all who only ask."""
    phone = Authkey(tmp_path_factory.mktemp("serving"))
    phone.holds(make_phone(ALICE, policy=PinPolicy.HARDENED), pin=PIN)
    with serving(phone) as server:
        yield server


# what is given


def test_a_named_challenge_is_answered_without_any_portal(server: ServingPhone) -> None:
    """The body is the response to the byte: plain text, no newline, nothing to be kept. One user need not be named."""
    given = server.gives(f"user=alice&challenge={CHALLENGE}")
    assert (given.status, given.body) == (200, RESPONSE.encode())
    assert given.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert given.headers["Content-Length"] == "8"
    assert given.headers["Cache-Control"] == "no-store"
    assert "Server" not in given.headers
    for query in (f"challenge={CHALLENGE}", "challenge=123+456", "challenge=123-456&user=alice@127.0.0.1:8765"):
        assert server.gives(query).text == RESPONSE, query


def test_where_it_answers_is_said_at_once(phone: Authkey) -> None:
    """One line, of the address that programs ask; with --json an object; the default port is not needed for it."""
    with serving(phone) as server:
        assert server.announced == f"authkey serves at http://127.0.0.1:{server.port}/response"
    with serving(phone, "--json") as server:
        assert json.loads(server.announced) == {"address": server.address}


def test_several_users_are_told_apart(authkey: Authkey) -> None:
    """With two users the program has to say which; with --user, only that one is answered for."""
    authkey.holds(make_phone(ALICE, BOB))
    with serving(authkey) as server:
        assert server.gives(f"user=alice&challenge={CHALLENGE}").text == RESPONSE
        assert server.gives(f"user=bob&challenge={CHALLENGE}").text == respond(BOB, CHALLENGE).text
        unsaid = server.gives(f"challenge={CHALLENGE}")
        assert unsaid.status == 400
        assert unsaid.text.startswith("This phone answers for several users. Say which one with user=NAME: alice@")
        assert server.gives(f"user=carol&challenge={CHALLENGE}").status == 404
    with serving(authkey, "--user", "bob") as server:
        assert server.gives(f"challenge={CHALLENGE}").text == respond(BOB, CHALLENGE).text
        refused = server.gives(f"user=alice&challenge={CHALLENGE}")
        assert (refused.status, refused.text) == (404, "alice is not on this phone. authkey users lists who is.")


def test_only_logins_are_answered(authkey: Authkey) -> None:
    """A challenge that says that it is for more is left to a person; one for a login is answered."""
    strict = make_account(suite=STRICT10)
    authkey.holds(make_phone(strict))
    with serving(authkey) as server:
        login = format_challenge(STRICT10, purpose=Purpose.LOG_IN, draw=7)
        assert server.gives(f"challenge={login}").text == respond(strict, login).text
        for purpose in range(Purpose.ADD_DEVICE, Purpose.SELF_TEST + 1):
            refused = server.gives(f"challenge={format_challenge(STRICT10, purpose=purpose, draw=7)}")
            assert refused.status == 409
            assert refused.text.startswith("The challenge asks for more than a login")


def test_what_says_no_purpose_is_answered_as_a_login(server: ServingPhone) -> None:
    """Six digits tell nothing of what they are for: the response is a login's, and good for nothing else."""
    given = server.gives(f"challenge={CHALLENGE}").text
    assert given == respond(ALICE, CHALLENGE, purpose=Purpose.LOG_IN).text
    for purpose in range(Purpose.ADD_DEVICE, Purpose.SELF_TEST + 1):
        assert given != respond(ALICE, CHALLENGE, purpose=Purpose(purpose)).text


@pytest.mark.parametrize("challenge", ["12345", "1234567", "012345", "12345a", "%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5%D9%A6"])
def test_a_mistyped_challenge_is_told(server: ServingPhone, challenge: str) -> None:
    """What is no challenge is a program's mistake, and is not repeated."""
    refused = server.gives(f"challenge={challenge}")
    assert refused.status == 400
    assert refused.text.startswith("This is not a challenge code: ")
    assert challenge not in refused.text


def test_many_at_once(server: ServingPhone) -> None:
    """Programs do not get into each other's way."""
    with ThreadPoolExecutor(max_workers=8) as programs:
        questions = [str(100_000 + number) for number in range(40)]
        given = list(programs.map(lambda asked: server.gives(f"challenge={asked}"), questions))
    assert [one.text for one in given] == [respond(ALICE, asked).text for asked in questions]


# who is answered


@pytest.mark.parametrize(
    "shown",
    [
        *(None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "bearer {token}", "Bearer {token}x"),
        *("{token}", "Bearer {half}", "Bearer \xe9\xe9", "Bearer {token}, Bearer {token}"),
    ],
)
def test_without_the_token_nothing_is_given(server: ServingPhone, shown: str | None) -> None:
    """None, another one, half of it, and other spellings are refused alike, whatever is asked."""
    header = None if shown is None else shown.format(token=server.token, half=server.token[:20])
    for query in (f"challenge={CHALLENGE}", "user=nobody", "nonsense"):
        refused = server.gives(query, Authorization=header)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert refused.text.startswith("The token is missing or wrong. Send Authorization: Bearer TOKEN")


def test_the_token_is_taken_from_its_header_alone(server: ServingPhone) -> None:
    """An address, which stands in logs, is no place for it."""
    for query in (f"token={server.token}", f"access_token={server.token}"):
        assert server.gives(f"{query}&challenge={CHALLENGE}", Authorization=None).status == 401
        assert server.gives(f"{query}&challenge={CHALLENGE}").status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": None},
        {"Host": "example.com"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": "127.0.0.1@example.com"},
        {"Host": "192.168.1.1"},
        {"Host": "localhost.example.com:8766"},
        {"Origin": "http://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=repr,
)
def test_no_web_page_is_answered(server: ServingPhone, headers: dict[str, str | None]) -> None:
    """Neither a name that leads here from elsewhere, nor a page of another origin, even with the token."""
    refused = server.gives(f"challenge={CHALLENGE}", **headers)
    assert refused.status == 403
    assert refused.text.startswith("Only programs on this machine are answered")
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:{port}", "[::1]:{port}"])
def test_every_name_of_this_machine_will_do(server: ServingPhone, host: str) -> None:
    """With a port or without."""
    assert server.gives(f"challenge={CHALLENGE}", Host=host.format(port=server.port)).text == RESPONSE


def test_it_listens_on_loopback_alone(server: ServingPhone) -> None:
    """Another address of the same machine has no such port."""
    socket.create_connection(("127.0.0.1", server.port), LONGEST_S).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.port), LONGEST_S)


@pytest.mark.parametrize("path", ["/", "/Response", "/response/", "/response/x", "/favicon.ico", "/..", "*"])
def test_there_is_one_address(server: ServingPhone, path: str) -> None:
    """Anything else is not there."""
    refused = server.gives(f"challenge={CHALLENGE}", path=path)
    assert (refused.status, refused.text) == (404, "There is nothing here. Ask for /response?user=NAME.")


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_it_is_only_asked(server: ServingPhone, method: str) -> None:
    """GET is the one method."""
    refused = server.gives(f"challenge={CHALLENGE}", method=method)
    assert (refused.status, refused.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize(
    "query",
    [
        "challenge=",
        "user=&challenge=123456",
        "challenge=123456&challenge=123457",
        "user=alice&user=bob",
        "challenge=123456&more=1",
        "Challenge=123456",
        "challenge",
        "challenge=123456&&",
        "challenge=%ff",
        "a=1&b=2&c=3&d=4&e=5",
    ],
)
def test_what_is_asked_is_asked_clearly(server: ServingPhone, query: str) -> None:
    """Each name once, none that is not known, none without a value: nothing is guessed."""
    refused = server.gives(query)
    assert refused.status == 400
    assert refused.text.startswith("Ask for /response?user=NAME or /response?user=NAME&challenge=123456")


NONSENSE = {
    "header": b"GET /response HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 10_000 + b"\r\n\r\n",
    "line": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "tls": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
    "old": b"GET /response\r\n\r\n",
    "length": b"GET /response HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
    "body": b"POST /response HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n",
}


def says_nonsense(server: ServingPhone, sent: bytes) -> bytes:
    """Send bytes, and return what comes back until the connection is closed."""
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), LONGEST_S) as connection:
        with contextlib.suppress(ConnectionError):  # closed before all of it was read
            connection.sendall(sent)
        with contextlib.suppress(OSError):  # nobody is there any more
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65_536):
                answer += part
    return answer


def test_nonsense_is_refused_and_forgotten(phone: Authkey) -> None:
    """What is no request, or too large, is closed with a refusal; nobody else notices, and no traceback is told."""
    with serving(phone) as server:
        for name, sent in NONSENSE.items():
            answer = says_nonsense(server, sent)
            assert answer == b"" or int(answer.split()[1]) in {400, 403, 413, 431}, (name, answer)
            assert b"Traceback" not in answer, name
            assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE, name
        server.child.terminate()
        status, _, err = server.ends()
    assert status == 0
    assert set(err.splitlines()) <= {
        "alice: a response was given.",
        "Only programs on this machine are answered, at 127.0.0.1 or localhost, and no web page.",
    }


#: Ten more than the connections that the phone bears at once.
CROWD = 210


@pytest.mark.parametrize("sent", [b"", b"GET /resp"], ids=["nothing", "half a line"])
def test_a_silent_crowd_keeps_nobody_waiting(server: ServingPhone, sent: bytes) -> None:
    """More connections than are borne at once, which say nothing more, are let go while a program still waits."""
    with contextlib.ExitStack() as crowd:
        for _ in range(CROWD):
            connection = crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), LONGEST_S))
            connection.sendall(sent)
        assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE


def test_a_dripping_crowd_keeps_nobody_waiting(server: ServingPhone) -> None:
    """A request that comes a letter at a time is let go as one that does not come."""
    with contextlib.ExitStack() as crowd, ThreadPoolExecutor() as asking:
        dripping = [
            crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), LONGEST_S)) for _ in range(CROWD)
        ]
        began = time.monotonic()
        asked = asking.submit(server.gives, f"challenge={CHALLENGE}")
        while not asked.done() and time.monotonic() - began < LONGEST_S:
            for connection in dripping:
                with contextlib.suppress(ConnectionError):  # let go
                    connection.sendall(b"x")
            wait([asked], timeout=0.5)
        assert asked.done()
        assert asked.result().text == RESPONSE


def test_a_program_that_is_slow_is_answered(server: ServingPhone) -> None:
    """Half a request and, a moment later, the rest; and another one on the same connection."""
    lines = (
        f"GET /response?challenge={CHALLENGE} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {server.token}",
    )
    request = "".join(f"{line}\r\n" for line in (*lines, "")).encode()
    answers = b""
    with socket.create_connection(("127.0.0.1", server.port), LONGEST_S) as connection:
        connection.sendall(request[:20])
        assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE
        for rest in (request[20:], request):
            connection.sendall(rest)
            while not answers.endswith(RESPONSE.encode()):
                part = connection.recv(65_536)
                assert part, answers
                answers += part
            assert answers.startswith(b"HTTP/1.1 200 OK")
            answers = b""


# the phone's own state


def test_what_happens_to_the_phone_meanwhile_counts(authkey: Authkey) -> None:
    """A user who was taken off it, an app that was removed, a phone that was erased: each answer looks anew."""
    authkey.holds(make_phone(ALICE, BOB))
    with serving(authkey) as server:
        assert server.gives(f"user=bob&challenge={CHALLENGE}").status == 200
        authkey.with_pin("forget", "bob", "--yes", check=0)
        assert server.gives(f"user=bob&challenge={CHALLENGE}").status == 404
        assert server.gives(f"user=alice&challenge={CHALLENGE}").text == RESPONSE
        authkey("app", "remove", "--yes", check=0)
        removed = server.gives(f"challenge={CHALLENGE}")
        assert (removed.status, removed.text) == (
            409,
            "IBKR Mobile is not installed on this phone. Run authkey app install.",
        )
        authkey("forget", "--yes", check=0)
        gone = server.gives(f"challenge={CHALLENGE}")
        assert gone.status == 409
        assert gone.text.startswith("No phone in ")


def test_a_damaged_phone_is_said_and_not_guessed_at(phone: Authkey) -> None:
    """One sentence, no traceback, and the server goes on."""
    with serving(phone) as server:
        keystore = phone.home / "keystore.json"
        whole = keystore.read_bytes()
        keystore.write_bytes(whole[:-40])
        refused = server.gives(f"challenge={CHALLENGE}")
        assert refused.status == 500
        assert " is damaged: " in refused.text
        keystore.chmod(0o644)
        assert server.gives(f"challenge={CHALLENGE}").status == 409
        keystore.unlink()
        keystore.mkdir(mode=0o700)
        assert server.gives(f"challenge={CHALLENGE}").status in {409, 500}
        keystore.rmdir()
        keystore.write_bytes(whole)
        keystore.chmod(0o600)
        assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE


def test_a_portal_that_does_not_run_is_said(authkey: Authkey) -> None:
    """502, and where it was looked for; a named challenge is answered all the same."""
    nowhere = make_account(origin="http://127.0.0.1:9")
    authkey.holds(make_phone(nowhere))
    with serving(authkey) as server:
        refused = server.gives("user=alice")
        assert refused.status == 502
        assert nowhere.origin in refused.text
        assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE
        authkey("settings", "airplane", "on", check=0)
        offline = server.gives("user=alice")
        assert offline.status == 409
        assert offline.text.startswith("This phone has no connection")
        assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE


# the token's file


def test_the_token_is_made_private_and_kept(phone: Authkey) -> None:
    """256 random bits in a file that nobody else reads; the next run goes on with it."""
    with serving(phone) as server:
        first = server.token
        assert stat.S_IMODE(server.token_file.stat().st_mode) == 0o600
        assert len(first) == 43
    with serving(phone) as server:
        assert server.token == first
        assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE
    (phone.folder / "token").unlink()
    with serving(phone) as server:
        assert server.token != first


def test_a_token_of_ones_own(phone: Authkey) -> None:
    """Whoever wants a token that is known beforehand writes it there; a line end does not belong to it."""
    token = phone.folder / "token"
    token.write_text("a" * 32 + "\r\n")
    token.chmod(0o600)
    with serving(phone) as server:
        assert server.gives(f"challenge={CHALLENGE}", Authorization=f"Bearer {'a' * 32}").text == RESPONSE


@pytest.mark.parametrize("content", ["", "short", "a" * 31, "a" * 129, "a" * 31 + "!", "a" * 20 + "\n" + "b" * 20])
def test_what_is_no_token_is_refused(phone: Authkey, content: str) -> None:
    """A file of something else is neither taken nor replaced, and not repeated."""
    token = phone.folder / "token"
    token.write_text(content)
    token.chmod(0o600)
    done = phone.with_pin("serve", "--port", "0", "--token-file", str(token), check=65)
    assert done.stderr.startswith(f"authkey: The token in {token} is none: ")
    assert token.read_text() == content
    assert len(content) < 6 or content not in done.stderr


def test_a_file_that_others_can_read_is_refused(phone: Authkey) -> None:
    """What others may read is no secret; a link may be somebody else's, a folder is no file."""
    token = phone.folder / "token"
    token.write_text("a" * 43)
    token.chmod(0o644)
    serve = ("serve", "--port", "0", "--token-file")
    assert "chmod 600" in phone.with_pin(*serve, str(token), check=77).stderr
    link = phone.folder / "link"
    link.symlink_to(token)
    phone.with_pin(*serve, str(link), check=77)
    dangling = phone.folder / "dangling"
    dangling.symlink_to(phone.folder / "nowhere")
    phone.with_pin(*serve, str(dangling), check=77)
    assert not (phone.folder / "nowhere").exists()
    phone.with_pin(*serve, str(phone.home), check=77)
    phone.with_pin(*serve, str(phone.folder / "nowhere" / "token"), check=74)


# how it begins and ends


def test_a_token_file_needs_its_folder(phone: Authkey) -> None:
    """The file is made where there is none, its folder is not: a path that was mistyped is told."""
    done = phone.with_pin("serve", "--port", "0", "--token-file", str(phone.folder / "typo" / "token"), check=74)
    assert f"There is no folder {phone.folder / 'typo'} to make the token's file in" in done.stderr
    assert not (phone.folder / "typo").exists()


def test_it_needs_a_token_file(phone: Authkey) -> None:
    """There is no server without a token."""
    assert "Missing option '--token-file'" in phone.with_pin("serve", check=64).stderr


@pytest.mark.parametrize("port", ["-1", "65536", "x", "8766.0"])
def test_a_port_is_a_port(phone: Authkey, port: str) -> None:
    """Anything else is a usage error."""
    done = phone.with_pin("serve", "--port", port, "--token-file", str(phone.folder / "token"), check=64)
    assert "--port" in done.stderr
    assert not (phone.folder / "token").exists()


def test_a_port_that_is_taken(phone: Authkey) -> None:
    """One sentence with the way out, before the PIN costs a try."""
    with serving(phone) as server:
        phone.pin.write_text("1111")
        done = phone.with_pin("serve", "--port", str(server.port), "--token-file", str(server.token_file), check=74)
    assert done.stderr == (
        f"authkey: Port {server.port} is taken by another program. Stop it, or choose another port: --port 0 picks "
        "one.\n"
    )
    assert phone.json("status")["tries_left"] == 8


def test_a_wrong_pin_ends_it(phone: Authkey) -> None:
    """As every command: the try counts, and nothing is served."""
    phone.pin.write_text("1111")
    done = phone.with_pin("serve", "--port", "0", "--token-file", str(phone.folder / "token"), check=77)
    assert done.stdout == ""
    assert phone.json("status")["tries_left"] == 7


def test_a_phone_that_cannot_answer_does_not_serve(authkey: Authkey) -> None:
    """No phone, nobody on it, somebody else, an app that is gone: refused at once."""
    serve = ("serve", "--port", "0", "--token-file", str(authkey.folder / "token"))
    authkey.with_pin(*serve, check=77)
    authkey.holds(make_phone())
    assert authkey.with_pin(*serve, check=77).stderr.startswith("authkey: No user on this phone yet.")
    authkey("forget", "--yes", check=0)
    authkey.holds(make_phone(ALICE))
    assert authkey.with_pin(*serve, "--user", "bob", check=77).stderr.startswith("authkey: bob is not on this phone.")
    authkey("app", "remove", "--yes", check=0)
    authkey.with_pin(*serve, check=77)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_calmly(phone: Authkey, number: signal.Signals) -> None:
    """With 0, at once, and with nothing left to say."""
    with serving(phone) as server:
        assert server.gives(f"challenge={CHALLENGE}").status == 200
        assert server.notes() == "alice: a response was given.\n"
        server.child.send_signal(number)
        assert server.ends() == (0, "", "")


def test_nohup_is_heeded(phone: Authkey) -> None:
    """Whoever starts it so that it outlives the terminal means that."""
    phone.command = ["nohup", *phone.command]
    with serving(phone) as server:
        server.child.send_signal(signal.SIGHUP)
        assert server.gives(f"challenge={CHALLENGE}").text == RESPONSE
        server.child.terminate()
        assert server.ends()[0] == 0


def test_each_answer_is_one_calm_line(phone: Authkey) -> None:
    """Whoever watches reads what was given to whom, and why not; never a response, a challenge or the token."""
    with serving(phone) as server:
        server.gives(f"user=alice&challenge={CHALLENGE}")
        server.gives(f"challenge={CHALLENGE}", Authorization="Bearer guess")
        server.gives(f"user=bob&challenge={CHALLENGE}")
        server.gives(path="/x")
        server.child.terminate()
        _, out, err = server.ends()
        told = err.splitlines()
        for secret in (RESPONSE, CHALLENGE, "guess", server.token):
            assert secret not in out + err
    assert told[1].startswith("The token is missing or wrong. ")
    assert told[:1] + told[2:] == [
        "alice: a response was given.",
        "bob is not on this phone. authkey users lists who is.",
        "There is nothing here. Ask for /response?user=NAME.",
    ]


def test_its_own_words_are_of_its_language(phone: Authkey) -> None:
    """The terminal reads Japanese; programs are answered in English."""
    with serving(phone, "--lang", "ja") as server:
        assert server.announced == f"authkey の応答アドレス: {server.address}"
        refused = server.gives("user=bob&challenge=123456")
        assert refused.text == "bob is not on this phone. authkey users lists who is."
        assert server.notes() == "bob はこの端末にいません。authkey users で確認できます。\n"


def test_neither_arguments_nor_environment_hold_the_token(server: ServingPhone) -> None:
    """What the system shows of the process has neither token nor PIN."""
    process = Path("/proc") / str(server.child.pid)
    shown = [(process / name).read_bytes() for name in ("cmdline", "environ")]
    assert not any(server.token.encode() in text or PIN.encode() in text for text in shown)
