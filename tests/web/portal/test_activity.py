from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Site


def test_a_flood_is_one_line(site: Site, alice: User, phone: TestPhone) -> None:
    """A stranger who types passwords all night does not push anything else off the page."""
    owner, stranger = site.browser(), site.browser()
    owner.types_password("alice")
    owner.activates(phone)
    for _ in range(120):
        stranger.types_password("alice", "guess")
    page = owner.opens("/portal/activity")

    rows = [row.text for row in page.one(cls="timeline").elements]
    assert len(rows) == 3
    assert rows[0].startswith("Login refused × 115")
    assert rows[1].startswith("Login refused × 5")
    assert "wrong password" in rows[1]
    assert "Phone activated" in rows[2]
    assert PASSWORD not in page.text
