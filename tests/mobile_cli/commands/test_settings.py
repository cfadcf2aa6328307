"""`authkey settings`."""

import json

import pytest

from authsim.authenticator.device import Platform
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone


@pytest.fixture
def iphone(authkey: Authkey) -> Authkey:
    """An iOS phone that answers for alice."""
    authkey.holds(make_phone(make_account()))
    return authkey


@pytest.fixture
def android(authkey: Authkey) -> Authkey:
    """An Android phone that answers for alice."""
    authkey.holds(make_phone(make_account(), platform=Platform.ANDROID))
    return authkey


def lines_of(text: str) -> list[str]:
    """Return the lines with single blanks."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_ios_shows_the_articles_page(iphone: Authkey) -> None:
    """The path, the labels in their order, set as recommended, and what is seen of a notification."""
    shown = lines_of(iphone("settings", check=0).stdout)

    assert shown[0] == "Settings > Notifications > IBKR"
    assert shown[2:9] == [
        "1 Allow Notifications enabled allow-notifications",
        "2 Lock Screen selected lock-screen",
        "3 Notification Center selected notification-center",
        "4 Banners selected banners",
        "5 Banner style Persistent banner-style",
        "6 Badges enabled badges",
        "7 Show Previews Always show-previews",
    ]
    assert shown[-1] == "It shows as a banner that stays until it is touched."


def test_android_shows_the_articles_page(android: Authkey) -> None:
    """The path with its footnote, the labels in their order; overriding Do Not Disturb is left to taste."""
    shown = lines_of(android("settings", check=0).stdout)

    assert shown[:2] == [
        "Settings > Apps & notifications > IBKR Mobile > App notifications",
        "On some phones Apps & notifications is called Sound & notification.",
    ]
    assert shown[3:8] == [
        "1 App notifications On app-notifications",
        "2 Allow notification dots On allow-notification-dots",
        "3 Allow interruptions On allow-interruptions",
        "4 On the lock screen On on-the-lock-screen",
        "5 Override Do Not Disturb Off override-do-not-disturb",
    ]
    assert not any("Face ID" in line for line in shown)


def test_japanese_shows_the_articles_words(iphone: Authkey) -> None:
    """Path, labels and values as the Japanese article has them."""
    shown = lines_of(iphone("--lang", "ja", "settings", check=0).stdout)

    assert shown[0] == "設定 > 通知 > IBKR"
    assert shown[2] == "1 通知を許可する 有効 allow-notifications"
    assert shown[3] == "2 ロック画面 選択済み lock-screen"
    assert shown[6] == "5 バナースタイル 固定 banner-style"
    assert shown[8] == "7 プレビューを表示 常時 show-previews"


def test_japanese_android_too(android: Authkey) -> None:
    """The switches of the Android article."""
    shown = android("--lang", "ja", "settings", check=0).stdout

    for label in ("アプリ & 通知", "サウンド & 通知", "通知ドットを許可する", "割り込みを許可する", "ロック画面上"):
        assert label in shown
    assert "応答不可をオーバーライドする" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("allow-notifications", "off"), "Allow Notifications: disabled.\n"),
        (("banners", "off"), "Banners: not selected.\n"),
        (("banner-style", "temporary"), "Banner style: Temporary.\n"),
        (("show-previews", "when-unlocked"), "Show Previews: When Unlocked.\n"),
        (("SHOW-PREVIEWS", "NEVER"), "Show Previews: Never.\n"),
        (("airplane", "on"), "Airplane mode: On.\n"),
        (("airplane-mode", "on"), "Airplane mode: On.\n"),
        (("internet", "off"), "Internet: Off.\n"),
        (("internet", "mobile-data"), "Internet: Mobile data.\n"),
        (("internet", "on"), "Internet: Wi-Fi.\n"),
        (("dnd", "on"), "Do Not Disturb: On.\n"),
        (("lock",), "Screen locked: On.\n"),
        (("unlock",), "Screen locked: Off.\n"),
        (("number", "+1 555-555-0142"), "Mobile number: +15555550142.\n"),
        (("number", "none"), "Mobile number: none.\n"),
    ],
)
def test_a_setting_is_set(iphone: Authkey, arguments: tuple[str, ...], said: str) -> None:
    """By its name and value, or by a short word; no PIN is asked for."""
    assert iphone("settings", *arguments, check=0).stdout == said


def test_what_is_set_stays_set(iphone: Authkey) -> None:
    """A script reads all of it, with what is therefore seen and what is in the way."""
    iphone("settings", "dnd", "on", check=0)
    told = json.loads(iphone("settings", "badges", "off", "--json", check=0).stdout)

    assert told == iphone.json("settings")
    assert told["conditions"] == {"airplane": "off", "do-not-disturb": "on", "internet": "wifi", "locked": "off"}
    assert told["notifications"]["badges"] == "off"
    assert told["online"] is True
    assert told["seen"] == {
        "arrives": True,
        "badge": False,
        "banner": None,
        "hindrances": ["do_not_disturb", "badges_off"],
        "list": True,
        "lock_screen": False,
        "sounds": False,
        "text": True,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("banners",), "authkey: Say what to set banners to: authkey settings banners VALUE. "),
        (("banners", "sideways"), "authkey: banners is one of on, off. authkey settings lists what there is.\n"),
        (("wallpaper", "blue"), "authkey: this phone has no setting of that name. "),
        (("allow-interruptions", "on"), "authkey: this phone has no setting of that name. "),
        (("number", "nobody"), "authkey: a telephone number is a plus sign and 7 to 15 digits. "),
        (("biometrics", "iris"), "authkey: biometrics is one of off, face-id, touch-id. "),
        (("reset", "now"), "authkey: this phone has no setting of that name. "),
    ],
)
def test_what_cannot_be_set_is_said(iphone: Authkey, arguments: tuple[str, ...], said: str) -> None:
    """The sentence names what there is; nothing is written."""
    done = iphone("settings", *arguments, check=64)

    assert done.stderr.startswith(said)
    assert "settings.json" not in iphone.files()


def test_no_phone_has_no_settings(authkey: Authkey) -> None:
    """There is nothing to set."""
    assert authkey("settings", check=77).stderr.startswith("authkey: No phone in ")


def test_a_damaged_file_is_said_and_can_be_reset(iphone: Authkey) -> None:
    """It is never guessed at, and one command sets the phone as recommended."""
    iphone("settings", "lock", check=0)
    (iphone.home / "settings.json").write_bytes(b"{")

    said = iphone("settings", check=65).stderr
    assert said.startswith(f"authkey: settings.json in {iphone.home} is damaged: ")
    assert iphone.with_pin("respond", "123456", check=65).stderr == said
    assert iphone("settings", "reset", check=0).stdout == "This phone is set as recommended again.\n"
    assert iphone.json("settings")["conditions"]["locked"] == "off"


@pytest.mark.parametrize(
    ("arguments", "sentence", "hindrance"),
    [
        (("lock",), "It shows on the lock screen.", None),
        (("banner-style", "temporary"), "It shows as a banner for a few seconds, then stands in the list.", None),
        (("banners", "off"), "It stands only in the list: pull it down from the top edge.", "settings banners on"),
        (("airplane", "on"), "It does not arrive.", "settings airplane off"),
        (("internet", "off"), "It does not arrive.", "settings internet wifi"),
        (
            ("allow-notifications", "off"),
            "It is seen nowhere. The app itself still finds it: authkey approve.",
            "settings allow-notifications on",
        ),
        (("show-previews", "never"), "It shows as a banner that stays until it is touched.", "show-previews always"),
        (("badges", "off"), "It shows as a banner that stays until it is touched.", "settings badges on"),
    ],
)
def test_each_setting_says_its_effect(
    iphone: Authkey, arguments: tuple[str, ...], sentence: str, hindrance: str | None
) -> None:
    """Where a notification shows now, and the command that undoes what is in its way."""
    iphone("settings", *arguments, check=0)
    shown = lines_of(iphone("settings", check=0).stdout)

    assert sentence in shown
    assert (hindrance is None and shown[-1] == sentence) or (hindrance or "?") in shown[-1]


def test_android_names_its_own_switches(android: Authkey) -> None:
    """The command that helps is one that this phone has."""
    android("settings", "app-notifications", "off", check=0)

    assert "authkey settings app-notifications on" in android("settings", check=0).stdout


# biometrics


def test_face_id_is_set_up_with_the_passcode(iphone: Authkey) -> None:
    """Then a match answers a challenge, and a wrong Passcode sets nothing up."""
    iphone("settings", "biometrics", "face-id", "--pin-stdin", stdin="1111", check=77)
    assert iphone.json("settings")["biometrics"] == "off"

    assert iphone.with_pin("settings", "biometrics", "face-id", check=0).stdout == "Face ID / Touch ID: Face ID.\n"
    expected = iphone.responds("123456")
    assert iphone("respond", "123456", "--biometric", "match", check=0).stdout == f"{expected}\n"
    assert b'"bio"' in iphone.files()["keystore.json"]


def test_without_a_face_only_the_passcode_opens(iphone: Authkey) -> None:
    """A script that shows one is told; switched off again, it is so again."""
    said = "authkey: No Face ID or Touch ID is set up. Run authkey settings biometrics face-id.\n"
    assert iphone("respond", "123456", "--biometric", "match", check=77).stderr == said

    iphone.with_pin("settings", "biometrics", "touch-id", check=0)
    iphone.with_pin("settings", "biometrics", "off", check=0)
    assert iphone("respond", "123456", "--biometric", "match", check=77).stderr == said
    assert b'"bio"' not in iphone.files()["keystore.json"]


def test_android_has_none(android: Authkey) -> None:
    """The sentence says where they are."""
    said = "authkey: Face ID and Touch ID are there on iOS phones only.\n"

    assert android.with_pin("settings", "biometrics", "face-id", check=77).stderr == said
    assert android("respond", "123456", "--biometric", "match", check=77).stderr == said


def test_five_misses_lock_until_the_passcode(iphone: Authkey) -> None:
    """Each says how many looks are left; locked, a match does not help, and the Passcode gives all looks back."""
    iphone.with_pin("settings", "biometrics", "face-id", check=0)
    said = [iphone("respond", "123456", "--biometric", "no-match", check=77).stderr for _ in range(6)]

    assert said[:4] == [
        "authkey: No match. 4 looks left.\n",
        "authkey: No match. 3 looks left.\n",
        "authkey: No match. 2 looks left.\n",
        "authkey: No match. 1 look left, then only the Passcode helps.\n",
    ]
    assert said[4] == said[5] == iphone("respond", "123456", "--biometric", "match", check=77).stderr
    assert said[4].startswith("authkey: Face ID and Touch ID are locked after five looks without a match.")
    unlocked = iphone.with_pin("respond", "123456", "--biometric", "match", check=0)
    assert unlocked.stderr == said[4].removeprefix("authkey: ")
    assert iphone("respond", "123456", "--biometric", "match", check=0).stdout == unlocked.stdout


def test_a_miss_costs_no_pin_try(iphone: Authkey) -> None:
    """Faces and Passcodes are counted apart."""
    iphone.with_pin("settings", "biometrics", "face-id", check=0)
    iphone("respond", "123456", "--biometric", "no-match", check=77)

    assert iphone.json("status")["tries_left"] == 8


# at a terminal


def test_the_menu_changes_one_after_the_other(iphone: Authkey) -> None:
    """A number, then a value; what is neither is asked again, Enter ends."""
    with iphone.at_terminal("settings") as child:
        for typed, question in (
            ("99", None),
            ("5", "Banner style (temporary/persistent): "),
            ("4", "Banners (on/off): "),
        ):
            child.expect_exact("Change which (1-11), or Enter to end: ")
            child.sendline(typed)
            if question is not None:
                child.expect_exact(question)
                child.sendline("temporary" if typed == "5" else "maybe")
        child.expect_exact("Change which (1-11), or Enter to end: ")
        child.sendline("")
        child.read()
        child.wait()

    told = iphone.json("settings")["notifications"]
    assert (told["banner-style"], told["banners"]) == ("temporary", "on")


def test_face_id_is_asked_at_a_terminal(iphone: Authkey) -> None:
    """Enter looks; n is somebody else; after five of those the Passcode is asked, and opens."""
    iphone.with_pin("settings", "biometrics", "face-id", check=0)
    expected = iphone.responds("123456")
    with iphone.at_terminal("respond", "123456") as child:
        child.expect_exact("Generate Response")
        child.expect_exact("Face ID: Enter to look, n for somebody else: ")
        child.sendline("n")
        child.expect_exact("No match. 4 looks left.")
        child.expect_exact("somebody else: ")
        child.sendline("")
        child.expect_exact(expected)
        child.wait()
    with iphone.at_terminal("respond", "123456") as child:
        for _ in range(5):
            child.expect_exact("somebody else: ")
            child.sendline("n")
        child.expect_exact("Passcode: ")
        child.sendline("4938")
        child.expect_exact(expected)
        child.wait()
