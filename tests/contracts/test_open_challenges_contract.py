"""What `ports.Logins` promises about the challenge that a phone can answer now, on every store."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim import states
from authsim.events import EventKind
from authsim.model import Challenge, Device
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import NOW_MS, SOON_MS, add_device, add_user, ask, consumed, event


@pytest.fixture
def device(store: Store) -> Device:
    """A user's phone."""
    return add_device(store, add_user(store).user_id)


def open_of(store: Store, device: Device, *, now_ms: int = NOW_MS) -> Challenge | None:
    """Return what the phone can answer."""
    return store.logins.open_challenge_of(device.device_id, user_id=device.user_id, now_ms=now_ms)


def test_the_newest_is_told(store: Store, device: Device) -> None:
    """Of several logins the newest challenge, of equally old ones the last; nothing before there is any."""
    assert open_of(store, device) is None
    older = ask(store, device, issued_ms=NOW_MS - 1)
    assert open_of(store, device) == older
    ask(store, device)
    last = ask(store, device)
    ask(store, device, issued_ms=NOW_MS - 2)
    assert open_of(store, device) == last


def test_others_are_not_told(store: Store, device: Device) -> None:
    """Neither another user's challenge, nor that of another phone; a phone and a user that do not fit have none."""
    other = add_device(store, add_user(store).user_id)
    ask(store, other)
    assert open_of(store, device) is None
    asked = ask(store, device)
    assert open_of(store, device) == asked
    assert open_of(store, replace(device, user_id=other.user_id)) is None
    assert open_of(store, replace(device, device_id=other.device_id)) is None


def test_it_ends_with_its_time(store: Store, device: Device) -> None:
    """One that is over is not told, also before anybody wrote that."""
    asked = ask(store, device)
    assert open_of(store, device, now_ms=SOON_MS - 1) == asked
    assert open_of(store, device, now_ms=SOON_MS) is None


def answer(store: Store, asked: Challenge) -> None:
    """Complete the login."""
    store.logins.count_response(asked.challenge_id, now_ms=NOW_MS, change=lambda before: before, event=event())
    store.logins.complete(
        asked,
        session=nouns.session(asked.user_id),
        replaces=None,
        sessions_allowed=9,
        locked_until_ms=None,
        now_ms=NOW_MS,
        events=[event()],
    )
    assert store.logins.challenge_of(asked.login_id) == consumed(asked)


def fail(store: Store, asked: Challenge) -> None:
    """End the login by a wrong response."""
    store.logins.fail(asked, reason="wrong_response", now_ms=NOW_MS, event=event(EventKind.LOGIN_REFUSED))


def expire(store: Store, asked: Challenge) -> None:
    """Let the login expire."""
    store.logins.expire(asked.login_id, now_ms=NOW_MS, event=event(EventKind.LOGIN_EXPIRED))


def spend(store: Store, asked: Challenge) -> None:
    """Count the one try, which nobody has judged yet."""
    store.logins.count_response(asked.challenge_id, now_ms=NOW_MS, change=lambda before: before, event=event())


@pytest.mark.parametrize("ending", [answer, fail, expire, spend])
def test_what_takes_no_response_is_not_told(
    store: Store, device: Device, ending: Callable[[Store, Challenge], None]
) -> None:
    """However a challenge came to its end, an older login that still waits is told then."""
    older = ask(store, device, issued_ms=NOW_MS - 1)
    asked = ask(store, device)
    ending(store, asked)
    assert open_of(store, device) == older


def test_a_superseded_one_is_not_told(store: Store, device: Device) -> None:
    """The login's new question stands in its place, however old the row is."""
    login = nouns.login(device.user_id)
    asked = nouns.challenge(login, device.device_id)
    store.logins.begin(login, challenge=asked, judged=nouns.HASH, events=[event()])
    newer = nouns.challenge(login, device.device_id)
    store.logins.ask(login.login_id, challenge=newer, push=None, now_ms=NOW_MS, events=[event()])
    kept = store.logins.challenge_of(login.login_id)
    assert kept is not None
    assert (kept.challenge_id, kept.state) == (newer.challenge_id, states.OneShot.ISSUED)
    assert open_of(store, device) == newer
