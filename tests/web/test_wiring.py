"""Making and opening a portal, and what an operator may set."""

import stat
from pathlib import Path

import pytest

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.adapters.vault import FileVault
from authsim.errors import MessageError, Reason, StoreError
from authsim.policy import CLASSIC, Policy
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from authsim.verifier.login import find_pending
from authsim.verifier.tokens import hash_token
from tests.support import nouns
from tests.support.people import refused
from tests.support.site import make_empty_database
from web.app import create_app
from web.settings import Settings
from web.wiring import create_portal, keep_origin, open_portal


def make(folder: Path) -> Settings:
    """Make a portal in a folder."""
    settings = Settings(data_dir=folder)
    create_portal(settings, profile=CLASSIC, policy=Policy(challenge_seconds=60), suite=CLASSIC6).close()
    return settings


def test_portal_is_found_again(tmp_path: Path) -> None:
    """What was made is opened with the same identity, policy, keys and origin."""
    settings = make(tmp_path / "data")
    first = open_portal(settings)
    keep_origin(first, "http://127.0.0.1:1234").close()
    second = open_portal(settings)
    assert second.verifier.instance.origin == "http://127.0.0.1:1234"
    assert second.verifier.instance.instance_id == first.verifier.instance.instance_id
    assert second.verifier.policy == Policy(challenge_seconds=60)
    assert second.vault.signing_public_key() == first.vault.signing_public_key()
    assert second.vault.csrf_key == first.vault.csrf_key
    second.close()


def test_origin_reaches_the_flows(tmp_path: Path) -> None:
    """The portal that `keep_origin` returns already knows its address."""
    portal = open_portal(make(tmp_path / "data"))
    assert portal.verifier.instance.origin is None
    assert keep_origin(portal, "http://localhost:5000").verifier.instance.origin == "http://localhost:5000"
    portal.close()


def test_a_clock_set_back_between_two_runs_revives_nothing(tmp_path: Path) -> None:
    """A portal lives no earlier than the newest row of its record: what had expired then is expired, and is refused."""
    settings, ahead_ms = make(tmp_path / "data"), SystemClock().now_ms() + 3_600_000
    first = open_portal(settings)
    device = nouns.add_device(first.store, nouns.add_user(first.store).user_id)
    token = Secret(b"a browser's token")
    begun = nouns.login(device.user_id, token_hash=hash_token(token), expires_ms=ahead_ms)
    asked = nouns.challenge(begun, device.device_id, expires_ms=ahead_ms - 1)
    first.store.logins.begin(begun, challenge=asked, judged=nouns.HASH, events=[])
    first.store.audit.append(nouns.event(at_ms=ahead_ms))
    first.close()

    second = open_portal(settings)
    try:
        assert second.verifier.clock.now_ms() == ahead_ms
        with refused(Reason.CHALLENGE_EXPIRED):
            find_pending(second.verifier, token)
    finally:
        second.close()


def test_a_new_portal_has_no_user(tmp_path: Path) -> None:
    """Nobody can log in to a portal that was just made, and two portals share no key: nothing is there by default."""
    portals = [open_portal(make(tmp_path / name)) for name in ("one", "other")]
    try:
        assert [list(portal.store.users.list_all()) for portal in portals] == [[], []]
        assert portals[0].vault.signing_public_key() != portals[1].vault.signing_public_key()
        assert portals[0].vault.csrf_key != portals[1].vault.csrf_key
    finally:
        for portal in portals:
            portal.close()


def test_folder_is_private(tmp_path: Path) -> None:
    """A folder that we make, and the files in it, are for their owner alone."""
    settings = make(tmp_path / "data")
    assert settings.data_dir is not None
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in settings.data_dir.iterdir())


def test_empty_folder_holds_no_portal(tmp_path: Path) -> None:
    """Opening what was never made is a failure of the store, with a sentence."""
    with pytest.raises(StoreError):
        open_portal(Settings(data_dir=tmp_path))


def test_store_without_a_portal(tmp_path: Path) -> None:
    """A key and an empty store are no portal yet, and the sentence says which command makes one."""
    make_empty_database(tmp_path / "portal.sqlite3")
    FileVault.create(tmp_path / "portal.key", SystemEntropy())
    with pytest.raises(StoreError, match="authsim init"):
        open_portal(Settings(data_dir=tmp_path))


def test_two_portals_do_not_fit_into_one_folder(tmp_path: Path) -> None:
    """Making a portal where one is fails and leaves the first as it was."""
    settings = make(tmp_path / "data")
    with pytest.raises(StoreError):
        create_portal(settings, profile=CLASSIC, policy=Policy(), suite=CLASSIC6)
    open_portal(settings).close()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"data_dir": Path("x"), "database_url": "postgresql://h/d", "key_file": Path("k")},
        {"database_url": "postgresql://h/d"},
        {"data_dir": Path("x"), "key_file": Path("k")},
        {"data_dir": Path("x"), "proxies": -1},
        {"data_dir": Path("x"), "proxies": 9},
    ],
)
def test_settings_that_contradict_themselves(given: dict[str, object]) -> None:
    """Either a folder, or an address with a key file; proxies are few."""
    with pytest.raises(MessageError):
        Settings(**given)  # type: ignore[arg-type]


def test_settings_know_where_the_key_lies() -> None:
    """In the folder, or where the operator said."""
    assert Settings(data_dir=Path("x")).key_path == Path("x/portal.key")
    assert Settings(database_url="postgresql://h/d", key_file=Path("k")).key_path == Path("k")


def test_look_alike_host_cannot_be_configured(tmp_path: Path) -> None:
    """The application refuses to be made for a name that resembles a bank."""
    settings = make(tmp_path / "data")
    portal = open_portal(settings)
    with pytest.raises(MessageError, match="resembles"):
        create_app(portal, Settings(data_dir=settings.data_dir, hosts=("login-bank.lan",)))
    portal.close()


def test_debugger_cannot_be_reached(tmp_path: Path) -> None:
    """The application is made without debugging and never hands an exception to its server."""
    portal = open_portal(make(tmp_path / "data"))
    app = create_app(portal, Settings(data_dir=tmp_path / "data"))
    assert not app.debug
    assert app.config["PROPAGATE_EXCEPTIONS"] is False
    portal.close()
