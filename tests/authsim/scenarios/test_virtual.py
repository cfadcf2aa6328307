"""Phones of a scenario that the lab holds, at a portal that takes its time."""

from authsim.scenarios.virtual import VirtualPhone
from authsim.testing import Phone, Portal, User


def test_a_phone_is_heard_when_the_portal_has_its_answer(portal: Portal, user: User, active_phone: Phone) -> None:
    """Whoever hears that the phone has approved finds the login approved, and the phone on its person's own again."""
    portal.lab.arm_fault("slow_answer", step="decision", by_ms=1_000)
    phone = VirtualPhone(portal.lab, active_phone.id)
    phone.listen()
    portal.begin_login(user)

    assert phone.hear().facts == {"user": user.name, "state": "approved"}
    assert portal.timeline.find("push:approved", user=user.name)
    assert active_phone.policy == "manual"
