"""`authkey trade`: the trading device in a terminal, answered by the phone."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.authkey import Authkey
from tests.support.child import LONGEST_S
from tests.support.portal import password_of
from tests.support.resident import Resident
from tests.support.tiny_portal import Reply, TinyPortal
from tests.support.tree import ROOT


class TradingDevice:
    """A second device of a resident, without any phone of its own."""

    def __init__(self, resident: Resident, folder: Path) -> None:
        self.resident = resident
        folder.mkdir()
        self.device = Authkey(folder)
        self.password = folder / "password"
        self.password.write_text(f"{password_of(resident.name)}\n")

    def arguments(self, *more: str) -> list[str]:
        """Return what a script says to log in."""
        return ["trade", self.resident.name, "--portal", self.resident.portal.address, *more]

    def in_pipe(self, *more: str) -> "subprocess.Popen[str]":
        """Log in as a script does: the challenge comes on standard output, the response goes to standard input."""
        device = self.device
        arguments = self.arguments("--password-file", str(self.password), "--response-stdin", *more)
        return subprocess.Popen(
            [*device.command, "--home", str(device.home), *arguments],
            cwd=ROOT,
            env=device.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def trading(resident: Resident, tmp_path: Path) -> TradingDevice:
    """The trading device of somebody with an iPhone."""
    return TradingDevice(resident, tmp_path / "trading")


def first_line(child: "subprocess.Popen[str]") -> str:
    """Return the challenge."""
    assert child.stdout is not None
    return child.stdout.readline().strip()


def test_a_script_logs_in(trading: TradingDevice) -> None:
    """Challenge out, response in; nothing is announced to the phone; at the end it is signed out again."""
    child = trading.in_pipe()
    challenge = first_line(child)
    out, err = child.communicate(trading.resident.phone.responds(challenge), timeout=LONGEST_S)

    assert (child.returncode, out, err) == (0, f"Logged in as {trading.resident.name}.\n", "")
    assert len(challenge) == 6
    open_sessions = trading.resident.portal.rows(
        "SELECT count(*) FROM sessions JOIN users USING (user_id) WHERE name = ? AND ended_ms IS NULL",
        trading.resident.name,
    )
    assert open_sessions[0][0] == 0
    assert trading.resident.uses("approve", check=77).stderr.startswith("authkey: No request waits")


@pytest.mark.parametrize(
    ("response", "status", "said"),
    [
        (
            "00000000",
            77,
            (
                "authkey: Authentication failed. Begin again: the next challenge has its own response. "
                "On the authentication device, check the user and each digit.\n"
            ),
        ),
        ("123", 77, "authkey: A Response String has 8 digits. Type it as the authentication device shows it.\n"),
        ("", 77, "authkey: A Response String has 8 digits. Type it as the authentication device shows it.\n"),
    ],
)
def test_a_response_that_is_not_right(trading: TradingDevice, response: str, status: int, said: str) -> None:
    """In the page's words, and with what to do."""
    child = trading.in_pipe()
    first_line(child)
    _, err = child.communicate(response, timeout=LONGEST_S)

    assert (child.returncode, err) == (status, said)


def test_a_script_reads_json(trading: TradingDevice) -> None:
    """The challenge comes on standard error then, and one object at the end."""
    child = trading.in_pipe("--json")
    assert child.stderr is not None
    challenge = child.stderr.readline().strip()
    out, _ = child.communicate(trading.resident.phone.responds(challenge), timeout=LONGEST_S)

    assert f'"user": "{trading.resident.name}"' in out
    assert '"state": "logged_in"' in out


def test_a_wrong_password_is_said(trading: TradingDevice) -> None:
    """With the documented text."""
    trading.password.write_text("wrong horse battery")
    child = trading.in_pipe()
    out, err = child.communicate(timeout=LONGEST_S)

    assert (child.returncode, out) == (77, "")
    assert err.startswith("authkey: Invalid username password combination.")


def test_a_user_without_a_phone_cannot_trade(trading: TradingDevice) -> None:
    """And is told what to do."""
    trading.resident.portal.operator("users", "revoke", trading.resident.name)
    child = trading.in_pipe()
    _, err = child.communicate(timeout=LONGEST_S)

    assert child.returncode == 77
    assert err.startswith("authkey: No phone can answer for this user.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trade",), "Nobody can be asked here. Add --response-stdin, "),
        (("trade", "alice", "--response-stdin"), "Say which portal: add --portal URL."),
        (("trade", "--response-stdin", "--portal", "http://127.0.0.1:9"), "Say which user: authkey trade NAME."),
        (("trade", "alice", "--response-stdin", "--portal", "nowhere"), "A portal is named http://HOST:PORT"),
    ],
)
def test_what_a_script_left_out_is_said(authkey: Authkey, arguments: tuple[str, ...], said: str) -> None:
    """Before anything is sent."""
    assert authkey(*arguments, check=64).stderr.startswith(f"authkey: {said}")


def test_a_portal_that_does_not_answer_is_said(authkey: Authkey) -> None:
    """With 69; a password that is none is not even sent."""
    arguments = ("trade", "alice", "--response-stdin", "--portal", "http://127.0.0.1:9")
    authkey(*arguments, "--password-file", str(authkey.pin), check=69)
    authkey(*arguments, "--password-file", "/dev/null", check=77)


@pytest.mark.parametrize(
    ("reply", "status", "said"),
    [
        (Reply(b"{}"), 65, "does not answer like an AuthSim portal."),
        (Reply(b"{}", status=418), 65, "does not answer like an AuthSim portal."),
        (Reply(b"{}", status=503), 69, "does not answer."),
        (Reply(b"{}", status=429), 69, "does not answer."),
        (Reply(b"{}", status=429, headers={"Retry-After": "53"}), 77, "Try again in 53 seconds."),
        (Reply(b"{}", status=403), 77, "The portal does not let this user in now."),
    ],
)
def test_each_answer_has_its_sentence(
    authkey: Authkey, portal: TinyPortal, reply: Reply, status: int, said: str
) -> None:
    """Busy, closed for a while, or no portal at all."""
    portal.answers["/api/trading/v1/login"] = lambda _: reply
    arguments = ("trade", "alice", "--response-stdin", "--portal", portal.origin, "--password-file", str(authkey.pin))

    assert said in authkey(*arguments, check=status).stderr


@pytest.mark.parametrize("language", ["en", "ja"])
def test_who_has_opted_out_is_in(authkey: Authkey, portal: TinyPortal, language: str) -> None:
    """No challenge: what that means is said, and what it restricts; the session is signed out at the end."""
    entry = {"v": 1, "user_label": "olivia", "session": "A" * 43}
    portal.answers["/api/trading/v1/login"] = lambda _: Reply(json.dumps(entry).encode())
    portal.answers["/api/trading/v1/sign-out"] = lambda _: Reply(b'{"v":1}')
    arguments = ("trade", "olivia", "--response-stdin", "--portal", portal.origin, "--password-file", str(authkey.pin))

    done = authkey("--lang", language, *arguments, check=0)
    told = json.loads(authkey(*arguments, "--json", check=0).stdout)

    assert done.stdout.count("\n") == 1
    assert "olivia" in done.stdout
    assert "OTCBB" in done.stderr
    assert ("The secure login system is off for trading" in done.stderr) is (language == "en")
    assert (told["state"], told["secure_login"], told["user"]) == ("logged_in", "off", "olivia")


def test_a_trading_phone_without_a_connection_says_so(resident: Resident) -> None:
    """As with everything else that needs the portal."""
    resident.phone("settings", "airplane", "on", check=0)

    said = resident.phone("trade", resident.name, "--response-stdin", check=77).stderr
    assert said.startswith("authkey: This phone has no connection")


@pytest.mark.parametrize(
    ("platform", "language", "labels"),
    [
        ("ios", "en", ("Log In", "Two-Factor Authentication", "Challenge code", "Enter response code", "Send")),
        ("android", "en", ("Log In", "Two-Factor Authentication", "Challenge code", "Enter response code", "Log In")),
        (
            "ios",
            "ja",
            ("ログイン", "二段階ログイン認証", "チャレンジコード", "レスポンス・コード入力", "送信"),
        ),
        (
            "android",
            "ja",
            ("ログイン", "二段階ログイン認証", "チャレンジコード", "レスポンス・コード入力", "ログイン"),
        ),
    ],
)
def test_the_articles_steps(trading: TradingDevice, platform: str, language: str, labels: tuple[str, ...]) -> None:
    """Credentials, Log In, Two-Factor Authentication, the challenge, the response, and the platform's button."""
    name = trading.resident.name
    arguments = ["--lang", language, "trade", "--portal", trading.resident.portal.address, "--platform", platform]
    with trading.device.at_terminal(*arguments) as child:
        child.expect([": "])
        child.sendline(name)
        child.expect([": "])
        child.sendline(password_of(name))
        child.expect_exact(labels[0])
        child.expect_exact(labels[1])
        child.expect_exact(": ")
        child.sendline("1")
        child.expect_exact(labels[2])
        child.expect(r"(\d{6})")
        assert child.match is not None
        response = trading.resident.phone.responds(str(child.match[1]))
        child.expect_exact(f"{labels[3]}: ")
        child.sendline("123")
        child.expect_exact(f"{labels[3]}: ")
        child.sendline(response)
        child.expect_exact(labels[4])
        child.expect_exact(name)
        child.expect_exact(": ")
        child.sendline("")
        child.read()
        child.wait()

    assert child.exitstatus == 0


def test_the_phone_knows_its_portal(resident: Resident) -> None:
    """On a phone with one portal, neither portal nor platform need be said."""
    with resident.phone.at_terminal("trade", resident.name) as child:
        child.expect_exact("Password: ")
        child.sendline(password_of(resident.name))
        child.expect_exact("Migrate IB Key")
        child.sendintr()
        child.read()


def test_the_other_choice_migrates(moves_in: Callable[..., Resident], tmp_path: Path) -> None:
    """Migrate IB Key, its consequence, the texted code, a new Passcode: the old phone has lost IB Key."""
    resident = moves_in(phone="+15555550123")
    trading = TradingDevice(resident, tmp_path / "trading")
    with trading.device.at_terminal(*trading.arguments("--platform", "ios")) as child:
        child.expect_exact("Password: ")
        child.sendline(password_of(resident.name))
        child.expect_exact("2  Migrate IB Key")
        child.sendline("2")
        child.expect_exact("Is it the same? [y/N]: ")
        child.sendline("y")
        child.expect_exact("loses IB Key at once")
        child.expect_exact("[y/N]: ")
        child.sendline("y")
        child.expect_exact("Activation Code")
        code = resident.portal.operator("users", "texts", resident.name).stdout.rpartition("#")[2].strip()
        child.expect_exact(": ")
        child.sendline(code)
        for _ in range(2):
            child.expect_exact("Passcode: ")
            child.sendline("4938")
        child.expect_exact(f"IB Key is active for {resident.name}.")
        child.read()

    assert resident.uses("approve", check=77).stderr.startswith("authkey: Another phone has taken this one's place")
    assert trading.device.with_pin("approve", check=77).stderr.startswith("authkey: No request waits")
