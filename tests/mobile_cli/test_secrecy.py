"""Where a PIN and a key must never stand."""

import subprocess
from pathlib import Path

from authsim.secret import Secret
from tests.support.authkey import Authkey
from tests.support.child import LONGEST_S, wait_until
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import ACTIVATE, Reply, TinyPortal
from tests.support.tree import ROOT

PIN = "770431"


def test_neither_arguments_nor_environment_hold_a_pin(authkey: Authkey) -> None:
    """While the phone works, what the system shows of its process has no PIN, and it can leave no core dump."""
    authkey.holds(make_phone(make_account()), pin=PIN)
    child = subprocess.Popen(
        [*authkey.command, "--home", str(authkey.home), "respond", "123456", "--pin-stdin"],
        cwd=ROOT,
        env=authkey.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    process = Path("/proc") / str(child.pid)
    # Until it has read its modules, and waits for the PIN.
    wait_until(lambda: child.poll() is not None or "_rust" in (process / "maps").read_text())
    shown = [(process / name).read_bytes() for name in ("cmdline", "environ")]
    limits = (process / "limits").read_text()
    out, _ = child.communicate(PIN, timeout=LONGEST_S)

    assert child.returncode == 0
    assert len(out) == 9
    assert not any(PIN.encode() in text for text in shown)
    assert [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")] == [["0", "0"]]


def test_a_pin_in_the_environment_is_not_read(authkey: Authkey) -> None:
    """There is no variable for it."""
    authkey.holds(make_phone(make_account()), pin=PIN)

    authkey("respond", "123456", AUTHKEY_PIN=PIN, PIN=PIN, AUTHKEY_PIN_FILE=str(authkey.pin), check=64)


def test_no_file_holds_a_secret_in_plain(authkey: Authkey, portal: TinyPortal) -> None:
    """Neither PIN nor code nor keys can be found in the home, during an activation and after it."""
    portal.code = Secret(bytes.fromhex("c0ffee00c0ffee11c0ffee22c0ffee33"))
    authkey.pin.write_text(PIN)
    during: list[bytes] = []

    def look(reply: Reply) -> Reply:
        during.append(b"".join(authkey.files().values()))
        return reply

    portal.answers[ACTIVATE] = look
    authkey.activates(portal.uri())
    after = b"".join(content for name, content in authkey.files().items() if name != "device.key")
    assert portal.seed is not None

    for content in (*during, after):
        assert PIN.encode() not in content
        for secret in (portal.code.reveal(), portal.seed.reveal()):
            assert secret not in content
            assert secret.hex().encode() not in content
    assert b"wP_uAMD_7hHA_-4iwP_uMw" not in b"".join((*during, after))  # the code in base64url


def test_what_is_said_holds_no_secret(authkey: Authkey, portal: TinyPortal) -> None:
    """Neither the PIN nor the one-time code is repeated, whether it goes well or not."""
    authkey.pin.write_text(PIN)
    said = [
        authkey.activates(portal.uri()),
        authkey.with_pin("activate", portal.uri() + "&z=1", check=65),
        authkey.with_pin("respond", "12345", check=65),
        authkey("status", "--json", check=0),
    ]
    text = "".join(done.stdout + done.stderr for done in said)

    assert PIN not in text
    assert "oKCgoKCgoKCgoKCgoKCgoA" not in text
