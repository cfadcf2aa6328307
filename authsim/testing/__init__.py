"""The test kit: a portal, phones, time and faults in a test, from Python with or without pytest.

Names are loaded when they are used: pytest imports this package in every run of whoever has AuthSim installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from authsim.testing.client import Lab
    from authsim.testing.clock import Clock
    from authsim.testing.errors import KitError, LabError, LoginError
    from authsim.testing.faults import Fault, Faults
    from authsim.testing.inbox import Inbox, Text
    from authsim.testing.login import Login
    from authsim.testing.phone import Phone
    from authsim.testing.portal import Portal
    from authsim.testing.starting import start_portal
    from authsim.testing.timeline import Event, Timeline
    from authsim.testing.user import User

_HOMES: Final = {
    "Clock": "clock",
    "Event": "timeline",
    "Fault": "faults",
    "Faults": "faults",
    "Inbox": "inbox",
    "KitError": "errors",
    "Lab": "client",
    "LabError": "errors",
    "Login": "login",
    "LoginError": "errors",
    "Phone": "phone",
    "Portal": "portal",
    "Text": "inbox",
    "Timeline": "timeline",
    "User": "user",
    "start_portal": "starting",
}

__all__ = [
    "Clock",
    "Event",
    "Fault",
    "Faults",
    "Inbox",
    "KitError",
    "Lab",
    "LabError",
    "Login",
    "LoginError",
    "Phone",
    "Portal",
    "Text",
    "Timeline",
    "User",
    "start_portal",
]


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
