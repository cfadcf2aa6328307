"""Small private files: who may read them, and what is left when the process dies in the middle."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobile_cli.exits import Exit, PhoneError
from mobile_cli.files import Folder, SystemCalls, make_folder, open_folder
from tests.support.phones import DyingCalls, PowerCutError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty private folder."""
    path = tmp_path / "phone"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def folder(place: Path) -> Iterator[Folder]:
    """That folder, open."""
    with open_folder(str(place), calls=SystemCalls()) as opened:
        yield opened


def mode_of(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_file_is_replaced_as_a_whole(folder: Folder, place: Path) -> None:
    """The new content is there, private, and nothing else is left in the folder."""
    folder.replace("a", b"one")
    folder.replace("a", b"three")

    assert folder.read("a", most_bytes=10) == b"three"
    assert [path.name for path in place.iterdir()] == ["a"]
    assert mode_of(place / "a") == 0o600


def test_a_file_that_is_not_there_is_none(folder: Folder) -> None:
    """A missing file is no error, and neither is removing it."""
    folder.remove("a")

    assert folder.read("a", most_bytes=10) is None


def test_reading_stops_one_byte_after_the_limit(folder: Folder) -> None:
    """A reader can tell a file that is too long, and never holds more."""
    folder.replace("a", b"x" * 100)

    assert folder.read("a", most_bytes=10) == b"x" * 11


@pytest.mark.parametrize("durable", [True, False])
def test_a_small_file_is_rewritten_in_place(folder: Folder, place: Path, *, durable: bool) -> None:
    """The same file gets the new content; one of another length, or none at all, is replaced."""
    folder.rewrite("a", b"one", durable=durable)
    before = (place / "a").stat().st_ino
    folder.rewrite("a", b"two", durable=durable)
    after = (place / "a").stat().st_ino
    folder.rewrite("a", b"three", durable=durable)

    assert before == after
    assert folder.read("a", most_bytes=10) == b"three"


def test_a_file_is_filled_with_zeros_where_it_lies(folder: Folder, place: Path) -> None:
    """Overwriting keeps the length; a file that is not there is no error."""
    folder.replace("a", b"secret")
    folder.overwrite("a")
    folder.overwrite("b")

    assert (place / "a").read_bytes() == bytes(6)


def test_what_a_crash_left_behind_is_no_obstacle(folder: Folder, place: Path) -> None:
    """A half-written new file, whatever it is, makes way for the next."""
    (place / ".a.new").symlink_to("/etc/passwd")
    folder.replace("a", b"one")

    assert [path.name for path in place.iterdir()] == ["a"]
    assert not (place / "a").is_symlink()


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("change", ["replace", "rewrite", "remove"])
def test_a_crash_leaves_the_old_file_or_the_new_one(place: Path, change: str, *, torn: bool) -> None:
    """Whatever the step at which the process dies, a file replaced as a whole is whole."""

    def act(folder: Folder) -> None:
        if change == "replace":
            folder.replace("a", b"new")
        elif change == "rewrite":
            folder.rewrite("a", b"longer", durable=True)
        else:
            folder.remove("a")

    outcomes = {"replace": {b"old", b"new"}, "rewrite": {b"old", b"longer"}, "remove": {b"old", None}}[change]
    step, survived = 0, False
    while not survived:
        with open_folder(str(place), calls=SystemCalls()) as folder:
            folder.replace("a", b"old")
        try:
            with open_folder(str(place), calls=DyingCalls(step, torn=torn)) as folder:
                act(folder)
            survived = True
        except PowerCutError:
            step += 1
        with open_folder(str(place), calls=SystemCalls()) as folder:
            assert folder.read("a", most_bytes=10) in outcomes

    assert step >= 2


def refusal(act: Callable[[], object]) -> str:
    """Return the key of the sentence with which the act is refused."""
    with pytest.raises(PhoneError) as refused:
        act()
    assert refused.value.status is Exit.REFUSED
    return refused.value.key


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o610, 0o602, 0o660, 0o666, 0o777])
def test_a_file_that_others_may_touch_is_refused(folder: Folder, place: Path, bits: int) -> None:
    """Any bit for group or others is one too many."""
    folder.replace("a", b"secret")
    (place / "a").chmod(bits)

    assert refusal(lambda: folder.read("a", most_bytes=10)) == "unsafe_mode"


@pytest.mark.parametrize("bits", [0o750, 0o705, 0o710, 0o701, 0o777])
def test_a_folder_that_others_may_enter_is_refused(place: Path, bits: int) -> None:
    """Any bit for group or others is one too many."""
    place.chmod(bits)

    assert refusal(lambda: open_folder(str(place), calls=SystemCalls()).__enter__()) == "unsafe_mode"


def test_a_symbolic_link_is_refused(folder: Folder, place: Path, tmp_path: Path) -> None:
    """Neither the folder nor a file in it may point elsewhere."""
    (place / "a").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "link").symlink_to(place)

    assert refusal(lambda: folder.read("a", most_bytes=10)) == "unsafe_link"
    assert refusal(lambda: open_folder(str(tmp_path / "link"), calls=SystemCalls()).__enter__()) == "unsafe_link"
    make_folder(str(tmp_path / "link"))  # does not touch what it points at


def test_only_a_plain_file_is_read(folder: Folder, place: Path) -> None:
    """A folder or a pipe in place of a file is refused, and a pipe does not make the reader wait."""
    os.mkfifo(place / "pipe", 0o600)
    (place / "folder").mkdir(mode=0o700)

    assert refusal(lambda: folder.read("pipe", most_bytes=10)) == "unsafe_kind"
    assert refusal(lambda: folder.read("folder", most_bytes=10)) == "unsafe_kind"


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    """A home that is a file is told as the system tells it."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(NotADirectoryError):
        open_folder(str(tmp_path / "file"), calls=SystemCalls()).__enter__()


def test_a_link_in_place_of_the_lock_is_an_error(folder: Folder, place: Path) -> None:
    """The lock is never taken on somebody else's file."""
    (place / "lock").symlink_to("/etc/passwd")

    with pytest.raises(OSError, match="symbolic"), folder.locked():
        pass


def test_what_belongs_to_somebody_else_is_refused(folder: Folder, place: Path) -> None:
    """A foreign owner of file or folder is refused, even when this process could read it."""
    foreign = "/"
    if os.geteuid() == 0:  # root alone can give things away; to everybody else the root folder is foreign
        folder.replace("a", b"secret")
        os.chown(place / "a", 12345, 12345)
        assert refusal(lambda: folder.read("a", most_bytes=10)) == "unsafe_owner"
        os.chown(place, 12345, 12345)
        foreign = str(place)

    assert refusal(lambda: open_folder(foreign, calls=SystemCalls()).__enter__()) == "unsafe_owner"


def test_a_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    """A new folder is private whatever the umask allows."""
    before = os.umask(0o022)
    try:
        make_folder(str(tmp_path / "some" / "where"))
    finally:
        os.umask(before)

    assert mode_of(tmp_path / "some" / "where") == 0o700


def test_only_an_empty_folder_is_made_private(tmp_path: Path) -> None:
    """Somebody's full folder keeps its bits: it is refused later, and the person decides."""
    for name in ("empty", "full"):
        (tmp_path / name).mkdir(mode=0o755)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "full" / "letter").write_text("dear")

    make_folder(str(tmp_path / "empty"))
    make_folder(str(tmp_path / "full"))

    assert mode_of(tmp_path / "empty") == 0o700
    assert mode_of(tmp_path / "full") == 0o755


def test_what_the_system_refuses_is_told_as_it_tells_it(folder: Folder) -> None:
    """An error that is no link and no missing file stays what it is."""
    with pytest.raises(OSError, match="too long"):
        folder.read("a" * 300, most_bytes=10)
