"""`authkey trust`, and what a phone makes of a portal that is not the one it knows."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.adapters.system import SystemClock
from authsim.authenticator.device import Portal
from authsim.protocol.keys import fingerprint
from authsim.secret import Secret
from tests.support.authkey import Authkey
from tests.support.kept_port import kept_port
from tests.support.phones import make_account, make_phone
from tests.support.tiny_portal import INSTANCE, Reply, TinyPortal
from web.certificate import Certificate, keep_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """A portal's own, made as `serve --tls` makes it."""
    folder = tmp_path / "portal"
    folder.mkdir(mode=0o700)
    return keep_certificate(folder, names=(), now_ms=SystemClock().now_ms())


def test_a_key_is_kept_after_its_fingerprint_was_compared(authkey: Authkey, portal: TinyPortal) -> None:
    """A script brings the fingerprint along; in which case and how it is grouped does not matter."""
    authkey.holds(make_phone())
    typed = fingerprint(portal.psk).upper().replace(" ", ":")

    done = authkey.with_pin("trust", portal.origin, "--fingerprint", typed, check=0)

    assert done.stdout == f"{portal.origin} is trusted on this phone.\n"
    assert f"Fingerprint  {fingerprint(portal.psk)}\n" in done.stderr
    assert authkey.json("status")["portals"] == [portal.origin]


def test_a_script_is_told(authkey: Authkey, portal: TinyPortal) -> None:
    """One JSON object."""
    authkey.holds(make_phone())

    assert json.loads(authkey.with_pin("trust", portal.origin, "--yes", "--json", check=0).stdout) == {
        "certificate": None,
        "fingerprint": fingerprint(portal.psk),
        "instance_id": portal.instance_id,
        "portal": portal.origin,
    }


@pytest.mark.parametrize("typed", ["", "0000 0000 0000 0000 0000 0000 0000 0000", "3475"])
def test_another_fingerprint_keeps_nothing(authkey: Authkey, portal: TinyPortal, typed: str) -> None:
    """The whole fingerprint has to be the same."""
    authkey.holds(make_phone())
    done = authkey.with_pin("trust", portal.origin, "--fingerprint", typed, check=77)

    assert done.stderr.endswith("has another fingerprint. Nothing was kept; ask who runs the portal.\n")
    assert authkey.json("status")["portals"] == []


def test_nobody_trusts_in_silence(authkey: Authkey, portal: TinyPortal) -> None:
    """Without a fingerprint and without a terminal, --yes has to say that somebody compared."""
    authkey.holds(make_phone())

    assert authkey.with_pin("trust", portal.origin, check=64).stderr.endswith("Add --yes to go on.\n")


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 77)])
def test_a_person_compares(authkey: Authkey, portal: TinyPortal, answer: str, status: int) -> None:
    """The fingerprint stands above the question, in 8 groups; the Passcode is asked only after a yes."""
    authkey.holds(make_phone())
    with authkey.at_terminal("trust", portal.origin) as child:
        child.expect_exact(fingerprint(portal.psk))
        child.expect_exact("Is it the same? [y/N]: ")
        child.sendline(answer)
        if answer == "y":
            child.expect_exact("Passcode: ")
            child.sendline("4938")
            child.expect_exact("is trusted on this phone.")
        child.read()
        child.wait()

    assert child.exitstatus == status
    assert authkey.json("status")["portals"] == ([portal.origin] if status == 0 else [])


def test_a_phone_is_needed(authkey: Authkey, portal: TinyPortal) -> None:
    """There is nothing to keep a key in."""
    assert "Run authkey init" in authkey.with_pin("trust", portal.origin, check=77).stderr


def test_an_instance_with_another_key_is_refused(authkey: Authkey, portal: TinyPortal) -> None:
    """The same portal does not change its key."""
    authkey.holds(make_phone())
    authkey.with_pin("trust", portal.origin, "--yes", check=0)
    portal.psk_seed = Secret(b"\x77" * 32)

    assert "is not the one that this phone knows" in authkey.with_pin("trust", portal.origin, "--yes", check=77).stderr


def takes_over(portal: TinyPortal, authkey: Authkey) -> None:
    """Let another portal answer where the phone knows one, with a user."""
    account = make_account(origin=portal.origin, instance="77")
    known = Portal(account.instance_id, portal.origin, account.psk)
    authkey.holds(make_phone(account, portals=(known,)))


@pytest.mark.parametrize(
    "arguments",
    [
        lambda portal: ("trust", portal.origin, "--yes"),
        lambda portal: ("activate", portal.uri()),
        lambda portal: ("activate", portal.session_id(), "--portal", portal.origin),
    ],
    ids=["trust", "scan", "session-id"],
)
def test_a_portal_does_not_take_over_the_users_of_another(
    authkey: Authkey, portal: TinyPortal, arguments: Callable[[TinyPortal], tuple[str, ...]]
) -> None:
    """Refused with the remedy, and nothing is sent; after a person took the old one off, it goes on."""
    takes_over(portal, authkey)
    before = authkey.files()["keystore.json"]

    done = authkey.with_pin(*arguments(portal), check=77)

    assert f"authkey: This phone knows another portal at {portal.origin}." in done.stderr
    assert f"authkey forget --portal {portal.origin}" in done.stderr
    assert portal.requests == []
    assert authkey.files()["keystore.json"] == before

    authkey.with_pin("forget", "--portal", portal.origin, "--yes", check=0)
    authkey.with_pin(*arguments(portal), check=0)


def test_a_portal_is_forgotten_with_its_users(authkey: Authkey, portal: TinyPortal) -> None:
    """Each is named; the users of other portals stay, and --json tells."""
    here, there = make_account(origin=portal.origin), make_account("bob", origin="http://127.0.0.1:9", instance="12")
    authkey.holds(make_phone(here, there))

    done = authkey.with_pin("forget", "--portal", portal.origin, "--yes", check=0)

    assert done.stdout == (f"{portal.origin} is no longer known to this phone.\nalice is no longer on this phone.\n")
    assert "until somebody revokes it there" in done.stderr
    assert authkey.json("status")["users"] == ["bob"]
    told = authkey.with_pin("forget", "--portal", "http://127.0.0.1:9", "--yes", "--json", check=0).stdout
    assert json.loads(told) == {"forgot": "portal", "portal": "http://127.0.0.1:9", "users": ["bob"]}


def test_what_is_not_known_is_not_forgotten(authkey: Authkey) -> None:
    """A mistyped address takes nothing off; a name and an address together are wrong usage."""
    authkey.holds(make_phone(make_account()))

    assert "authkey status" in authkey.with_pin("forget", "--portal", "http://127.0.0.1:9", "--yes", check=77).stderr
    authkey.with_pin("forget", "alice", "--portal", "http://127.0.0.1:9", "--yes", check=64)
    authkey.with_pin("forget", "--portal", "http://127.0.0.1:8765", check=64)
    assert authkey.json("status")["users"] == ["alice"]


def test_a_person_is_asked_before_a_portal_is_forgotten(authkey: Authkey) -> None:
    """No is the answer unless it is yes."""
    account = make_account()
    authkey.holds(make_phone(account))
    with authkey.at_terminal("forget", "--portal", account.origin) as child:
        child.expect_exact("and all its users from this phone? [y/N]: ")
        child.sendline("")
        child.expect_exact("nothing was changed")
        child.read()
        child.wait()

    assert child.exitstatus == 77


# over TLS


def test_a_certificate_of_nobody_is_not_trusted(authkey: Authkey, certificate: Certificate) -> None:
    """The sentence names the command that trusts it."""
    authkey.holds(make_phone())
    with TinyPortal().serving(certificate=certificate) as portal:
        done = authkey.with_pin("trust", portal.origin, "--yes", check=77)

        assert f"authkey: {portal.origin} shows a certificate that this phone does not trust." in done.stderr
        assert f"authkey trust {portal.origin} --certificate FILE" in done.stderr
        assert "--certificate FILE" in authkey.with_pin("activate", portal.uri(), check=77).stderr


def test_a_certificate_is_trusted_for_its_portal(authkey: Authkey, certificate: Certificate) -> None:
    """From then on everything goes over TLS; the file is private, and holds no key of the portal."""
    authkey.holds(make_phone())
    both = authkey.folder / "both.pem"
    both.write_bytes(certificate.key_file.read_bytes() + certificate.certificate_file.read_bytes())
    with TinyPortal().serving(certificate=certificate) as portal:
        done = authkey.with_pin("trust", portal.origin, "--yes", "--certificate", str(both), check=0)
        assert authkey.activates(portal.uri()).stdout == "IB Key is active for alice.\nDone\n"

    assert certificate.fingerprint in done.stderr
    kept = authkey.home / "certificates.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in kept.read_text()
    authkey.with_pin("forget", "--portal", portal.origin, "--yes", check=0)
    assert json.loads(kept.read_text())["certificates"] == {}
    authkey("forget", "--yes", check=0)
    assert not kept.exists()


def test_another_certificate_than_the_trusted_one_is_refused(
    authkey: Authkey, certificate: Certificate, tmp_path: Path
) -> None:
    """Whoever shows a second one for the same address is somebody else."""
    authkey.holds(make_phone())
    (tmp_path / "stranger").mkdir(mode=0o700)
    stranger = keep_certificate(tmp_path / "stranger", names=(), now_ms=SystemClock().now_ms())
    with kept_port() as port:
        with TinyPortal().serving(certificate=certificate, port=port) as portal:
            trusted = ("--yes", "--certificate", str(certificate.certificate_file))
            authkey.with_pin("trust", portal.origin, *trusted, check=0)
        with TinyPortal(origin=portal.origin).serving(certificate=stranger, port=port):
            done = authkey.with_pin("activate", portal.uri(), check=77)

    assert "shows a certificate that this phone does not trust" in done.stderr


@pytest.mark.parametrize("content", [b"", b"nothing", bytes(20_000)])
def test_what_is_no_certificate_is_malformed(authkey: Authkey, content: bytes) -> None:
    """Neither an empty file nor another one."""
    authkey.holds(make_phone())
    (authkey.folder / "file").write_bytes(content)
    file = str(authkey.folder / "file")

    done = authkey.with_pin("trust", "https://127.0.0.1:9", "--certificate", file, check=65)

    assert done.stderr == ("authkey: This is not one certificate in PEM form. The portal keeps its own as tls.crt.\n")


def test_without_tls_there_is_no_certificate(authkey: Authkey, certificate: Certificate) -> None:
    """It would never be shown."""
    authkey.holds(make_phone())

    authkey.with_pin("trust", "http://127.0.0.1:9", "--certificate", str(certificate.certificate_file), check=64)


@pytest.mark.parametrize(
    "text", [None, "", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "é"]
)
def test_a_damaged_file_of_certificates_is_said(authkey: Authkey, text: str | None) -> None:
    """Never guessed at, and no fault of the portal's; nobody is asked without the certificate that was trusted."""
    authkey.holds(make_phone())
    content = {"certificates": {"https://127.0.0.1:9": text}, "v": 1}
    (authkey.home / "certificates.json").touch(mode=0o600)
    (authkey.home / "certificates.json").write_text(json.dumps(content))

    done = authkey.with_pin("trust", "https://127.0.0.1:9", "--yes", check=65)

    assert "certificates.json in" in done.stderr or "not one certificate" in done.stderr


@pytest.mark.parametrize("content", [b"{}", b"x"])
def test_what_is_no_file_of_certificates_is_said(authkey: Authkey, portal: TinyPortal, content: bytes) -> None:
    """It is named, with what to do."""
    authkey.holds(make_phone())
    (authkey.home / "certificates.json").touch(mode=0o600)
    (authkey.home / "certificates.json").write_bytes(content)

    done = authkey.with_pin("trust", portal.origin, "--yes", check=65)

    assert "certificates.json in" in done.stderr
    assert "is damaged" in done.stderr


def test_a_portal_that_is_none_is_said(authkey: Authkey, portal: TinyPortal) -> None:
    """A page at that address is no portal."""
    authkey.holds(make_phone())
    portal.answers[INSTANCE] = lambda _: Reply(b"{}")

    assert "does not answer like" in authkey.with_pin("trust", portal.origin, "--yes", check=65).stderr
