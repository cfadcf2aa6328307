"""How a store comes from one version to the next. Loaded by Alembic only: starting a portal does not import this."""
