"""What goes wrong while a user comes onto a phone by credentials and a text: the rows A and B of docs/failures.md."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.failing import KINDS, Ward
from tests.support.failure_rows import require_words
from tests.support.phone import make_phone

MALFORMED, USAGE = 65, 64
AGAIN = {"en": "Activation Code (r: send a new one)", "ja": "アクティベーション・コード (r: 再送信)"}
kinds = pytest.mark.parametrize(("platform", "language"), KINDS)


@kinds
@pytest.mark.parametrize(("row", "command"), [("A1", ("activate", "--username")), ("B2", ("add-user",))])
def test_wrong_credentials(ward: Ward, platform: str, language: str, row: str, command: tuple[str, ...]) -> None:
    """No text is sent, and the next try with the right password gets one."""
    victim = ward.takes(language)
    phone = victim.buys(platform)
    whole = victim.with_credentials(phone, *command, victim.name)
    (victim.folder / f"{victim.name}.password").write_text("incorrect-horse\n")

    victim.told(phone.runs(*whole, given="000000\n"), row)

    assert victim.last_text() == 0
    assert victim.enrols(phone, *command, victim.name).returncode == 0


@kinds
@pytest.mark.parametrize(("row", "command"), [("A2", ("activate", "--username")), ("G2", ("migrate", "--yes"))])
def test_no_number_on_file(ward: Ward, platform: str, language: str, row: str, command: tuple[str, ...]) -> None:
    """The portal has nowhere to send the code; its QR code is the way."""
    victim = replace(ward.takes(language), name=f"numberless-{row}-{language}".lower())
    uri = ward.portal.adds(victim.name, activation=True, locale=language)[victim.name]["activation"]
    phone = victim.buys(platform)

    victim.told(phone.runs(*victim.with_credentials(phone, *command, victim.name), given="0\n"), row)

    phone.activates(uri)
    assert victim.answers(phone)


@kinds
def test_a_wrong_code_until_the_tries_are_spent(ward: Ward, platform: str, language: str) -> None:
    """Each try says what is left; then all is over, and a new beginning has tries again."""
    victim = ward.takes(language)
    phone = victim.buys(platform)
    activate = ("activate", "--username", victim.name)
    resume = ("add-user", "--resume", "--code-stdin", "--pin-file", str(phone.pin_file))

    victim.told(victim.enrols(phone, *activate, code="0000"), "A3", left=2)
    victim.told(phone.runs(*resume, given="0000\n"), "A3", place=1)
    victim.told(phone.runs(*resume, given="0000\n"), "A4")

    assert victim.enrols(phone, *activate).returncode == 0


@kinds
def test_texts_are_spent(ward: Ward, platform: str, language: str) -> None:
    """No more come, and the newest one still activates."""
    victim = ward.takes(language)
    phone = victim.buys(platform)
    portal = ("--portal", ward.portal.address, "--yes")
    typed = ("--password-file", str(victim.password), "--pin-file", str(phone.pin_file))
    with phone.in_terminal("activate", "--username", victim.name, *portal, *typed) as terminal:
        terminal.sees(AGAIN[language])
        terminal.types("r")
        terminal.sees(AGAIN[language])
        first = victim.last_text()
        terminal.types("r")
        terminal.sees(AGAIN[language])
        require_words("A8", language, terminal.screen)
        assert victim.last_text() == first
        terminal.types(victim.reads_code(phone))
        assert terminal.ends() == 0, terminal.screen


@kinds
def test_a_text_that_never_comes(ward: Ward, platform: str, language: str) -> None:
    """The inbox of the right number stays empty; that of a stranger's number is shown to nobody."""
    victim = ward.takes(language)
    phone = victim.buys(platform, "--number", victim.number)
    portal = ("--portal", ward.portal.address)

    victim.told(phone.runs("inbox", *portal, "--wait", "1"), "A9", number=victim.number)
    victim.told(phone.runs("inbox", "+447700900999", *portal), "A10", number="+447700900999")

    assert victim.enrols(phone, "activate", "--username", victim.name).returncode == 0


@kinds
def test_what_cannot_be_a_code(ward: Ward, platform: str, language: str) -> None:
    """Letters are noticed before a try is counted."""
    victim = ward.takes(language)
    phone = victim.buys(platform)
    activate = ("activate", "--username", victim.name)

    victim.told(victim.enrols(phone, *activate, code="O07182"), "A11", status=MALFORMED)

    code = victim.reads_code(phone)
    done = phone.runs("add-user", "--resume", "--code-stdin", "--pin-file", str(phone.pin_file), given=f"{code}\n")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("platform", "language", "element"),
    [("ios", "en", "Passcode"), ("ios", "ja", "パスコード"), ("android", "en", "PIN"), ("android", "ja", "PIN")],
)
def test_a_pin_outside_its_length(tmp_path: Path, platform: str, language: str, element: str) -> None:
    """Rejected where it is chosen, and no phone is made; 4 to 6 digits make it."""
    phone = make_phone(tmp_path, platform=platform, language=language)
    for pin in ("123", "1234567", "12a4"):
        phone.pin_file.write_text(f"{pin}\n")
        made = phone.runs("init", "--platform", platform, "--pin-file", str(phone.pin_file))
        assert made.returncode == USAGE
        require_words("A12", language, made.stderr, element=element)

    for pin in ("1234", "123456"):
        phone.pin_file.write_text(f"{pin}\n")
        phone.is_made()
        phone.does("forget", "--yes")


@kinds
def test_no_connection(ward: Ward, platform: str, language: str) -> None:
    """Nothing is sent; connected again, the same command goes through."""
    victim = ward.takes(language)
    phone = victim.buys(platform)
    phone.does("settings", "airplane", "on")

    victim.told(phone.runs(*victim.with_credentials(phone, "add-user", victim.name), given="0\n"), "A13")

    phone.does("settings", "airplane", "off")
    assert victim.enrols(phone, "add-user", victim.name).returncode == 0


@kinds
def test_a_user_who_is_on_this_phone_already(ward: Ward, platform: str, language: str) -> None:
    """One sentence, two causes; the test that tells them apart is the next login: a notification comes and works."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)

    victim.told(phone.runs(*victim.with_credentials(phone, "add-user", victim.name), given="0\n"), "B1")

    browser = victim.begins()
    phone.does("approve", "--pin-file", str(phone.pin_file))
    assert victim.goes_on(browser)


@kinds
def test_a_user_whom_only_this_phone_knows(ward: Ward, platform: str, language: str) -> None:
    """The other cause: no notification comes, because the portal knows another phone or none; forget, and add again."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    ward.portal.operator("users", "revoke", victim.name)

    victim.told(phone.runs(*victim.with_credentials(phone, "add-user", victim.name), given="0\n"), "B1")

    phone.does("forget", victim.name, "--yes", "--pin-file", str(phone.pin_file))
    assert victim.enrols(phone, "add-user", victim.name).returncode == 0
    assert victim.answers(phone)


@kinds
def test_each_user_has_a_code_of_its_own(ward: Ward, platform: str, language: str) -> None:
    """The text to one user does not bring another one onto the phone."""
    one, other = ward.takes(language), ward.takes(language)
    phone, second = one.buys(platform), other.buys(platform)
    child = phone.starts(*one.with_credentials(phone, "add-user", one.name))
    code = one.reads_code(phone)

    other.told(other.enrols(second, "add-user", other.name, code=code), "B3", left=2)

    child.communicate(f"{code}\n", timeout=60)
    assert child.returncode == 0


@kinds
@pytest.mark.parametrize(
    ("row", "act"),
    [("B4", "update-os"), ("B5", "remove")],
)
def test_an_app_that_cannot_be_used(ward: Ward, platform: str, language: str, row: str, act: str) -> None:
    """Another user waits until the app is there and recovered; the sentence names the command."""
    victim, other = ward.takes(language), ward.takes(language)
    phone = victim.moves_in(platform)
    phone.does("app", act, "--yes")

    other.told(phone.runs(*other.with_credentials(phone, "add-user", other.name), given="0\n"), row)
