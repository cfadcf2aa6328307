"""Why a notification is not seen: each setting, each condition, and the checklist; the rows I and J."""

import shlex

import pytest

from tests.support.failing import KINDS, Victim, Ward
from tests.support.failure_rows import require_words
from tests.support.phone import Phone

kinds = pytest.mark.parametrize(("platform", "language"), KINDS)
#: Row, what is set, and where the notification shows then: the place in row I1.
SWITCHES = {
    "ios": [
        ("I2", [("allow-notifications", "off")], 3),
        ("I3", [("do-not-disturb", "on")], 2),
        ("I4", [("banners", "off")], 2),
        ("I5", [("lock",), ("lock-screen", "off")], 2),
        ("I6", [("notification-center", "off")], 0),
        ("I7", [("show-previews", "never")], 0),
        ("I8", [("badges", "off")], 0),
        ("I10", [("airplane", "on")], 4),
        ("I11", [("internet", "off")], 4),
    ],
    "android": [
        ("I2", [("app-notifications", "off")], 3),
        ("I3", [("do-not-disturb", "on")], 2),
        ("I5", [("lock",), ("on-the-lock-screen", "off")], 2),
        ("I8", [("allow-notification-dots", "off")], 1),
        ("I9", [("allow-interruptions", "off")], 2),
        ("I10", [("airplane", "on")], 4),
        ("I11", [("internet", "off")], 4),
    ],
}


def remedy_in(said: str, language: str) -> list[str]:
    """The command that a sentence tells to run."""
    command = said.partition("authkey ")[2].partition("." if language == "en" else " を")[0]
    return shlex.split(command)


@kinds
def test_each_switch_says_what_it_costs(ward: Ward, platform: str, language: str) -> None:
    """The Settings page shows where a notification stands now, names the remedy, and the remedy works."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)

    for row, settings, place in SWITCHES[platform]:
        for setting in settings:
            phone.does("settings", *setting)
        shown = phone.does("settings")
        require_words("I1", language, shown, place=place)
        require_words(row, language, shown)
        sentence = next(line for line in reversed(shown.splitlines()) if "authkey settings" in line)
        phone.does(*remedy_in(sentence, language))
        phone.does("settings", "unlock")
        require_words("I1", language, phone.does("settings"), place=0 if platform == "ios" else 1)


@kinds
def test_a_phone_that_hears_nothing_is_asked_all_the_same(ward: Ward, platform: str, language: str) -> None:
    """With notifications not allowed, nothing shows while the phone listens; the app itself still finds the request."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    switch = "allow-notifications" if platform == "ios" else "app-notifications"
    phone.does("settings", switch, "off")
    browser = victim.begins()
    victim.refused(phone, "J7", "troubleshoot")

    phone.does("approve", "--pin-file", str(phone.pin_file))

    assert victim.goes_on(browser)


def looks(victim: Victim, phone: Phone, row: str, **facts: object) -> str:
    """Walk the checklist: it ends with the cause that the row names."""
    said = victim.refused(phone, row, "troubleshoot", **facts)
    begin = {"en": "Cause:", "ja": "原因:"}[victim.language]
    assert any(line.startswith(begin) for line in said.splitlines()), said
    return said


@kinds
def test_the_checklist_finds_the_cause(ward: Ward, platform: str, language: str) -> None:
    """In the article's order: the app, IB Key, the Internet, Seamless at the portal, the switches; each then cured."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    for row, break_it, cure in (
        ("J1", ("app", "remove", "--yes"), ("app", "install")),
        ("J3", ("settings", "internet", "off"), ("settings", "internet", "wifi")),
        ("J5", ("settings", "airplane", "on"), ("settings", "airplane", "off")),
        ("J6", ("settings", "dnd", "on"), ("settings", "dnd", "off")),
    ):
        phone.does(*break_it)
        looks(victim, phone, row)
        phone.does(*cure)
        if row == "J1":
            looks(victim, phone, "J2")
            if platform == "ios":
                phone.does("recover", "--yes", "--pin-file", str(phone.pin_file))
            else:
                assert victim.enrols(phone, "recover", victim.name).returncode == 0
    ward.portal.operator("users", "seamless", victim.name, "off")
    looks(victim, phone, "J4", user=victim.name)
    browser = victim.begins()
    browser.get("/sso/SecondFactor?with=notification")
    victim.reads(browser, "J4", 1, 2)
    ward.portal.operator("users", "seamless", victim.name, "on")

    said = phone.does("troubleshoot", "--pin-file", str(phone.pin_file))
    require_words("J8", language, said)
    require_words("J8", language, said, place=1)
    assert victim.answers(phone)


@kinds
def test_a_phone_that_did_not_listen(ward: Ward, platform: str, language: str) -> None:
    """Nothing is wrong with it: the request waits until the phone listens, or its app is asked."""
    victim = ward.takes(language)
    phone, browser = victim.moves_in(platform), victim.begins()
    victim.refused(phone, "J8", "troubleshoot", status=0)

    heard = phone.runs("listen", "--once", "--pin-file", str(phone.pin_file))
    victim.told(heard, "J10", status=0, user=victim.name)

    phone.does("approve", "--pin-file", str(phone.pin_file))
    assert victim.goes_on(browser)


@kinds
def test_a_refused_permission(ward: Ward, platform: str, language: str) -> None:
    """Don't Allow, at the first start: the app is there, its notifications are seen nowhere; the switch cures it."""
    victim = ward.takes(language)
    phone = victim.buys(platform, "--without-app")
    phone.does("app", "install")
    with phone.in_terminal("app", "open") as terminal:
        terminal.sees("[Y/n]")
        terminal.types("n")
        assert terminal.ends() == 0
    phone.activates(victim.uri)

    said = looks(victim, phone, "J7")
    sentence = next(line for line in reversed(said.splitlines()) if "authkey settings" in line)
    phone.does(*remedy_in(sentence, language))
    assert phone.runs("troubleshoot", "--pin-file", str(phone.pin_file)).returncode == 0
