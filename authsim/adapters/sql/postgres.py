"""PostgreSQL: which addresses are taken, and what each connection is told."""

from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from authsim.adapters.sql.database import LONGEST_WAIT_S
from authsim.errors import StoreError

_DRIVER: Final = "postgresql+psycopg"
_SCHEMES: Final = frozenset({"postgres", "postgresql", _DRIVER})
_SECRETS: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})


def make_engine(url: str, password_file: Path | None = None, *, longest_wait_s: int = LONGEST_WAIT_S) -> Engine:
    """Return an engine; nothing is opened yet. `StoreError` when the address is not fit, without repeating it."""
    address = _require_address(url)
    settings = {
        "synchronous_commit": "on",  # else a crash could undo a consumption that was acknowledged
        "lock_timeout": f"{longest_wait_s}s",
        "statement_timeout": f"{6 * longest_wait_s}s",
        "idle_in_transaction_session_timeout": f"{2 * longest_wait_s}s",
    }
    told = [str(address.query.get("options", "")), *(f"-c {name}={value}" for name, value in settings.items())]
    arguments: dict[str, str | int] = {
        "options": " ".join(told).strip(),
        "connect_timeout": longest_wait_s,
        "client_encoding": "utf8",
        "application_name": "authsim",
    }
    if password_file is not None:
        arguments["passfile"] = str(password_file)
    try:
        return create_engine(
            address.difference_update_query(["options"]),
            connect_args=arguments,
            isolation_level="READ COMMITTED",
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=24,
            pool_timeout=longest_wait_s,
            pool_use_lifo=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs the extra `postgres`: pip install 'authsim[postgres]'") from None


def _require_address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError("a database URL looks like postgresql://user@host/name") from None
    if address.drivername not in _SCHEMES:
        raise StoreError("a database URL begins with postgresql://")
    if address.password is not None or _SECRETS & set(address.query):
        raise StoreError(
            "a database URL with a password in it shows up in process lists: put the password into a password file"
            " (~/.pgpass, or the one that PGPASSFILE names)"
        )
    return address.set(drivername=_DRIVER)
