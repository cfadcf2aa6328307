"""What goes wrong while a phone answers a notification: the rows D of docs/failures.md."""

import pytest

from tests.support.failing import KINDS, Ward
from tests.support.failure_rows import LANGUAGES

kinds = pytest.mark.parametrize(("platform", "language"), KINDS)


@kinds
def test_a_newer_login_takes_the_request(ward: Ward, platform: str, language: str) -> None:
    """A tap on the older notification says so, its page as well; resent there, it is the other login's that is over."""
    victim = ward.takes(language)
    phone, older = victim.moves_in(platform), victim.begins()
    uri = victim.login_uri()
    newer = victim.begins()

    victim.refused(phone, "D2", "approve", uri)
    older.get("/sso/SecondFactor")
    victim.reads(older, "D2", 1, 2)

    older.press("/resend")
    phone.does("approve", "--pin-file", str(phone.pin_file))
    assert victim.goes_on(older)
    newer.get("/sso/SecondFactor")
    victim.reads(newer, "D2", 1, 2)


@kinds
@pytest.mark.parametrize(("row", "command"), [("D3", ("deny",)), ("D4", ("deny", "--report"))])
def test_a_login_that_was_refused(ward: Ward, platform: str, language: str, row: str, command: tuple[str, ...]) -> None:
    """The phone says what it did, the page says what the phone said, and both how to go on."""
    victim = ward.takes(language)
    phone, browser = victim.moves_in(platform), victim.begins()
    uri = victim.login_uri()

    victim.refused(phone, row, *command, status=0, user=victim.name)
    browser.get("/sso/SecondFactor")
    victim.reads(browser, row, 1, 2)

    victim.refused(phone, "D5", "approve", uri)
    again = victim.begins()
    phone.does("approve", "--pin-file", str(phone.pin_file))
    assert victim.goes_on(again)


@kinds
def test_nothing_waits(ward: Ward, platform: str, language: str) -> None:
    """Nobody logs in; a resent request takes the place of the first, and one answer is enough."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    victim.refused(phone, "D6", "approve")

    browser = victim.begins()
    first = victim.login_uri()
    browser.press("/resend")
    victim.refused(phone, "D2", "approve", first)
    phone.does("approve", "--pin-file", str(phone.pin_file))
    victim.refused(phone, "D6", "approve")
    assert victim.goes_on(browser)


@kinds
@pytest.mark.parametrize(
    ("row", "operation", "cure"), [("D7", "suspend", "resume"), ("D8", "replace", ""), ("D9", "revoke", "")]
)
def test_a_phone_that_is_out_of_use(
    ward: Ward, platform: str, language: str, row: str, operation: str, cure: str
) -> None:
    """To approve, to listen and to the checklist the portal says why, signed; what is asked of it never arrives."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    if operation == "replace":
        other = victim.buys(platform, name="other")
        assert victim.enrols(other, "migrate", victim.name, "--yes").returncode == 0
    else:
        ward.portal.operator("users", operation, victim.name)
    victim.begins()

    for command in (("approve",), ("listen",), ("troubleshoot",)):
        victim.refused(phone, row, *command)

    if cure:
        ward.portal.operator("users", cure, victim.name)
        victim.begins()
        phone.does("approve", "--pin-file", str(phone.pin_file))


@kinds
@pytest.mark.parametrize(("name", "off", "on"), [("airplane", "on", "off"), ("internet", "off", "wifi")])
def test_no_connection(ward: Ward, platform: str, language: str, name: str, off: str, on: str) -> None:
    """Requests cannot be answered, challenges can; connected again, the request still waits."""
    victim = ward.takes(language)
    phone, browser = victim.moves_in(platform), victim.begins()
    phone.does("settings", name, off)

    for command in (("approve",), ("deny",), ("listen",)):
        victim.refused(phone, "D10", *command)
    assert victim.answers(phone)

    phone.does("settings", name, on)
    browser.press("/resend")
    phone.does("approve", "--pin-file", str(phone.pin_file))
    assert victim.goes_on(browser)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_face_that_does_not_match(ward: Ward, language: str) -> None:
    """Each look says how many are left; after the fifth only the Passcode helps, and it unlocks the looks again."""
    victim = ward.takes(language)
    phone, browser = victim.moves_in("ios"), victim.begins()
    pin = ("--pin-file", str(phone.pin_file))
    phone.does("settings", "biometrics", "face-id", *pin)
    miss = ("approve", "--biometric", "no-match")

    for left in (4, 3, 2):
        victim.told(phone.runs(*miss), "D11", left=left)
    victim.told(phone.runs(*miss), "D11", place=1)
    victim.told(phone.runs(*miss), "D12")
    victim.told(phone.runs("approve", "--biometric", "match"), "D12")

    phone.does("approve", *pin)
    assert victim.goes_on(browser)
    victim.told(phone.runs("respond", "123456", "--biometric", "no-match"), "D11", left=4)


@kinds
def test_a_wrong_element_until_the_phone_wipes_itself(ward: Ward, platform: str, language: str) -> None:
    """Each try says what is left, the last but one what comes next; the eighth wipes, and the remedy is one command."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    right = phone.pin_file.read_text()
    phone.pin_file.write_text("1111\n")

    for left in range(7, 1, -1):
        victim.refused(phone, "D13", "respond", "123456", left=left)
    victim.refused(phone, "D13", "respond", "123456", place=1)
    victim.refused(phone, "D14", "respond", "123456")

    phone.pin_file.write_text(right)
    victim.refused(phone, "D14", "approve")
    phone.does("forget", "--yes")
    phone.is_made()
    assert victim.enrols(phone, "migrate", victim.name, "--yes").returncode == 0
    assert victim.answers(phone)


@kinds
def test_continue_before_the_phone_agreed(ward: Ward, platform: str, language: str) -> None:
    """The page stays, and says what is missing."""
    victim = ward.takes(language)
    phone, browser = victim.moves_in(platform), victim.begins()

    browser.press("/continue")

    victim.reads(browser, "D15")
    phone.does("approve", "--pin-file", str(phone.pin_file))
    assert victim.goes_on(browser)


@kinds
def test_a_request_of_somebody_else(ward: Ward, platform: str, language: str) -> None:
    """A phone that scans the QR code of another one's login finds nothing there; another portal's is told apart."""
    victim, other = ward.takes(language), ward.takes(language)
    phone = victim.moves_in(platform)
    other.moves_in(platform)
    other.begins()

    victim.refused(phone, "D6", "approve", other.login_uri())
    uri = other.login_uri()
    instance = uri.split("i=")[1][:32]
    victim.refused(phone, "D16", "approve", uri.replace(instance, "0" * 32))
    victim.refused(phone, "E1", "approve", victim.uri, status=65)


@kinds
def test_a_phone_with_several_users(ward: Ward, platform: str, language: str) -> None:
    """Requests for two of them: a script has to say for whom, and then the right login goes on."""
    victim, other = ward.takes(language), ward.takes(language)
    phone = victim.moves_in(platform)
    phone.activates(other.uri)
    browsers = [victim.begins(), other.begins()]

    victim.refused(phone, "D17", "approve", status=64)

    for one, browser in zip((victim, other), browsers, strict=True):
        phone.does("approve", "--user", one.name, "--pin-file", str(phone.pin_file))
        assert one.goes_on(browser)
