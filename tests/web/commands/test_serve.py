import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from authsim.policy import CLASSIC, Policy
from authsim.protocol.suite import CLASSIC6
from tests.support.child import LONGEST_S, children_of, is_running, wait_until
from tests.support.postgres import PostgresServer
from tests.web.commands.conftest import Operator
from web.settings import Settings
from web.wiring import create_portal


def address_of(child: "subprocess.Popen[str]") -> str:
    """The address that a serving child announces in its first line."""
    assert child.stdout is not None
    line = child.stdout.readline()
    assert line.startswith("AuthSim is ready at http"), line or (child.stderr.read() if child.stderr else "")
    return line.split()[-1]


def get(address: str, path: str, *, tls: ssl.SSLContext | None = None) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of one request."""
    host, port = urlsplit(address).hostname or "", urlsplit(address).port
    plain = http.client.HTTPConnection(host, port, timeout=LONGEST_S)
    with closing(
        http.client.HTTPSConnection(host, port, timeout=LONGEST_S, context=tls) if tls else plain
    ) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())


@contextmanager
def taken_port() -> Iterator[int]:
    """A port of this machine that somebody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def test_it_announces_its_address_when_it_answers(operator: Operator, data: str) -> None:
    """The last word of the one line on stdout is where the login page is; stderr is quiet."""
    with operator.serving("--data", data, "--port", "0") as child:
        status, body, headers = get(address_of(child), "/sso/Login")
        child.terminate()
        assert child.wait(LONGEST_S) == 0
        rest, errors = child.communicate()

    assert status == 200
    assert "xyz-field-username" in body
    assert "Server" not in headers
    assert (rest, errors) == ("", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_cleanly_on_a_signal(operator: Operator, data: str, number: signal.Signals) -> None:
    """SIGTERM, Ctrl-C and a closed terminal end it with 0, without a word, and the store is closed: no log is left."""
    with operator.serving("--data", data, "--port", "0") as child:
        address_of(child)
        child.send_signal(number)
        assert child.wait(LONGEST_S) == 0
        assert child.communicate() == ("", "")

    assert not Path(data, "portal.sqlite3-wal").exists()


def test_the_origin_is_kept_for_activations(operator: Operator, data: str) -> None:
    """A portal that was served knows its address when an operator asks for an activation; redirects stay relative."""
    operator.succeeds("users", "add", "olga", "--data", data)
    with operator.serving("--data", data, "--port", "0") as child:
        address = address_of(child)
        uri = operator.succeeds("users", "activation", "olga", "--data", data)
        status, _, headers = get(address.replace("127.0.0.1", "localhost"), "/")

    assert f"&p={address.replace('://', '%3A%2F%2F').replace(':', '%3A')}" in uri.replace("http:", "http%3A")
    assert status == 302
    assert headers["Location"].startswith("/sso/Login?")


def test_a_chosen_origin_is_what_phones_are_told(operator: Operator, data: str) -> None:
    """--origin names the portal for phones; the announced address is still the one that listens."""
    operator.succeeds("users", "add", "otto", "--data", data)
    with operator.serving("--data", data, "--port", "0", "--origin", "http://portal.test:8080") as child:
        assert address_of(child).startswith("http://127.0.0.1:")
        assert "p=http%3A%2F%2Fportal.test%3A8080" in operator.succeeds("users", "activation", "otto", "--data", data)


def test_a_demo_stays_at_home(operator: Operator, tmp_path: Path) -> None:
    """Other machines never reach a demo, whose keys a seed may have made; on this one it is served like any other."""
    demo = tmp_path / "demo"
    create_portal(Settings(data_dir=demo), profile=CLASSIC, policy=Policy(), suite=CLASSIC6, is_demo=True).close()

    said = operator.fails(64, "serve", "--data", str(demo), "--port", "0", "--origin", "http://portal.test:8080")
    with operator.serving("--data", str(demo), "--port", "0") as child:
        status, _, _ = get(address_of(child), "/sso/Login")

    assert "a demo stays on this machine" in said
    assert status == 200


def test_a_taken_port_is_one_sentence(operator: Operator, data: str) -> None:
    """The port is named, with the way out: status 74."""
    with taken_port() as port:
        said = operator.fails(74, "serve", "--data", data, "--port", str(port))

    assert f"port {port} is taken" in said
    assert "--port 0" in said


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--host", "0.0.0.0"), "every network"),  # noqa: S104 - what is refused
        (("--host", "8.8.8.8", "--bind-private", "--tls"), "nothing overrides"),
        (("--host", "10.1.2.3"), "--bind-private"),
        (("--host", "no-such-host.invalid"), "no address"),
        (("--origin", "http://portal.example.com"), "private"),
        (("--origin", "http://my-bank.test"), "bank"),
        (("--origin", "HTTP://x/"), "origin"),
        (("--origin", "https://portal.test"), "--proxies 1"),
        (("--origin", "http://portal.test", "--tls"), "https://"),
        (("--port", "65536"), "65535"),
        (("--set", "challenge_seconds=9"), "init"),
    ],
)
def test_what_it_refuses_to_serve(operator: Operator, data: str, options: tuple[str, ...], word: str) -> None:
    """An address, name or port that is not allowed is one sentence with the rule: status 64."""
    assert word in operator.fails(64, "serve", "--data", data, *options)


def test_a_proxy_that_speaks_https_brings_forms(operator: Operator, data: str) -> None:
    """With an https origin and the proxy named, a form that went through it is taken as one of our own."""
    told = {"Host": "portal.test", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.168.7.8"}
    options = ("--origin", "https://portal.test", "--proxies", "1")
    with operator.serving("--data", data, "--port", "0", *options) as child:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address_of(child)).port, timeout=LONGEST_S)
        with closing(connection):
            connection.request("GET", "/sso/Login", headers=told)
            page = connection.getresponse()
            token = page.read().decode().partition('name="csrf_token" value="')[2].partition('"')[0]
            cookies = "; ".join(line.partition(";")[0] for line in page.headers.get_all("Set-Cookie") or [])
            form = urlencode({"csrf_token": token, "username": "nobody", "password": "not right"})
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://portal.test"}
            connection.request("POST", "/sso/Login", form, told | kind | {"Cookie": cookies})
            answer = connection.getresponse()

    assert answer.status == 303
    assert "Secure" in (page.headers.get("Set-Cookie") or "")


def test_a_debugger_is_refused(operator: Operator, data: str) -> None:
    """With FLASK_DEBUG set nothing is served."""
    assert "FLASK_DEBUG" in operator.fails(64, "serve", "--data", data, "--port", "0", FLASK_DEBUG="1")


def test_a_place_without_a_portal_names_init(operator: Operator, tmp_path: Path) -> None:
    """A directory that holds none is not made into one: the command that would is named."""
    assert "authsim init" in operator.fails(64, "serve", "--data", str(tmp_path / "none"))
    assert "authsim init" in operator.fails(64, "serve", "--data", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_store_is_one_sentence(stranger: Operator, tmp_path: Path) -> None:
    """A file that is no database ends the start with status 74."""
    data = tmp_path / "portal"
    stranger.succeeds("init", "--data", str(data))
    (data / "portal.sqlite3").write_bytes(b"no database at all")

    stranger.fails(74, "serve", "--data", str(data), "--port", "0")


def test_the_access_log_holds_nothing_that_was_typed(operator: Operator, data: str) -> None:
    """With --access-log each answer is a line: method, route, status, time; neither query nor path as typed."""
    with operator.serving("--data", data, "--port", "0", "--access-log") as child:
        address = address_of(child)
        get(address, "/sso/Login?password=CANARY-query")
        get(address, "/CANARY-path/x")
        child.terminate()
        _, errors = child.communicate()

    lines = errors.splitlines()
    assert [line.rsplit(" ", 2)[0] for line in lines] == ["GET /sso/Login 200", "GET (no such page) 404"]
    assert "CANARY" not in errors


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_several_workers_serve_and_leave(operator: Operator, data: str, tls: bool) -> None:
    """Workers answer behind one announcement, over TLS with a kept certificate, and all of them end with the parent."""
    options = ("--tls",) if tls else ()
    with operator.serving("--data", data, "--port", "0", "--workers", "2", *options) as child:
        address = address_of(child)
        context = ssl.create_default_context(cafile=str(Path(data, "tls.crt"))) if tls else None
        answers = [get(address, "/sso/Login", tls=context)[0] for _ in range(8)]
        wait_until(lambda: len(children_of(child.pid)) == 2)
        workers = children_of(child.pid)
        child.terminate()
        assert child.wait(LONGEST_S) == 0
        rest, errors = child.communicate()

    assert answers == [200] * 8
    assert rest == ""
    assert [line for line in errors.splitlines() if not line.startswith("certificate ")] == []
    wait_until(lambda: not any(is_running(worker) for worker in workers))
    assert not Path(data, "portal.sqlite3-wal").exists()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_ctrl_c_ends_workers_without_a_word(operator: Operator, data: str, tls: bool) -> None:
    """Ctrl-C reaches the parent and its workers at once, with a browser's idle connection open, and nothing is said."""
    options = ("--tls",) if tls else ()
    with operator.serving("--data", data, "--port", "0", "--workers", "2", *options) as child:
        port = urlsplit(address_of(child)).port or 0
        with (
            closing(socket.create_connection(("127.0.0.1", port))) as stranger,
            closing(socket.create_connection(("127.0.0.1", port))),
        ):
            stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                stranger.recv(1024)
            os.killpg(child.pid, signal.SIGINT)
            assert child.wait(LONGEST_S) == 0
        rest, errors = child.communicate()

    assert rest == ""
    assert [line for line in errors.splitlines() if not line.startswith("certificate ")] == []


def test_a_killed_worker_is_replaced(operator: Operator, data: str) -> None:
    """Another worker takes the place of one that was killed, and nothing is announced again."""
    with operator.serving("--data", data, "--port", "0", "--workers", "2") as child:
        address = address_of(child)
        wait_until(lambda: len(children_of(child.pid)) == 2)
        victim = children_of(child.pid)[0]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(set(children_of(child.pid)) - {victim}) == 2)
        assert get(address, "/readyz")[0] == 200
        child.terminate()
        assert child.wait(LONGEST_S) == 0
        assert child.communicate()[0] == ""


def test_workers_that_have_just_begun_hear_that_they_have_to_end(operator: Operator, data: str) -> None:
    """A worker that is told to end before it can do anything about it ends as soon as it can, and is not killed."""
    with operator.serving("--data", data, "--port", "0", "--workers", "2") as child:
        address_of(child)
        wait_until(lambda: len(children_of(child.pid)) == 2)
        before = set(children_of(child.pid))
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: len(set(children_of(child.pid)) - before) > 0)
        (newborn, *_) = set(children_of(child.pid)) - before
        os.kill(newborn, signal.SIGTERM)
        wait_until(lambda: not is_running(newborn))
        child.terminate()
        assert child.wait(LONGEST_S) == 0


def test_what_killed_workers_leave_is_put_away(operator: Operator, data: str) -> None:
    """Whoever was the last to leave the store, and however, no log of it is left when the server has ended."""
    with operator.serving("--data", data, "--port", "0", "--workers", "2") as child:
        address = address_of(child)
        wait_until(lambda: len(children_of(child.pid)) == 2)
        assert get(address, "/sso/Login")[0] == 200
        child.send_signal(signal.SIGSTOP)
        for worker in children_of(child.pid):
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: children_of(child.pid) == [])
        assert Path(data, "portal.sqlite3-wal").exists()
        child.terminate()
        child.send_signal(signal.SIGCONT)
        assert child.wait(LONGEST_S) == 0

    assert not Path(data, "portal.sqlite3-wal").exists()


@pytest.mark.parametrize("package", ["gunicorn", "gevent", "packaging"])
def test_without_the_extra_the_remedy_is_named(operator: Operator, data: str, tmp_path: Path, package: str) -> None:
    """Where a part of the extra is not installed, --workers and --tls say what to install."""
    # A finder that hides the extra, as an environment without it does.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "from importlib.abc import MetaPathFinder\n"
        "class Hidden(MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {package!r}:\n"
        "            raise ModuleNotFoundError(name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    for option in (("--tls",), ("--workers", "2")):
        said = operator.fails(64, "serve", "--data", data, "--port", "0", *option, PYTHONPATH=str(tmp_path))
        assert "pip install 'authsim[server]'" in said


def test_a_portal_in_postgresql_is_served(stranger: Operator, tmp_path: Path, postgres_server: PostgresServer) -> None:
    """The same commands serve a database, with one process and with workers."""
    with postgres_server.empty_database() as url:
        store = (
            "--database-url",
            url.replace("postgresql+psycopg://", "postgresql://"),
            "--key-file",
            str(tmp_path / "portal.key"),
        )
        stranger.succeeds("init", *store)
        for workers in ("1", "2"):
            with stranger.serving(*store, "--port", "0", "--workers", workers) as child:
                assert get(address_of(child), "/readyz")[0] == 200
                child.terminate()
                assert child.wait(LONGEST_S) == 0
                assert child.communicate() == ("", "")


def test_a_demo_ends_when_nobody_holds_it(stranger: Operator, tmp_path: Path) -> None:
    """A portal that was started for a demo ends with whoever started it, however that one ended."""
    # Its stdin is closed from the beginning.
    with stranger.serving("--demo", "--data", str(tmp_path / "demo"), "--port", "0") as child:
        assert child.wait(LONGEST_S) == 0


def test_a_portal_is_served_once(operator: Operator, data: str) -> None:
    """A second server of one store is refused and leaves its address alone; after the first has ended it may serve."""
    with operator.serving("--data", data, "--port", "0") as first:
        address = address_of(first)
        assert "already" in operator.fails(64, "serve", "--data", data, "--port", "0")
        operator.succeeds("users", "add", "rosa", "--data", data)
        uri = operator.succeeds("users", "activation", "rosa", "--data", data)
        assert address.rpartition(":")[2] in uri
        first.kill()
        first.wait(LONGEST_S)
    with operator.serving("--data", data, "--port", "0", "--workers", "2") as second:
        address_of(second)
        assert "already" in operator.fails(64, "serve", "--data", data, "--port", "0")


def test_commands_to_copy_are_quoted(operator: Operator, tmp_path: Path) -> None:
    """A directory with a blank in its name stays one word in the commands that we tell people to type."""
    place = tmp_path / "my portal"

    assert f"--data '{place}'" in operator.succeeds("init", "--data", str(place))
