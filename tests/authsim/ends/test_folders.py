import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.ends.folders import sweep, temporary_folder
from tests.support.child import unmeasured


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A temporary folder of the machine."""
    return tmp_path


def leave(place: Path, name: str) -> Path:
    """What a killed process leaves: a folder with a secret, and its lock, which nobody holds."""
    folder = place / name
    folder.mkdir(mode=0o700)
    (folder / "portal.key").write_text("secret")
    (place / f"{name}.lock").touch(mode=0o600)
    return folder


@pytest.mark.parametrize("purpose", ["demo", "tour"])
def test_a_folder_is_private_and_goes_with_its_process(purpose: str) -> None:
    """It is made new, empty and 0700, and nothing of it is left."""
    with temporary_folder(purpose) as folder:
        assert folder.name.startswith(f"authsim-{purpose}-")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert list(folder.iterdir()) == []
        (folder / "deep" / "er").mkdir(parents=True)
        sweep(folder.parent)
        assert folder.exists(), "its process lives"
        lock = folder.with_name(f"{folder.name}.lock")
        assert lock.exists()

    assert not folder.exists()
    assert not lock.exists()


def test_what_nobody_holds_is_swept(place: Path) -> None:
    """Folder and lock go; a lock whose folder was never made goes as well."""
    folder = leave(place, "authsim-demo-abc")
    (place / "authsim-tour-xyz.lock").touch(mode=0o600)

    sweep(place)

    assert not folder.exists()
    assert list(place.iterdir()) == []


DYING = """
import sys
from pathlib import Path
from authsim.ends.folders import sweep

place = Path(sys.argv[1])
going = [place / "authsim-demo-abc" / "portal.sqlite3-wal"]

def ends(what, values):
    if what == "os.remove" and going and str(values[0]).endswith(going[0].name):
        going.pop().unlink()

sys.addaudithook(ends)
sweep(place)
assert not going
"""


def test_what_goes_by_itself_meanwhile_is_no_obstacle(place: Path) -> None:
    """A portal whose demo was killed may still be ending: files that it takes away itself keep no other from going."""
    folder = leave(place, "authsim-demo-abc")
    for name in ("a", "portal.sqlite3-wal", "z"):
        (folder / name).write_text("secret")

    subprocess.run([sys.executable, "-c", DYING, place], env=unmeasured(), check=True)

    assert list(place.iterdir()) == []


@pytest.fixture
def held(place: Path) -> Iterator[Path]:
    """A folder whose process lives."""
    folder = leave(place, "authsim-demo-held")
    descriptor = os.open(place / "authsim-demo-held.lock", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield folder
    os.close(descriptor)


def test_what_somebody_holds_stays(place: Path, held: Path) -> None:
    """A lock that is held protects its folder."""
    sweep(place)

    assert (held / "portal.key").exists()


def test_what_is_not_ours_stays(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Other names, folders without a lock, and links that lead elsewhere are left alone."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").write_text("mine")
    other = leave(place, "somebody-demo-abc")
    (place / "authsim-demo-nolock").mkdir()
    (place / "authsim-demo-link").symlink_to(elsewhere)
    (place / "authsim-demo-link.lock").touch(mode=0o600)
    (place / "authsim-demo-linked.lock").symlink_to(elsewhere / "precious")
    (place / "authsim-demo-folder.lock").mkdir()
    os.mkfifo(place / "authsim-demo-pipe.lock")

    sweep(place)

    assert (elsewhere / "precious").read_text() == "mine"
    assert (other / "portal.key").exists()
    assert (place / "authsim-demo-nolock").exists()
    assert (place / "authsim-demo-linked.lock").is_symlink()
    assert (place / "authsim-demo-folder.lock").is_dir()
    assert (place / "authsim-demo-pipe.lock").exists()
