"""Bells: `ports.Bus` inside one process, between the processes on one SQLite file, and between those on PostgreSQL."""

from authsim.adapters.bus.local import LocalBus

__all__ = ["LocalBus"]
