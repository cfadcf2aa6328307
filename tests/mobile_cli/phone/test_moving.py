"""Migration, recovery, another PIN, and a code that is typed: the ways by which a user comes onto a phone again."""

from collections.abc import Callable

import pytest

from authsim.protocol.login_uri import LoginUri, format_login_uri
from tests.support.glass import Fingers
from tests.support.portal import LivePortal, password_of
from tests.support.walking import ELEMENT, Walker

NUMBER = "+15555550131"


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_migrate(portal: LivePortal, buys: Callable[..., Walker], platform: str) -> None:
    """Done wholly on the new phone; from then on the portal knows it as the one that answers."""
    name = f"moves-{platform}"
    portal.adds(name, phone=NUMBER)
    old, new = buys("old"), buys("new", platform=platform, number=NUMBER)
    old.activates(name)

    async def story(me: Fingers) -> None:
        before = new.last_text()
        await me.taps("IBKR Mobile")
        await me.types("Username", name)
        await me.types("Password", password_of(name))
        await me.taps("Log In")
        await me.taps("Migrate IB Key")
        await me.sees("stops working on the old phone")
        await me.taps("Migrate IB Key")
        await me.types("Password", password_of(name))
        await me.taps({"ios": "Continue", "android": "Get Activation Code"}[platform])
        await me.taps("It is the same")
        await me.types("Password", password_of(name))
        await me.taps({"ios": "Continue", "android": "Get Activation Code"}[platform])
        await me.sees("SMS")
        await me.types("Activation Code", new.reads_code(after=before))
        if platform == "android":
            await me.types("IBKR Mobile PIN", ELEMENT)
            await me.taps("Activate")
        else:
            await me.taps("Activate")
            await me.gives(ELEMENT)
        await me.sees(f"IB Key is active for {name}")

    new.walks(story)
    assert new.users == [name]
    assert portal.shows(name)["device"]["label"] == {"ios": "iPhone", "android": "Android phone"}[platform]


def test_recovery_on_ios(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """After an update of the system the app asks whether to restore; Yes and the Passcode are enough."""
    portal.adds("rina")
    walker = buys("phone")
    walker.activates("rina")

    async def story(me: Fingers) -> None:
        await me.taps("Settings")
        await me.taps("Software update")
        await me.sees("may ask to restore")
        await me.taps("Back")
        await me.taps("IBKR Mobile")
        await me.taps("Recover IB Key")
        await me.sees("Restore the IB Key configuration")
        await me.taps("Yes")
        await me.gives(ELEMENT)
        await me.sees("IB Key is restored")
        await me.taps("Done")
        await me.taps("Services")
        await me.taps("Authenticate")
        await me.types("Challenge code", "123456")
        await me.taps("Generate Response")
        await me.gives(ELEMENT)
        await me.sees("Response String")

    walker.walks(story)


def test_recovery_on_android(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """Credentials, a text and the old PIN; the text is read on the same phone."""
    portal.adds("rolf", phone="+15555550132")
    walker = buys("phone", platform="android", number="+15555550132")
    walker.activates("rolf")

    async def story(me: Fingers) -> None:
        await me.taps("Settings")
        await me.taps("Software update")
        await me.taps("Back")
        await me.taps("IBKR Mobile")
        await me.taps("Recover IB Key")
        await me.taps("Continue")
        await me.types("Username", "rolf")
        await me.types("Password", password_of("rolf"))
        await me.taps("Start recovery")
        await me.sees("SMS")
        await me.types("Activation Code", walker.reads_code())
        await me.types("IBKR Mobile PIN", ELEMENT)
        await me.taps("Submit")
        await me.sees("IB Key is restored")
        await me.taps("Done")
        await me.taps("Close")
        await me.taps("Messages")
        await me.sees("[SIMULATION]")
        await me.taps("Copy the code")
        await me.sees("Copied.")

    walker.walks(story)
    assert walker.users == ["rolf"]


def test_another_pin_on_android(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """Credentials, the present PIN and the new one twice; afterwards only the new one opens the app."""
    portal.adds("petra")
    walker = buys("phone", platform="android")
    walker.activates("petra")

    async def fills(me: Fingers, *, password: str, current: str, new: str, repeat: str) -> None:
        await me.types("Username", "petra")
        await me.types("Password", password)
        await me.types("Current PIN", current)
        await me.types("New PIN", new)
        await me.types("Repeat the new PIN", repeat)
        await me.taps("Submit")

    async def story(me: Fingers) -> None:
        await me.taps("IBKR Mobile")
        await me.taps("Services")
        await me.taps("Authenticate")
        await me.taps("Change PIN")
        right = password_of("petra")
        await fills(me, password=right, current=ELEMENT, new="97531", repeat="97530")
        await me.sees("not the same")
        await fills(me, password=right, current="1111", new="97531", repeat="97531")
        await me.sees("left")
        await fills(me, password="wrong-password", current=ELEMENT, new="97531", repeat="97531")
        await me.sees("Invalid username password combination")
        await fills(me, password=right, current=ELEMENT, new="97531", repeat="97531")
        await me.sees("The PIN is changed")
        await me.taps("Done")
        await me.taps("Services")
        await me.taps("Authenticate")
        await me.types("IBKR Mobile PIN", "97531")
        await me.types("Challenge code", "123456")
        await me.taps("Generate Response")
        await me.sees("Response String")

    walker.walks(story)


def test_a_typed_session_id(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """Android, without a camera: Session ID, then the PIN; a code that is none is told."""
    portal.adds("sina")
    walker = buys("phone", platform="android")
    browser = portal.visitor()
    page = browser.types_password("sina", password_of("sina"))
    typed = page.one(cls="xyz-sessionid").text.strip()

    async def story(me: Fingers) -> None:
        await me.taps("IBKR Mobile")
        await me.taps("Services")
        await me.taps("Authenticate")
        await me.taps("Add User")
        await me.taps("Continue")
        await me.taps("Session ID")
        await me.types("Session ID", "ABC")
        await me.taps("Continue")
        await me.sees("code")
        await me.types("Session ID", typed)
        await me.taps("Continue")
        await me.taps("Activate")
        await me.gives(ELEMENT)
        await me.sees("IB Key is active for sina")

    walker.walks(story)


def test_a_login_qr_code(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """The camera sees the code of a login page; the request is shown, and nothing is approved by scanning."""
    portal.adds("quinn")
    walker = buys("phone")
    walker.activates("quinn")

    async def story(me: Fingers) -> None:
        browser = portal.visitor()
        browser.types_password("quinn", password_of("quinn"))
        await me.taps("Camera")
        await me.types("authsim://", shown_code(portal))
        await me.taps("Point at the code")
        await me.taps('Open in "IBKR Mobile"')
        await me.sees("Log in as quinn")
        await me.taps("Deny")
        await me.sees("Denied")

    walker.walks(story)


def shown_code(portal: LivePortal) -> str:
    """What the QR code of the newest login says; that the page draws it is the browser's test."""
    (instance,) = portal.rows("SELECT instance_id, origin FROM instance")
    newest = portal.rows("SELECT request_id, expires_ms FROM push_requests ORDER BY serial DESC LIMIT 1")[0]
    uri = LoginUri(
        instance_id=instance["instance_id"],
        origin=instance["origin"],
        request_id=newest["request_id"],
        expires_s=newest["expires_ms"] // 1000,
    )
    return format_login_uri(uri).reveal_text()


def test_the_trading_session_ends(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """Logged in to the app on a phone, Log Out leads back to the login screen."""
    portal.adds("tara")
    walker = buys("phone")
    walker.activates("tara")

    async def story(me: Fingers) -> None:
        await me.taps("IBKR Mobile")
        await me.types("Username", "tara")
        await me.types("Password", password_of("tara"))
        await me.taps("Log In")
        await me.taps("Two-Factor Authentication")
        await me.sees("Challenge code")
        given = me.handset.answering.respond("tara", me.code(), me.typed(ELEMENT))
        await me.types("Enter response code", given)
        await me.taps("Send")
        await me.sees("tara is logged in")
        await me.taps("More")
        await me.taps("Log Out")
        await me.sees("Username", "Password")

    walker.walks(story)
