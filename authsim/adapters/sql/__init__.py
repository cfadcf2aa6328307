"""The durable store: SQLAlchemy Core on SQLite or PostgreSQL.

Each module fulfils one port; `database` says what a transaction is, `store` puts the ports together.
"""

from authsim.adapters.sql.store import SqlStore, create_schema, open_postgres, open_sqlite, open_store

__all__ = ["SqlStore", "create_schema", "open_postgres", "open_sqlite", "open_store"]
