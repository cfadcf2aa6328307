"""The test kit: a portal, phones, time and faults in a test, from Python with or without pytest.

Names are loaded when they are used: pytest imports this package in every run of whoever has AuthSim installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from authsim.testing.client import Lab
    from authsim.testing.errors import KitError, LabError, LoginError

_HOMES: Final = {
    "KitError": "errors",
    "Lab": "client",
    "LabError": "errors",
    "LoginError": "errors",
}

__all__ = ["KitError", "Lab", "LabError", "LoginError"]


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
