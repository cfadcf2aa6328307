"""One portal for all tests of a module; phones are folders, and the glass is the full-screen phone's."""

from tests.support.shop import buys, portal

__all__ = ["buys", "portal"]
