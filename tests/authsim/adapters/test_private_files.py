"""Files that only their owner may touch."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from authsim.adapters.private_files import create_private_file, read_private_file, require_private_file
from authsim.errors import StoreConflictError, StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A private file."""
    path = tmp_path / "private"
    create_private_file(path, b"content")
    return path


def refuse(path: Path, words: str) -> None:
    """Expect both ways of looking at the file to refuse it, and to say why."""
    with pytest.raises(StoreError, match=words):
        read_private_file(path, most_bytes=100)
    with pytest.raises(StoreError, match=words):
        require_private_file(path)


def test_a_private_file_is_made_and_read(path: Path) -> None:
    """The content is there at once, under mode 0600."""
    require_private_file(path)

    assert read_private_file(path, most_bytes=7) == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_overwritten(path: Path) -> None:
    """A second file of that name is a conflict, and the first one stays."""
    with pytest.raises(StoreConflictError, match="not overwritten"):
        create_private_file(path, b"other")

    assert path.read_bytes() == b"content"


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    """A symbolic link is neither written through nor read nor accepted."""
    link, dangling = tmp_path / "link", tmp_path / "dangling"
    link.symlink_to(path)
    dangling.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(StoreConflictError):
        create_private_file(dangling)
    with pytest.raises(StoreError, match="a link is not followed"):
        read_private_file(link, most_bytes=100)
    with pytest.raises(StoreError, match="not a plain file"):
        require_private_file(link)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
def test_a_shared_file_is_refused(path: Path, mode: int) -> None:
    """A file that group or others may touch in any way is refused with the remedy."""
    path.chmod(mode)

    refuse(path, "chmod 600")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """What does not exist is said not to exist."""
    refuse(tmp_path / "nothing", "nothing does not exist")


def test_only_a_plain_file_will_do(tmp_path: Path) -> None:
    """A folder and a pipe are refused, and nobody waits for the pipe."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)

    refuse(tmp_path / "pipe", "not a plain file")
    refuse(tmp_path / "folder", "not a plain file")


def test_a_path_through_a_file_is_refused(path: Path) -> None:
    """A path that leads through a file cannot be made, opened or looked at, and says so."""
    with pytest.raises(StoreError, match="cannot make"):
        create_private_file(path / "below")
    with pytest.raises(StoreError, match="cannot read"):
        read_private_file(path / "below", most_bytes=1)
    with pytest.raises(StoreError, match="cannot look at"):
        require_private_file(path / "below")


def test_a_long_file_is_not_one_of_ours(path: Path) -> None:
    """No more is read than such a file can hold."""
    with pytest.raises(StoreError, match="longer than 6 bytes"):
        read_private_file(path, most_bytes=6)


def test_a_foreign_file_is_refused(path: Path) -> None:
    """A file of another user is refused."""
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    else:
        path = Path("/etc/passwd")  # only root can give a file away

    refuse(path, "belongs to another user")


def test_a_file_that_cannot_be_written_whole_is_not_left(tmp_path: Path) -> None:
    """When the disk takes no more, the error says so and no half file stays."""
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from authsim.adapters.private_files import create_private_file\n"
        "from authsim.errors import StoreError\n"
        "path = Path(sys.argv[1])\n"
        "usual = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3, usual[1]))\n"
        "try:\n"
        "    create_private_file(path, b'content')\n"
        "except StoreError as error:\n"
        "    print(error)\n"
        "finally:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, usual)\n"
    )

    child = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "file"], capture_output=True, text=True, check=True
    )

    assert "cannot write" in child.stdout
    assert list(tmp_path.iterdir()) == []
