"""The second device at a live portal: made from the document alone, it activates and logs in beside phones of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.second_device import RefusedError, SecondDevice
from tests.support.phone import make_phone
from tests.support.portal import LivePortal, password_of, served_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of the classic profile."""
    with served_portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


def test_a_stranger_activates_and_logs_in(portal: LivePortal) -> None:
    """The URI that `authsim users activation` prints makes the second device a user's, and its response logs in."""
    portal.adds("stella")
    device = SecondDevice(label="a stranger's device")

    account = device.activate(portal.activation_uri("stella"))
    browser = portal.visitor()
    for _ in range(2):
        page = browser.types_password("stella", password_of("stella"))
        assert browser.types_response(device.respond(page.challenge)).has_succeeded
        browser.signs_out()

    known = portal.shows("stella")["device"]
    assert (known["device_id"], known["label"]) == (account.device_id, "a stranger's device")
    assert known["last_used_ms"] is not None


def test_a_stranger_activates_by_session_id(portal: LivePortal) -> None:
    """Session ID and fingerprint, read from the page that shows the QR code, activate the second device too."""
    portal.adds("sylvia")
    device = SecondDevice()
    browser = portal.visitor()
    page = browser.types_password("sylvia", password_of("sylvia"))

    device.activate_by_session_id(
        page.one(cls="xyz-sessionid").text, address=portal.address, fingerprint=page.one(cls="fingerprint").text
    )
    browser.get("/portal/activation")
    step_up = browser.press("/portal/activation/sign-in")

    assert browser.types_response(device.respond(step_up.challenge)).has_succeeded


def test_a_stranger_s_uri_is_good_once(portal: LivePortal) -> None:
    """A second device that comes late with the same URI is refused, and the first one goes on."""
    portal.adds("selma")
    uri = portal.activation_uri("selma")
    first, late = SecondDevice(), SecondDevice()
    first.activate(uri)

    with pytest.raises(RefusedError, match="auth_failed"):
        late.activate(uri)

    browser = portal.visitor()
    page = browser.types_password("selma", password_of("selma"))
    assert browser.types_response(first.respond(page.challenge)).has_succeeded


def test_both_kinds_of_phone_at_one_portal(portal: LivePortal, tmp_path: Path) -> None:
    """A user of ours and a user of the second device log in side by side, and neither answers for the other."""
    portal.adds("sara", "theo")
    stranger, ours = SecondDevice(), make_phone(tmp_path / "phone")
    stranger.activate(portal.activation_uri("sara"))
    ours.activates(portal.activation_uri("theo"))
    sara, theo = portal.visitor(), portal.visitor()

    of_sara = sara.types_password("sara", password_of("sara")).challenge
    of_theo = theo.types_password("theo", password_of("theo")).challenge

    assert stranger.respond(of_theo) != ours.responds(of_theo)
    assert theo.types_response(ours.responds(of_theo)).has_succeeded
    assert sara.types_response(ours.responds(of_sara)).error == "Authentication failed"
    of_sara = sara.types_password("sara", password_of("sara")).challenge
    assert sara.types_response(stranger.respond(of_sara)).has_succeeded


def test_a_phone_of_ours_replaces_the_stranger_s(portal: LivePortal, tmp_path: Path) -> None:
    """After `users activation --replace` our phone answers for the user, and the second device no more."""
    portal.adds("sofia")
    stranger, ours = SecondDevice(), make_phone(tmp_path / "phone", platform="android").is_made()
    stranger.activate(portal.activation_uri("sofia"))
    ours.activates(portal.activation_uri("sofia", "--replace"))
    browser = portal.visitor()

    page = browser.types_password("sofia", password_of("sofia"))
    assert browser.types_response(stranger.respond(page.challenge)).error == "Authentication failed"
    page = browser.types_password("sofia", password_of("sofia"))
    assert browser.types_response(ours.responds(page.challenge)).has_succeeded
