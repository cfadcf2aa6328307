"""What a listener may wait for: the names that ceremonies publish on the bus after their change is made.

A topic carries no news but that there is some; whoever hears it reads the store again.
"""

from authsim import ports
from authsim.model import DeviceId, LoginId, SessionId


def device_topic(device_id: DeviceId) -> str:
    """Return the topic of a device: a request for it, a decision on one, or a new state of its own."""
    return f"device:{device_id}"


def login_topic(login_id: LoginId) -> str:
    """Return the topic of a login: its request was decided, or it ended."""
    return f"login:{login_id}"


def session_topic(session_id: SessionId) -> str:
    """Return the topic of a browser's session: its activation code was used, or it ended."""
    return f"session:{session_id}"


def inbox_topic(number: str) -> str:
    """Return the topic of a phone number's inbox: a text came."""
    return f"inbox:{number}"


def publish(bus: ports.Bus, *topics: str) -> None:
    """Wake all that listen to any of the topics."""
    for topic in topics:
        bus.publish(topic)
