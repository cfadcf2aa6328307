"""What stands beside a portal in a test: phone, inbox, clock, faults, timeline."""

import pytest

import authsim.testing
from authsim.testing import Clock, Event, Faults, Inbox, LabError, LoginError, Phone, Portal, Timeline, User
from authsim.testing import __all__ as names


def test_every_name_is_there() -> None:
    """Each name of the kit is found where it is promised, and no other."""
    assert [getattr(authsim.testing, name).__name__ for name in names] == names
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        authsim.testing.Nothing  # noqa: B018 - asking is the test


def test_time_moves_for_everybody(clock: Clock) -> None:
    """The clock is read, frozen, advanced, set and let run; units add up."""
    clock.freeze()
    before = clock.now_ms
    clock.advance(days=1, hours=1, minutes=1, seconds=1.5)
    assert clock.now_ms - before == (((24 + 1) * 60 + 1) * 60 + 1.5) * 1_000
    clock.set_to(before + 90_061_600)
    assert (clock.now_ms, clock.is_frozen) == (before + 90_061_600, True)
    clock.run(scale=1_000)
    assert not clock.is_frozen
    clock.skew("text", seconds=2.5)
    assert clock.read()["skews_ms"] == {"text": 2_500}


def test_faults_are_on_for_a_while(portal: Portal, user: User, faults: Faults) -> None:
    """A fault is on from the call to the end of its block; how often it struck can be asked and required."""
    with faults.on("wrong_credentials", user=user, nth=1) as fault:
        assert [one["name"] for one in faults.active] == ["wrong_credentials"]
        with pytest.raises(LabError, match="did not strike"):
            faults.require_struck("wrong_credentials")
        assert portal.begin_login(user).refusal == "wrong_password"
        assert portal.begin_login(user).refusal is None
        assert fault.struck == 1
    assert faults.active == []
    assert fault.struck == 0
    assert "never arrives" in faults.known["push_lost"]

    faults.on("text_late", by=2.5)
    faults.on("text_lost")
    assert {one["name"]: one["by_ms"] for one in faults.active}["text_late"] == 2_500
    faults.off("text_lost")
    assert [one["name"] for one in faults.active] == ["text_late"]
    faults.off()
    assert faults.active == []


def test_texts_are_waited_for(portal: Portal, inbox: Inbox, phone: Phone) -> None:
    """`wait_for` returns each text once, the newest first; listing reads none; a number that gets none is told."""
    rhea = portal.add_user("rhea", texts=True)
    portal.begin_login(rhea)
    text = inbox.wait_for(rhea)
    assert text.code in text.text
    assert text.code not in repr(text)
    assert [one.sequence for one in inbox.list_texts(rhea)] == [text.sequence]
    assert rhea.phone is not None
    with pytest.raises(LabError, match=f"no text has come to ••• {rhea.phone[-2:]} within 0.05 s"):
        inbox.wait_for(rhea.phone, seconds=0.05)
    with pytest.raises(LabError, match="no mobile number"):
        inbox.wait_for(User(name="nobody", password="x"))


def test_a_phone_enrolls_by_text(portal: Portal, user: User, phone: Phone, faults: Faults, clock: Clock) -> None:
    """A phone adds a user by password and text; where the text is late it looks again when it has come."""
    with faults.on("text_late", user=user, by=30):
        with pytest.raises(LabError, match=r"Call await_text\(\)"):
            phone.add_user(user, seconds=0.05)
        clock.advance(seconds=31)
        assert phone.await_text() is None
    assert portal.log_in(user, phone).authenticated
    assert phone.read()["users"] == ["alice"]
    with pytest.raises(LabError) as refused:
        phone.add_user(user, password="not the password", renew=True)
    assert refused.value.reason == "wrong_password"


def test_a_phone_moves_and_is_cloned(portal: Portal, user: User, active_phone: Phone) -> None:
    """A second phone takes over; a clone answers as its original does until the portal notices."""
    clone = active_phone.clone()
    assert clone.id != active_phone.id
    login = portal.begin_login(user)
    challenge = login.challenge()
    assert clone.respond(challenge) == active_phone.respond(challenge, user)
    assert login.respond(clone.respond(challenge))

    second = portal.add_phone(platform="android", policy="manual")
    second.add_user(user)
    login = portal.begin_login(user)
    assert not login.respond(active_phone.respond(login.challenge()))
    assert portal.log_in(user, second).authenticated
    second.remove()
    with pytest.raises(LabError) as refused:
        second.respond("123456")
    assert refused.value.status == 404


def test_a_phone_says_no(portal: Portal, user: User, active_phone: Phone, timeline: Timeline) -> None:
    """A person denies, or reports a login that is not theirs; the login that waits ends with that reason."""
    denied = portal.begin_login(user)
    active_phone.deny()
    assert not denied.wait()
    assert denied.refusal == "push_denied"
    reported = portal.begin_login(user)
    active_phone.report(user, request=active_phone.requests[0]["request"])
    assert not reported.wait()
    assert reported.refusal == "push_reported"
    assert set(timeline.refusals) == {"push_denied", "push_reported"}
    assert timeline.find("push:denied", user="alice")
    assert timeline.find("push:denied", user="nobody") == []


def test_a_phone_has_habits(active_phone: Phone) -> None:
    """What a phone does by itself is set with the time that it takes, and read back."""
    assert active_phone.policy == "manual"
    active_phone.set_policy("approve", delay=1.5)
    told = active_phone.read()
    assert (active_phone.policy, told["delay_ms"]) == ("approve", 1_500)
    assert repr(active_phone) == f"Phone('{active_phone.id}')"


def test_a_clock_that_is_wrong(portal: Portal, phone: Phone) -> None:
    """A phone whose clock is half an hour ahead shows codes that the portal does not take."""
    sven = portal.add_user("sven", authenticator=True)
    phone.add_app(sven.authenticator or "")
    phone.skew(seconds=1_800)
    assert not portal.begin_login(sven).enter_code(phone.code(sven))
    phone.skew(seconds=0)
    assert portal.begin_login(sven).enter_code(phone.code(sven))


def test_the_world_is_kept_and_brought_back(portal: Portal, user: User, phone: Phone) -> None:
    """A snapshot of the test's own brings back what was; what `reset` brings back was there before any test."""
    name = portal.take_snapshot()
    phone.activate(user)
    portal.restore(name)
    with pytest.raises(LoginError):
        portal.begin_login(user).challenge()
    portal.reset()
    assert portal.lab.list_users() == []
    assert portal.timeline.events == [], "the story went back to before the test"
    assert [one.name for one in portal.add_users(2, prefix="row")] == ["row1", "row2"]


def test_a_portal_closes_its_browsers(portal: Portal, user: User) -> None:
    """Used as a context, a portal closes what it opened; a request after that opens connections anew."""
    with portal as same:
        browser = same.begin_login(user).browser
    with pytest.raises(RuntimeError, match="closed"):
        browser.open("/")
    assert repr(portal).startswith("Portal('http://127.0.0.1:")
    assert portal.clock.now_ms


def test_the_story_is_a_table(portal: Portal, user: User, timeline: Timeline) -> None:
    """The timeline begins with the test; printed, it has both ends side by side; empty, it is empty."""
    assert timeline.events == []
    assert str(timeline) == ""
    portal.begin_login(user, "wrong")
    first = timeline.events[0]
    assert isinstance(first, Event)
    assert (first.end, first.what, first.label) == ("browser", "GET /sso/Login", "login-1")
    lines = str(timeline).splitlines()
    assert "the portal" in lines[0]
    assert "browsers and phones" in lines[0]
    assert lines[1].lstrip().startswith("0.000 s")
    assert len({line.index(" |") for line in lines}) == 1
    assert "<- wrong_password" in str(timeline)
