"""The contract suites run on every kind of store."""

from tests.support.stores import *  # noqa: F403 - fixtures are found by name
