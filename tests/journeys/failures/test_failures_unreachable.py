"""A portal that does not answer, at each step of each flow, and how the person goes on when it does again."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.failing import KINDS, Ward

UNREACHABLE = 69
kinds = pytest.mark.parametrize(("platform", "language"), KINDS)


@contextmanager
def gone(ward: Ward) -> Iterator[None]:
    """Stop the portal, and start it again at the same place."""
    ward.portal.stop()
    try:
        yield
    finally:
        ward.portal.serve()


@kinds
def test_a_portal_that_does_not_answer(ward: Ward, platform: str, language: str) -> None:
    """Every command that needs it says so with 69; a typed response needs none; afterwards everything goes on."""
    victim, other, scanned = ward.takes(language), ward.takes(language), ward.takes(language)
    phone = victim.moves_in(platform)
    new, pin = other.buys(platform), ("--pin-file", str(phone.pin_file))
    browser = victim.begins()
    challenge = browser.get("/sso/SecondFactor?with=challenge").challenge
    half = scanned.buys(platform)
    adding = half.starts(*scanned.with_credentials(half, "activate", "--username", scanned.name))
    code = scanned.reads_code(half)

    with gone(ward):
        for command in ("approve", "deny"):
            victim.refused(phone, "D18", command, status=UNREACHABLE)
        victim.refused(phone, "J9", "troubleshoot")
        for enrol in (
            ("activate", "--username", other.name),
            ("add-user", other.name),
            ("migrate", other.name, "--yes"),
        ):
            other.told(new.runs(*other.with_credentials(new, *enrol), given="0\n"), "A14", status=UNREACHABLE)
        other.refused(new, "C14", "activate", other.uri, status=UNREACHABLE)
        victim.told(phone.runs("inbox", victim.number), "A14", status=UNREACHABLE)
        trade = ("trade", victim.name, "--password-file", str(victim.password), "--response-stdin")
        victim.told(phone.runs(*trade, given="\n"), "F6", status=UNREACHABLE)
        out, err = adding.communicate(f"{code}\n", timeout=60)
        lost = subprocess.CompletedProcess(adding.args, adding.returncode, out, err)
        scanned.told(lost, "A15", status=UNREACHABLE)
        response = phone.responds(challenge)

    new.does("activate", "--resume", "--pin-file", str(new.pin_file))
    half.does("add-user", "--resume", "--pin-file", str(half.pin_file))
    assert other.answers(new)
    assert scanned.answers(half)
    phone.does("approve", *pin)
    browser.types_response(response)
    assert browser.page is not None
    assert victim.answers(phone)


@kinds
def test_a_portal_that_is_gone_during_a_recovery(ward: Ward, platform: str, language: str) -> None:
    """iOS needs no portal for it; Android begins again when it answers, and nothing was lost meanwhile."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    phone.does("app", "update-os")
    recover = victim.with_credentials(phone, "recover", victim.name)

    with gone(ward):
        if platform == "ios":
            phone.does("recover", "--yes", "--pin-file", str(phone.pin_file))
        else:
            victim.told(phone.runs(*recover, given="0\n"), "H7", status=UNREACHABLE)

    if platform == "android":
        assert victim.enrols(phone, "recover", victim.name).returncode == 0
    assert victim.answers(phone)


@kinds
def test_a_phone_that_listens_meanwhile(ward: Ward, platform: str, language: str) -> None:
    """It says that the portal went and came, and hears the next request."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    child = phone.starts("listen", "--once", "--json", "--pin-file", str(phone.pin_file))
    assert child.stderr is not None
    said = child.stderr.readline()
    with gone(ward):
        said += child.stderr.readline()
    said += child.stderr.readline()
    browser = victim.begins()
    out, _ = child.communicate(timeout=60)

    done = subprocess.CompletedProcess(child.args, child.returncode, out, said)
    victim.told(done, "D19", status=0, user=victim.name)
    victim.told(done, "D19", status=0, place=1, user=victim.name)
    phone.does("approve", "--pin-file", str(phone.pin_file))
    assert victim.goes_on(browser)
