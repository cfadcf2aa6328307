"""A user's phones at the real portal: registered, moved, recovered, the PIN forgotten; texts are read as people do."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of, served_portal

NUMBERS = {"alice": "+15555550101", "bob": "+15555550102", "carol": "+15555550103", "dora": "+15555550104"}
REFUSED = 77


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal that sends texts as often as a test wants."""
    with served_portal(tmp_path_factory.mktemp("portal"), "--set", "sms_resend_seconds=0") as portal:
        for name, number in NUMBERS.items():
            portal.adds(name, phone=number, locale="ja" if name == "dora" else "en")
        portal.adds("erin")
        yield portal


def reads_texts(phone: Phone, portal: LivePortal, name: str, *options: str) -> list[dict[str, Any]]:
    """Return the texts to a user's number, as the phone's own inbox reads them."""
    told = phone.does("inbox", NUMBERS[name], "--portal", portal.address, "--json", *options)
    texts: list[dict[str, Any]] = json.loads(told)["texts"]
    return texts


def enrols(phone: Phone, portal: LivePortal, name: str, *command: str) -> tuple[int, str]:
    """Run a command that wants password and code, and give it the code of the text that it causes."""
    password = phone.folder / "password"
    password.write_text(f"{password_of(name)}\n")
    newest = max((text["sequence"] for text in reads_texts(phone, portal, name)), default=0)
    child = phone.starts(
        *(*command, "--portal", portal.address, "--password-file", str(password), "--code-stdin"),
        *("--pin-file", str(phone.pin_file)),
    )
    text = reads_texts(phone, portal, name, "--after", str(newest), "--wait", "60")[0]
    out, err = child.communicate(f"{text['code']}\n", timeout=60)
    return child.returncode, out + err


def answers(phone: Phone, portal: LivePortal, name: str) -> bool:
    """Log the user in with a typed challenge; say whether this phone's response was right."""
    browser = portal.visitor()
    page = browser.types_password(name, password_of(name))
    return browser.types_response(phone.responds(page.challenge, "--user", name)).has_succeeded


def test_a_user_moves_from_phone_to_phone_and_back(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """Registered inside the app, migrated to Android, and back: at each time exactly one phone answers."""
    first, second = sells("first"), sells("second", platform="android").is_made()
    status, said = enrols(first, portal, "alice", "activate", "--username", "alice")
    assert (status, "IB Key is active for alice." in said) == (0, True), said
    assert answers(first, portal, "alice")

    status, said = enrols(second, portal, "alice", "migrate", "alice", "--yes")
    assert (status, "The old phone of alice is replaced" in said) == (0, True), said
    assert answers(second, portal, "alice")
    assert not answers(first, portal, "alice")

    first.does("forget", "alice", "--yes", "--pin-file", str(first.pin_file))
    assert enrols(first, portal, "alice", "migrate", "alice", "--yes")[0] == 0
    assert answers(first, portal, "alice")
    assert not answers(second, portal, "alice")


def test_a_forgotten_pin_is_no_end(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """Android: clear the app's data, migrate onto the same phone with a new PIN."""
    phone = sells("forgetful", platform="android").is_made()
    assert enrols(phone, portal, "bob", "activate", "--username", "bob")[0] == 0
    phone.does("app", "clear-data", "--yes")
    phone.pin_file.write_text("8642\n")

    status, said = enrols(phone, portal, "bob", "migrate", "bob", "--yes")

    assert status == 0, said
    assert answers(phone, portal, "bob")


def test_android_recovers_with_its_pin(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """After a reinstallation, and again after an update of the system; the keys of before answer no more."""
    phone = sells("recovered", platform="android").is_made()
    assert enrols(phone, portal, "carol", "activate", "--username", "carol")[0] == 0
    devices = [portal.shows("carol")["device"]["device_id"]]
    for acts in (("remove", "install"), ("update-os",)):
        for act in acts:
            phone.does("app", act, "--yes")
        assert phone.runs("respond", "123456", "--pin-file", str(phone.pin_file)).returncode == REFUSED
        status, said = enrols(phone, portal, "carol", "recover", "carol")
        assert (status, "IB Key is recovered on this phone." in said) == (0, True), said
        assert answers(phone, portal, "carol")
        devices.append(portal.shows("carol")["device"]["device_id"])

    assert len(set(devices)) == 3


def test_a_wrong_code_says_what_is_left(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """The portal counts, the phone says it, in Japanese as well; after the last try all is over."""
    phone = sells("guessing", language="ja")
    (phone.folder / "password").write_text(f"{password_of('dora')}\n")
    given = ("--portal", portal.address, "--password-file", str(phone.folder / "password"), "--code-stdin")
    pin = ("--pin-file", str(phone.pin_file))
    said = [phone.runs("activate", "--username", "dora", *given, *pin, given="0000\n").stderr]
    said += [phone.runs("add-user", "--resume", "--code-stdin", *pin, given="0000\n").stderr for _ in range(3)]

    for sentence, text in zip(("残り2回です", "残り1回です", "この有効化は終了しました", "途中の"), said, strict=True):
        assert sentence in text
    assert "[SIMULATION]" in reads_texts(phone, portal, "dora")[0]["text"]


def test_without_a_number_there_is_the_qr_code(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """The portal says so after a right password only."""
    phone = sells("numberless")
    given = ("--portal", portal.address, "--password-file", str(phone.folder / "password"), "--code-stdin")
    said = []
    for password in ("wrong-password", password_of("erin")):
        (phone.folder / "password").write_text(f"{password}\n")
        done = phone.runs("activate", "--username", "erin", *given, "--pin-file", str(phone.pin_file), given="1\n")
        assert done.returncode == REFUSED
        said.append(done.stderr)

    assert "Invalid username password combination." in said[0]
    assert "There is no mobile number on file for this user" in said[1]
