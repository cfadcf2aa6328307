"""The composition root: the only place of the shell where adapters become a `Verifier`.

It decides nothing. `web/commands` asks it for a portal, `web/app.py` serves the portal that it is given.
"""

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authsim.adapters.audit_chain import read_rows, require_whole
from authsim.adapters.bus import PostgresBus, SignalBus
from authsim.adapters.passwords import Argon2Passwords
from authsim.adapters.private_files import create_private_file, read_private_file
from authsim.adapters.sql import SqlStore, create_schema, open_postgres, open_sqlite, open_store
from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.adapters.vault import FileVault
from authsim.errors import StoreConflictError, StoreError
from authsim.events import AuditRow
from authsim.model import Instance, InstanceId
from authsim.policy import DAY, MINUTE, Policy, format_policy, parse_policy
from authsim.secret import Secret
from authsim.verifier import Verifier

from . import unfinished
from .settings import DATABASE_FILE, LAB_FILE, LAB_SNAPSHOTS, SIGNALS_FILE, LabSettings, Settings

if TYPE_CHECKING:
    from authsim.adapters.lab_file import LabFile
    from authsim.adapters.sql.snapshots import WorldSnapshots
    from authsim.lab.laboratory import Lab
    from authsim.ports import Clock, Entropy

_TOKEN_BYTES: Final = 32
_MOST_TOKEN: Final = 200
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """An open portal: what the flows need, and what has to be closed."""

    verifier: Verifier
    store: SqlStore
    bus: SignalBus | PostgresBus
    vault: FileVault
    lab: "Lab | None" = None
    lab_token: Secret | None = None
    leave: Callable[[], None] = lambda: None

    def close(self) -> None:
        """End the lab's part and the bus, then close the store."""
        self.leave()
        self.bus.close()
        self.store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSeal:
    """What a whole audit record comes to: its number of rows, and the hash of all of them."""

    rows: int
    chain: bytes


def open_portal(settings: Settings) -> Portal:
    """Open a portal that `create_portal` made. Raises `StoreError` when there is none or its key does not load."""
    vault = FileVault.load(settings.key_path)
    store = open_store(_locate_store(settings))
    instance = store.instances.get()
    if instance is None:
        store.close()
        raise StoreError("there is no portal in this store yet: make one with `authsim init`")
    portal = _compose(settings, store, vault, instance)
    with suppress(StoreError):  # another day will do
        kept_ms = portal.verifier.policy.keep_closed_days * DAY
        store.sweep(before_ms=portal.verifier.clock.now_ms() - kept_ms)
    return portal


def create_portal(settings: Settings, *, profile: str, policy: Policy, suite: str, is_demo: bool = False) -> Portal:
    """Make keys, store and identity, and open them; or finish what a killed process began here.

    `StoreConflictError` when there is a portal already. A data directory is made with mode 0700; an existing one is
    taken as it is. Where a lab with a seed is asked for, keys and identity are drawn from the seed.
    """
    entropy = _entropy_of_keys(settings)
    if settings.data_dir is not None:
        settings.data_dir.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
    with unfinished.noted(settings, fresh_id=entropy.token_bytes(16).hex()) as making:
        if settings.key_path.exists() and not making.is_resumed:
            raise StoreConflictError(f"{settings.key_path} exists already and is not overwritten")
        store = create_schema(_locate_store(settings))
        instance = Instance(
            instance_id=InstanceId(making.instance_id),
            profile=profile,
            suite=suite,
            policy=format_policy(policy),
            origin=None,
            created_ms=SystemClock().now_ms(),
            is_demo=is_demo,
        )
        kept = store.instances.get() if making.is_resumed else None
        if kept is not None and kept.instance_id == making.instance_id:
            return _compose(settings, store, FileVault.load(settings.key_path), kept)
        try:
            vault = _make_vault(settings, entropy)
            store.instances.create(instance)
        except BaseException:
            store.close()
            raise
        return _compose(settings, store, vault, instance)


def _entropy_of_keys(settings: Settings) -> "Entropy":
    if settings.lab is None or settings.lab.seed is None:
        return SystemEntropy()
    from authsim.lab.entropy import KeyEntropy

    return KeyEntropy(settings.lab.seed)


def _make_vault(settings: Settings, entropy: "Entropy") -> FileVault:
    """Draw the keys; those of a killed process serve as well, unless it was killed in the middle of them.

    Only the keys: what the vault draws later is the machine's, for a nonce that repeats gives secrets away.
    """
    try:
        return FileVault.load(settings.key_path)
    except StoreError:  # missing or cut short: nothing was ever kept with them
        settings.key_path.unlink(missing_ok=True)
        FileVault.create(settings.key_path, entropy)
        return FileVault.load(settings.key_path)


def holds_demo(settings: Settings) -> bool:
    """Say whether a store calls itself a demo. It is read without its lock; one that cannot be read is none."""
    store = _locate_store(settings)
    try:
        instance = store.instances.get()
    except StoreError:
        return False
    finally:
        store.close()
    return instance is not None and instance.is_demo


def read_record(portal: Portal) -> Iterator[AuditRow]:
    """Yield every row of the audit record, oldest first. `BrokenRecordError` at one that cannot be read."""
    return read_rows(portal.store.audit)


def is_ahead(portal: Portal) -> bool:
    """Say whether the record is ahead of the machine's clock by more than a minute.

    A portal's clock then stands still until the machine's has come so far: meanwhile nothing expires.
    """
    return portal.store.audit.newest_ms() > SystemClock().now_ms() + MINUTE


def require_whole_record(portal: Portal) -> AuditSeal:
    """Return how far the audit record reaches, if it is whole. Raises `BrokenRecordError`."""
    head = require_whole(portal.store.audit)
    return AuditSeal(rows=head.sequence, chain=head.chain)


def keep_origin(portal: Portal, origin: str) -> Portal:
    """Keep scheme, host and port for QR codes and transcripts, and return the portal that knows it."""
    portal.store.instances.set_origin(origin)
    instance = replace(portal.verifier.instance, origin=origin)
    return replace(portal, verifier=replace(portal.verifier, instance=instance))


def _locate_store(settings: Settings) -> SqlStore:
    if settings.data_dir is not None:
        return open_sqlite(Path(settings.data_dir) / DATABASE_FILE)
    if settings.database_url is None:
        raise StoreError("neither a data directory nor a database URL was given")
    return open_postgres(settings.database_url, settings.database_password_file)


def _compose(settings: Settings, store: SqlStore, vault: FileVault, instance: Instance) -> Portal:
    bus = _choose_bus(settings, store)
    verifier = Verifier(
        clock=SystemClock(not_before_ms=store.audit.newest_ms()),
        entropy=SystemEntropy(),
        passwords=Argon2Passwords(vault.pepper),
        vault=vault,
        store=store,
        bus=bus,
        instance=instance,
        policy=parse_policy(instance.policy),
    )
    return Portal(verifier=verifier, store=store, bus=bus, vault=vault)


def begin_lab(portal: Portal, settings: LabSettings, *, machine: "Clock | None" = None) -> Portal:
    """Make an empty lab, in place of whatever an earlier server left, and return the portal in it.

    Its token is made, unless there is one. The world as it is now is kept, for resets. To be called once, before any
    worker opens the lab. `machine` as for `in_lab`. Raises `StoreError`.
    """
    from authsim.adapters.lab_file import LabFile
    from authsim.lab.ports import BEGINNING

    with suppress(StoreConflictError):
        create_private_file(settings.token_file, f"{SystemEntropy().token_bytes(_TOKEN_BYTES).hex()}\n".encode())
    token = _read_token(settings.token_file)
    file = LabFile.create(settings.folder / LAB_FILE)
    _snapshots_of(portal, file, settings).drop_all()
    lab = _make_lab(portal, file, settings, machine)
    lab.entropy.seed(settings.seed)
    lab.clock.begin(not_before_ms=portal.store.audit.newest_ms())
    lab.snapshots.take(BEGINNING)
    return _enter(portal, lab, token, file.close)


def in_lab(portal: Portal, settings: LabSettings, *, machine: "Clock | None" = None) -> Portal:
    """Return the portal in the lab that `begin_lab` made. Only here and there is anything of the lab imported.

    `machine` is the clock beneath the lab's: the machine's own, which is behind a record that a lab has written ahead.
    """
    from authsim.adapters.lab_file import LabFile

    file = LabFile(settings.folder / LAB_FILE)
    return _enter(portal, _make_lab(portal, file, settings, machine), _read_token(settings.token_file), file.close)


def _make_lab(portal: Portal, file: "LabFile", settings: LabSettings, machine: "Clock | None") -> "Lab":
    from authsim.lab.laboratory import compose_lab

    return compose_lab(
        shelf=file,
        journal=file,
        record=portal.store.audit,
        snapshots=_snapshots_of(portal, file, settings),
        clock=machine or SystemClock(),
        entropy=portal.verifier.entropy,
        wake_all=portal.bus.publish_all,
    )


def _enter(portal: Portal, lab: "Lab", token: Secret, close_file: Callable[[], None]) -> Portal:
    from authsim.lab.worlds import surround

    def leave() -> None:
        lab.close()
        close_file()

    return replace(portal, verifier=surround(portal.verifier, lab), lab=lab, lab_token=token, leave=leave)


def _snapshots_of(portal: Portal, file: "LabFile", settings: LabSettings) -> "WorldSnapshots":
    """Return the snapshots of a portal's world: copies are made by the database that holds its store."""
    from authsim.adapters.sql.copies_postgres import PostgresCopies
    from authsim.adapters.sql.copies_sqlite import SqliteCopies
    from authsim.adapters.sql.snapshots import WorldSnapshots

    database, folder = portal.store.database, settings.folder / LAB_SNAPSHOTS
    is_file = isinstance(portal.bus, SignalBus)
    copies = SqliteCopies(database, folder) if is_file else PostgresCopies(database)
    return WorldSnapshots(copies, file, folder, brought_back=portal.bus.publish_all)


def _read_token(path: Path) -> Secret:
    text = read_private_file(path, most_bytes=_MOST_TOKEN).decode("ascii", errors="replace").removesuffix("\n")
    if not _TOKEN.fullmatch(text):
        raise StoreError(f"{path} holds no token of a lab: 16 to 128 letters, digits, '-' and '_'. Name another file")
    return Secret(text)


def _choose_bus(settings: Settings, store: SqlStore) -> SignalBus | PostgresBus:
    """Return what rings in every process on this store: workers, and an operator's commands beside them."""
    if settings.data_dir is not None:
        return SignalBus(Path(settings.data_dir) / SIGNALS_FILE)
    return PostgresBus(store.database.engine)
