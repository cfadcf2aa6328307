"""Bells: `ports.Bus` inside one process, between the processes on one SQLite file, and between those on PostgreSQL."""

from authsim.adapters.bus.local import LocalBus
from authsim.adapters.bus.postgres import PostgresBus
from authsim.adapters.bus.signals import SignalBus

__all__ = ["LocalBus", "PostgresBus", "SignalBus"]
