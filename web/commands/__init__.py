"""The operator's commands that open a store: they parse, call the core, and say how it went."""
