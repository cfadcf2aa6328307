"""What snapshots of a world promise, whichever database holds its store."""

import fcntl
import multiprocessing
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, text

from authsim.adapters.audit_chain import require_whole
from authsim.adapters.lab_file import LabFile
from authsim.adapters.sql import SqlStore, open_postgres, open_sqlite
from authsim.adapters.sql.copies_postgres import PostgresCopies
from authsim.adapters.sql.copies_sqlite import SqliteCopies
from authsim.adapters.sql.snapshots import Copies, WorldSnapshots
from authsim.adapters.sql.tables import METADATA
from authsim.errors import MessageError, StoreError
from tests.support import nouns
from tests.support.child import LONGEST_S


@dataclass(kw_only=True)
class World:
    """A store, a lab beside it, and their snapshots. `rung` counts how often everybody was told to look again."""

    store: SqlStore
    lab: LabFile
    folder: Path
    rung: int = 0

    def ring(self) -> None:
        self.rung += 1

    @property
    def copies(self) -> Copies:
        is_file = self.store.database.engine.dialect.name == "sqlite"
        return SqliteCopies(self.store.database, self.folder) if is_file else PostgresCopies(self.store.database)

    @property
    def snapshots(self) -> WorldSnapshots:
        ring = self.ring
        return WorldSnapshots(self.copies, self.lab, self.folder, brought_back=ring, longest_wait_s=LONGEST_S)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything in the store."""
        found = {}
        with self.store.database.engine.connect() as connection:
            for table in METADATA.sorted_tables:
                found[table.name] = sorted(map(tuple, connection.execute(table.select())), key=repr)
        return found

    def serials(self) -> dict[str, list[object]]:
        """The numbers of all rows that have one."""
        numbered = [table for table in METADATA.sorted_tables if "serial" in table.c]
        with self.store.database.engine.connect() as connection:
            return {
                table.name: sorted(connection.execute(select(table.c.serial)).scalars().all()) for table in numbered
            }

    def lives(self, name: str) -> None:
        """Add a user with a phone, who logs in and is asked: rows in most tables, in the record, and in the lab."""
        user = nouns.add_user(self.store, name=name)
        device = nouns.add_device(self.store, user.user_id)
        nouns.ask(self.store, device)
        self.lab.change("said", lambda said: f"{said or ''}{name} ")
        self.lab.append(name)


@pytest.fixture
def world(sql_store: SqlStore, tmp_path: Path) -> Iterator[World]:
    """A world that was lived in by alice."""
    with closing(LabFile.create(tmp_path / "lab.sqlite3")) as lab:
        living = World(store=sql_store, lab=lab, folder=tmp_path / "snapshots")
        living.lives("alice")
        yield living


def test_a_world_comes_back_whole(world: World) -> None:
    """Every row of every table, the documents and the journal are what they were; then life goes on."""
    before = world.rows()
    world.snapshots.take("one")
    world.lives("bob")
    assert world.rows() != before

    world.snapshots.restore("one")

    assert world.rows() == before
    assert world.lab.read("said") == "alice "
    assert world.lab.read_lines(after=0, most=9) == [(1, "alice")]
    world.lives("bob")
    assert world.lab.read("said") == "alice bob "


def test_the_record_goes_back_and_on(world: World) -> None:
    """The chain of the record is whole after a restore, and rows written then follow the last one of the snapshot."""
    world.snapshots.take("one")
    kept = world.store.audit.head()
    world.lives("bob")

    world.snapshots.restore("one")

    assert world.store.audit.head() == kept == require_whole(world.store.audit)
    world.lives("carol")
    assert require_whole(world.store.audit).sequence > kept.sequence


def test_the_record_stays_guarded(world: World) -> None:
    """After a restore nobody can change, delete or skip a row of the record, as before."""
    world.snapshots.take("one")
    world.snapshots.restore("one")

    for statement in ("UPDATE audit SET at_ms = 0", "DELETE FROM audit", "DELETE FROM audit_head"):
        with pytest.raises(StoreError):
            world.store.database.write(lambda connection, said=statement: connection.execute(text(said)))
    require_whole(world.store.audit)


def test_numbers_go_on_where_they_stood(world: World) -> None:
    """Rows that were added after a snapshot and are gone again leave no gap: what follows is the same each time."""
    world.snapshots.take("one")
    world.lives("bob")
    first = world.serials()
    world.snapshots.restore("one")
    world.lives("bob")

    assert world.serials() == first


def test_a_snapshot_can_be_restored_again(world: World) -> None:
    """What is kept stays as it is, however often it is brought back and lived in."""
    before = world.rows()
    world.snapshots.take("one")
    for name in ("bob", "carol"):
        world.lives(name)
        world.snapshots.restore("one")

        assert world.rows() == before


def test_snapshots_have_names(world: World) -> None:
    """They are listed by name, replaced by name, and dropped by name; one that is gone is a sentence."""
    assert world.snapshots.list_names() == []
    world.snapshots.take("two")
    world.snapshots.take("one")
    world.lives("bob")
    world.snapshots.take("two")
    assert world.snapshots.list_names() == ["one", "two"]

    world.snapshots.restore("one")
    assert world.store.users.find("bob") is None
    world.snapshots.restore("two")
    assert world.store.users.find("bob") is not None
    world.snapshots.drop("two")

    assert world.snapshots.list_names() == ["one"]
    for act in (world.snapshots.drop, world.snapshots.restore):
        with pytest.raises(StoreError, match="no snapshot of that name"):
            act("two")


@pytest.mark.parametrize("name", ["", "a" * 65, "A", "a.b", "../x", "a/b", "a b", "é", "a\n", "_"])
def test_a_name_is_plain(world: World, name: str) -> None:
    """A name that could mean a path, or that differs by its case alone, is refused before anything is touched."""
    for act in (world.snapshots.take, world.snapshots.restore, world.snapshots.drop):
        with pytest.raises(MessageError, match="a-z"):
            act(name)

    assert world.snapshots.list_names() == []


def test_the_longest_name_is_one(world: World) -> None:
    """A name of 64 signs serves, and is told apart from one that differs in its last."""
    one, two = "a" * 64, "a" * 63 + "b"
    world.snapshots.take(one)
    world.lives("bob")
    world.snapshots.take(two)
    world.snapshots.restore(one)

    assert world.store.users.find("bob") is None
    assert world.snapshots.list_names() == [one, two]


def test_what_is_kept_is_private(world: World) -> None:
    """Nobody but the owner reads a snapshot, nor the folder that holds it."""
    world.snapshots.take("one")

    assert stat.S_IMODE(world.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in world.folder.iterdir()} == {0o600}


def test_all_can_be_forgotten(world: World) -> None:
    """Forgetting all leaves neither files nor tables of copies, also those of an earlier server."""
    world.snapshots.take("one")
    world.snapshots.take("two")

    world.snapshots.drop_all()

    assert world.snapshots.list_names() == []
    assert [path.name for path in world.folder.iterdir()] == ["lock"]
    if world.store.database.engine.dialect.name == "postgresql":
        left = text("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'lab%'")
        assert world.store.database.read(lambda connection: connection.execute(left).scalar()) == 0


def test_everybody_is_told_after_a_restore(world: World) -> None:
    """Who waits has to look again when a world was brought back, and only then."""
    world.snapshots.take("one")
    assert world.rung == 0

    world.snapshots.restore("one")
    with pytest.raises(StoreError):
        world.snapshots.restore("two")

    assert world.rung == 1


def test_a_restore_that_fails_changes_nothing(world: World) -> None:
    """When the store's part of a snapshot is not there, the lab's part is not brought back either."""
    world.snapshots.take("one")
    world.lives("bob")
    before = world.rows()
    world.copies.forget("one")

    with pytest.raises(StoreError):
        world.snapshots.restore("one")

    assert world.rows() == before
    assert world.lab.read("said") == "alice bob "
    assert world.rung == 0


def test_a_snapshot_that_fails_leaves_none(world: World) -> None:
    """When the lab cannot be copied, nothing is listed that would be half a world."""
    world.folder.mkdir(mode=0o700)
    (world.folder / "one.lab.part").mkdir()  # in the way of the lab's copy

    with pytest.raises(OSError):  # noqa: PT011 - whichever the system says of a folder in the way
        world.snapshots.take("one")

    assert world.snapshots.list_names() == []
    world.lives("bob")


def test_who_writes_meanwhile_is_before_or_after(world: World) -> None:
    """Restores beside writers in other threads leave a store that is whole, and nobody fails."""
    world.snapshots.take("one")
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            for turn in range(8):
                nouns.add_user(world.store, name=f"user-{number}-{turn}")
        except StoreError as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    for _ in range(5):
        world.snapshots.restore("one")
    for writer in writers:
        writer.join(LONGEST_S)
    world.snapshots.take("two")
    kept = world.rows()
    world.snapshots.restore("two")

    assert errors == []
    assert world.rows() == kept
    require_whole(world.store.audit)


def test_processes_take_turns(world: World) -> None:
    """Several processes that take and restore at one moment do so one after the other, and all succeed."""
    world.snapshots.take("one")
    before = world.rows()
    fork = multiprocessing.get_context("fork")

    def act(done: Callable[[], object]) -> None:
        for _ in range(3):
            done()

    acts: list[Callable[[], object]] = [
        lambda: world.snapshots.restore("one"),
        lambda: world.snapshots.take("two"),
        lambda: world.snapshots.restore("one"),
    ]
    children = [fork.Process(target=act, args=(one,)) for one in acts]
    for child in children:
        child.start()
    for child in children:
        child.join(LONGEST_S)

    assert [child.exitcode for child in children] == [0, 0, 0]
    assert world.snapshots.list_names() == ["one", "two"]
    assert world.rows() == before


def test_a_folder_that_cannot_be_used_is_one_sentence(world: World) -> None:
    """A file in the place of the folder is refused by its path."""
    world.folder.write_text("in the way")

    with pytest.raises(StoreError, match="snapshots"):
        world.snapshots.take("one")


def test_who_waits_for_too_long_is_told(world: World) -> None:
    """While another process is at its snapshots for long, one sentence says to try again, and nothing is touched."""
    world.snapshots.take("one")
    impatient = WorldSnapshots(world.copies, world.lab, world.folder, brought_back=world.ring, longest_wait_s=0.03)
    with (world.folder / "lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="try again"):
            impatient.restore("one")

    impatient.restore("one")
    assert world.rung == 1


def is_left_alone_by(world: World, damaged: Path) -> None:
    """Damage a part of the snapshot `one` and try to restore it."""
    world.lives("bob")
    before = world.rows()
    damaged.write_bytes(b"no database at all, but long enough to be taken for one" * 40)

    with pytest.raises(StoreError):
        world.snapshots.restore("one")

    assert world.rows() == before
    assert world.lab.read("said") == "alice bob "


def test_a_damaged_lab_changes_nothing(world: World) -> None:
    """A snapshot whose part of the lab was damaged on the disk is refused, and the world stays as it is."""
    world.snapshots.take("one")

    is_left_alone_by(world, world.folder / "one.lab")


def test_a_damaged_store_changes_nothing(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """A snapshot whose copy of a SQLite store was damaged is refused, and the lab is not brought back alone."""
    with closing(LabFile.create(tmp_path / "lab.sqlite3")) as lab:
        world = World(store=sqlite_store, lab=lab, folder=tmp_path / "snapshots")
        world.lives("alice")
        world.snapshots.take("one")

        is_left_alone_by(world, world.folder / "one.store")


def test_a_store_of_another_kind_is_not_copied_as_a_file(postgres_store: SqlStore, tmp_path: Path) -> None:
    """Copying pages of what is no file is refused."""
    with pytest.raises(StoreError, match="no SQLite file"):
        SqliteCopies(postgres_store.database, tmp_path).keep("one", lambda: None)


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    """A store whose file is gone is refused with its path, when it is kept and when it is brought back."""
    with closing(open_sqlite(tmp_path / "gone.sqlite3")) as store:
        copies = SqliteCopies(store.database, tmp_path)
        with pytest.raises(StoreError, match="gone"):
            copies.keep("one", lambda: None)
        with pytest.raises(StoreError, match="one"):
            copies.bring_back("one")


def test_a_table_that_is_held_is_waited_for(postgres_store: SqlStore, postgres_url: str) -> None:
    """Copying waits for whoever holds a table, gives up in time with one sentence, and never undoes a writer."""
    with closing(open_postgres(postgres_url, longest_wait_s=1)) as impatient:
        copies = PostgresCopies(impatient.database)
        with postgres_store.database.engine.begin() as holding:
            holding.execute(text("LOCK TABLE users IN ROW EXCLUSIVE MODE"))
            with pytest.raises(StoreError, match="busy"):
                copies.keep("one", lambda: None)
            holding.execute(text("LOCK TABLE audit IN ROW EXCLUSIVE MODE"))  # a writer goes on as if nobody had asked

        copies.keep("one", lambda: None)
        copies.bring_back("one")
