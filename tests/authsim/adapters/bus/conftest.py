"""Stores that speak SQL, each test with an empty one of its own."""

from tests.support.stores import *  # noqa: F403 - fixtures are found by name
