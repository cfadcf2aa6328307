"""`authkey troubleshoot`: each cause of the checklist is provoked, found, and named with its remedy."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.resident import Resident

STEPS = [
    "app",
    "ib_key",
    "internet",
    "portal",
    "seamless",
    "list",
    "airplane",
    "do_not_disturb",
    "permission",
]


def looks_into(resident: Resident, *arguments: str, check: int) -> Any:
    """Return what the command tells a script."""
    return resident.told("troubleshoot", *arguments, check=check)


def causes_of(told: Any) -> dict[str, str]:
    """Return which steps found which cause."""
    return {finding["step"]: finding["cause"] for finding in told["findings"] if finding["cause"]}


def test_nothing_is_wrong(resident: Resident) -> None:
    """Every step in the article's order, each looked at; 0."""
    told = looks_into(resident, check=0)

    assert [finding["step"] for finding in told["findings"]] == STEPS
    assert {finding["verdict"] for finding in told["findings"]} == {"fine"}
    assert told["cause"] is told["response"] is None
    shown = resident.uses("troubleshoot").stdout.splitlines()
    assert shown[0] == "  ok  IBKR Mobile is installed"
    assert shown[1] == f"  ok  IB Key is active ({resident.name})"
    assert shown[-1] == "Nothing is in the way of a notification."
    assert shown[-3].startswith("  >>  The proof without a notification: log in to the portal")


@pytest.mark.parametrize(
    ("settings", "step", "cause", "remedy"),
    [
        ([("airplane", "on")], "airplane", "airplane", "authkey settings airplane off"),
        ([("internet", "off")], "internet", "no_internet", "authkey settings internet wifi"),
        ([("dnd", "on")], "do_not_disturb", "do_not_disturb", "authkey settings do-not-disturb off"),
        ([("banners", "off")], "list", "banners_off", "authkey settings banners on"),
        ([("lock-screen", "off"), ("locked", "on")], "list", "lock_screen_off", "authkey settings lock-screen on"),
        (
            [("allow-notifications", "off")],
            "permission",
            "not_allowed",
            "authkey settings allow-notifications on",
        ),
    ],
)
def test_each_setting_is_found(
    resident: Resident, settings: list[tuple[str, str]], step: str, cause: str, remedy: str
) -> None:
    """With the command that undoes it; doing that, nothing is wrong any more."""
    for setting in settings:
        resident.phone("settings", *setting, check=0)

    told = looks_into(resident, check=77)
    assert told["cause"] == cause
    assert causes_of(told) == {step: cause}
    shown = resident.uses("troubleshoot", check=77).stdout
    assert shown.splitlines()[-1].startswith("Cause: ")
    assert remedy in shown.splitlines()[-1]
    resident.phone(*remedy.split()[1:], check=0)
    looks_into(resident, check=0)


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        ([("allow-interruptions", "off")], "interruptions_off"),
        ([("on-the-lock-screen", "off"), ("lock", "")], "lock_screen_off"),
        ([("dnd", "on")], "do_not_disturb"),
        ([("app-notifications", "off")], "not_allowed"),
        ([("dnd", "on"), ("override-do-not-disturb", "on")], None),
        ([("allow-notification-dots", "off")], None),
    ],
)
def test_android_has_its_own(
    moves_in: Callable[..., Resident], settings: list[tuple[str, str]], cause: str | None
) -> None:
    """What its list can hide, and what it cannot."""
    resident = moves_in("android")
    for setting in settings:
        resident.phone("settings", *filter(None, setting), check=0)

    assert looks_into(resident, check=0 if cause is None else 77)["cause"] == cause


@pytest.mark.parametrize("settings", [("airplane", "on"), ("internet", "off")])
def test_a_phone_that_is_cut_off_asks_nobody(resident: Resident, settings: tuple[str, str]) -> None:
    """The portal's part is left open, no PIN is asked for, and the rest is looked at all the same."""
    resident.phone("settings", *settings, check=0)
    told = json.loads(resident.phone("troubleshoot", "--json", check=77).stdout)

    open_steps = {finding["step"] for finding in told["findings"] if finding["verdict"] == "unknown"}
    assert open_steps == {"ib_key", "portal", "seamless"}
    assert "not looked at, the phone cannot ask now" in resident.phone("troubleshoot", check=77).stdout


def test_seamless_is_asked_of_the_portal(resident: Resident) -> None:
    """Switched off there, it is the cause; the sentence says where to switch it on."""
    resident.portal.operator("users", "seamless", resident.name, "off")
    told = looks_into(resident, check=77)

    assert causes_of(told) == {"seamless": "seamless_off"}
    assert f"authsim users seamless {resident.name} on" in resident.uses("troubleshoot", check=77).stdout
    resident.portal.operator("users", "seamless", resident.name, "on")
    looks_into(resident, check=0)


def test_a_portal_that_does_not_answer_is_found(moves_in: Callable[..., Resident], resident: Resident) -> None:
    """IB Key and Seamless cannot be asked then."""
    from authsim.adapters.system import SystemEntropy
    from authsim.secret import Secret
    from mobile_cli.home import PhoneHome

    home = PhoneHome(str(resident.phone.home))
    home.change(
        home.unlock(Secret("4938")).dek,
        lambda phone: phone._replace(
            accounts=tuple(item._replace(origin="http://127.0.0.1:9") for item in phone.accounts)
        ),
        entropy=SystemEntropy(),
    )
    told = looks_into(resident, check=77)

    assert causes_of(told) == {"portal": "unreachable"}
    assert [item["verdict"] for item in told["findings"] if item["step"] in ("ib_key", "seamless")] == ["unknown"] * 2


@pytest.mark.parametrize(("command", "cause"), [("revoke", "device_revoked"), ("suspend", "device_suspended")])
def test_ib_key_is_asked_of_the_portal(resident: Resident, command: str, cause: str) -> None:
    """A phone that is not active for the user hears why."""
    resident.portal.operator("users", command, resident.name)
    told = looks_into(resident, check=77)

    assert causes_of(told) == {"ib_key": cause}


def test_an_app_that_is_not_there_is_found(resident: Resident) -> None:
    """Without asking for the PIN: there is nothing to type it into."""
    resident.phone("app", "remove", "--yes", check=0)
    told = json.loads(resident.phone("troubleshoot", "--json", check=77).stdout)
    assert told["cause"] == "app_not_installed"

    resident.phone("app", "install", check=0)
    told = json.loads(resident.phone("troubleshoot", "--json", check=77).stdout)
    assert told["cause"] == "recovery_needed"


def test_the_first_cause_is_named(resident: Resident) -> None:
    """Of several, the one that comes first in the list; all are shown."""
    resident.phone("settings", "dnd", "on", check=0)
    resident.phone("settings", "allow-notifications", "off", check=0)
    resident.portal.operator("users", "seamless", resident.name, "off")
    told = looks_into(resident, check=77)

    assert told["cause"] == "seamless_off"
    assert [*causes_of(told)] == ["seamless", "do_not_disturb", "permission"]


def test_each_user_is_asked_for(moves_in: Callable[..., Resident]) -> None:
    """One of two has a cause; --user keeps to one."""
    alice, bob = moves_in(), moves_in()
    bob.portal.operator("users", "seamless", bob.name, "off")
    told = looks_into(alice, check=77)

    assert [(item["user"], item["cause"]) for item in told["findings"] if item["step"] == "seamless"] == [
        (alice.name, None),
        (bob.name, "seamless_off"),
    ]
    looks_into(alice, "--user", alice.name, check=0)


# the proof without a notification


def test_the_proof_logs_in(resident: Resident) -> None:
    """The challenge of the login page is answered, and the portal lets the browser in."""
    browser = resident.begins()
    challenge = browser.get("/sso/SecondFactor?with=challenge").challenge
    told = looks_into(resident, "--challenge", challenge, check=0)

    assert browser.types_response(told["response"]).has_succeeded


def test_a_mistyped_challenge_is_said(resident: Resident) -> None:
    """As with any other."""
    assert resident.uses("troubleshoot", "--challenge", "12345", check=65).stderr.startswith(
        "authkey: This is not a challenge code: "
    )


def test_a_person_is_led_to_the_proof(resident: Resident) -> None:
    """At the end the challenge may be typed; Enter leaves it."""
    expected = resident.phone.responds("123456")
    for typed, seen in (("123456", expected), ("", "Nothing is in the way of a notification.")):
        with resident.phone.at_terminal("troubleshoot") as child:
            child.expect_exact("Passcode: ")
            child.sendline("4938")
            child.expect_exact("Challenge code, or Enter to end: ")
            child.sendline(typed)
            child.expect_exact(seen)
            child.read()
            child.wait()
            assert child.exitstatus == 0
