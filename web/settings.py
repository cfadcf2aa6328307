"""What the operator chose for this process: where things are kept, and how the portal is reached.

Nothing here opens anything. Policy, profile and identity belong to the store, not to a process.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from authsim.errors import MessageError

DATABASE_FILE: Final = "portal.sqlite3"
SIGNALS_FILE: Final = "portal.signals"
KEY_FILE: Final = "portal.key"
LAB_FILE: Final = "lab.sqlite3"
LAB_SNAPSHOTS: Final = "lab-snapshots"
LAB_TOKEN: Final = "lab.token"  # noqa: S105 - the name of a file
MOST_PROXIES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSettings:
    """A lab: the file of its token, the folder where it keeps what is its own, and the seed of its chance or None."""

    token_file: Path
    folder: Path
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """A gateway-compatible front: which markup its pages have (`web/gateway`), and the seed of markup that drifts."""

    page: str = "current"
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Either `data_dir`, or `database_url` with `key_file` (and, for PostgreSQL, a libpq password file).

    `tls`: the browser speaks https with us or with the proxy before us. `proxies`: how many trusted proxies stand
    before us. `hosts`: private names or addresses, beyond loopback, that a browser may call us by. `is_inbox_open`:
    whether the simulated texts of all users can be read here. `most_streams`: how many answers may stay open in one
    process. `lab`, `gateway`: None where there is none.
    """

    data_dir: Path | None = None
    database_url: str | None = None
    key_file: Path | None = None
    database_password_file: Path | None = None
    tls: bool = False
    proxies: int = 0
    hosts: tuple[str, ...] = ()
    is_inbox_open: bool = False
    most_streams: int = 32
    lab: LabSettings | None = None
    gateway: GatewaySettings | None = None

    def __post_init__(self) -> None:
        if (self.data_dir is None) == (self.database_url is None):
            raise MessageError("give either a data directory or a database URL")
        if (self.database_url is None) != (self.key_file is None):
            raise MessageError("a key file goes with a database URL, and the other way round")
        if not 0 <= self.proxies <= MOST_PROXIES:
            raise MessageError(f"proxies is a number from 0 to {MOST_PROXIES}")

    @property
    def key_path(self) -> Path:
        """Where the portal's own keys lie."""
        if self.data_dir is not None:
            return self.data_dir / KEY_FILE
        if self.key_file is None:
            raise MessageError("a database URL needs a key file")
        return self.key_file
