"""What goes wrong while IB Key moves to another phone or is recovered on its own: rows G and H of docs/failures.md."""

import pytest

from tests.support.failing import KINDS, Ward
from tests.support.failure_rows import LANGUAGES, require_words

RIGHT = "2468\n"
CURRENT = {"en": "Current PIN", "ja": "現在のPIN"}
kinds = pytest.mark.parametrize(("platform", "language"), KINDS)


@kinds
def test_migrated_by_mistake(ward: Ward, platform: str, language: str) -> None:
    """The new phone says what it did, the old one says so too, its response is wrong; moved back, all is as before."""
    victim = ward.takes(language)
    old, new = victim.moves_in(platform), victim.buys(platform, name="new")

    done = victim.enrols(new, "migrate", victim.name, "--yes")
    victim.told(done, "G1", status=0, place=0)
    victim.told(done, "G1", status=0, place=1, user=victim.name)
    victim.refused(old, "G1", "approve", place=2)
    assert not victim.answers(old)

    old.does("forget", victim.name, "--yes", "--pin-file", str(old.pin_file))
    assert victim.enrols(old, "migrate", victim.name, "--yes").returncode == 0
    assert victim.answers(old)
    victim.refused(new, "G1", "approve", place=2)


@kinds
def test_a_migration_that_was_not_meant(ward: Ward, platform: str, language: str) -> None:
    """Whoever reads the question and says no has changed nothing; the old phone still answers."""
    victim = ward.takes(language)
    old, new = victim.moves_in(platform), victim.buys(platform, name="new")
    with new.in_terminal("migrate", victim.name, "--portal", ward.portal.address) as terminal:
        terminal.sees("[y/N]")
        terminal.types("y")
        terminal.sees("[y/N]")
        terminal.types("n")
        assert terminal.ends() == 77
    require_words("G1", language, terminal.screen)
    require_words("G3", language, terminal.screen)

    assert victim.last_text() == 0
    assert victim.answers(old)


@kinds
def test_a_suspended_phone_is_migrated_away(ward: Ward, platform: str, language: str) -> None:
    """Lost, suspended with the password alone, and replaced with password and text: the lost one then says so."""
    victim = ward.takes(language)
    lost, new = victim.moves_in(platform), victim.buys(platform, name="new")
    ward.portal.operator("users", "suspend", victim.name)
    victim.refused(lost, "G4", "approve")

    assert victim.enrols(new, "migrate", victim.name, "--yes").returncode == 0

    assert victim.answers(new)
    victim.refused(lost, "G4", "approve", place=1)


@kinds
@pytest.mark.parametrize("acts", [("update-os",), ("remove", "install")])
def test_recovery_comes_first(ward: Ward, platform: str, language: str, acts: tuple[str, ...]) -> None:
    """Until then the phone answers nothing, and each command names the one that helps."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    victim.refused(phone, "H4", "recover", "--yes")
    for act in acts:
        phone.does("app", act, "--yes")

    for command in (("respond", "123456"), ("approve",), ("listen",), ("troubleshoot",), ("change-pin",)):
        victim.refused(phone, "H1", *command)

    if platform == "ios":
        phone.does("recover", "--yes", "--pin-file", str(phone.pin_file))
    else:
        assert victim.enrols(phone, "recover", victim.name).returncode == 0
    assert victim.answers(phone)


@kinds
def test_recovery_with_a_wrong_element(ward: Ward, platform: str, language: str) -> None:
    """Refused before any text is sent, with the tries that are left; the phone still waits for its recovery."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    phone.does("app", "update-os")
    phone.pin_file.write_text("1111\n")
    recover = victim.with_credentials(phone, "recover", victim.name) if platform == "android" else ("recover", "--yes")

    victim.refused(phone, "H2", *recover[: -2 if platform == "android" else None], left=7)

    assert victim.last_text() == 0
    phone.pin_file.write_text(RIGHT)
    victim.refused(phone, "H1", "respond", "123456")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forgotten_pin(ward: Ward, language: str) -> None:
    """Android: changing it needs it, clearing the app's data does not; IB Key is migrated onto the same phone."""
    victim = ward.takes(language)
    phone = victim.moves_in("android")
    with phone.in_terminal("change-pin", "--password-file", str(victim.password)) as terminal:
        terminal.sees(CURRENT[language])
    require_words("H3", language, terminal.screen)

    phone.does("app", "clear-data", "--yes")
    phone.pin_file.write_text("97531\n")
    assert victim.enrols(phone, "migrate", victim.name, "--yes").returncode == 0
    assert victim.answers(phone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forgotten_passcode(ward: Ward, language: str) -> None:
    """iOS has no such way: the phone is erased, set up anew, and IB Key migrated to it."""
    victim = ward.takes(language)
    phone = victim.moves_in("ios")

    victim.told(phone.runs("app", "clear-data", "--yes"), "H5")

    phone.does("forget", "--yes")
    phone.pin_file.write_text("97531\n")
    phone.is_made()
    assert victim.enrols(phone, "migrate", victim.name, "--yes").returncode == 0
    assert victim.answers(phone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recovery_that_was_not_wanted(ward: Ward, language: str) -> None:
    """iOS asks; no means that nothing was changed, and it can be asked again."""
    victim = ward.takes(language)
    phone = victim.moves_in("ios")
    phone.does("app", "update-os")
    with phone.in_terminal("recover") as terminal:
        terminal.sees("[y/N]")
        terminal.types("n")
        assert terminal.ends() == 77
    require_words("H6", language, terminal.screen)

    phone.does("recover", "--yes", "--pin-file", str(phone.pin_file))
    assert victim.answers(phone)
