"""The two columns: every reason has words in both, in both languages, and a uniform login says one thing."""

import pytest
from flask_babel import force_locale

from authsim.errors import Reason
from authsim.events import AuditRow, Event, EventKind
from tests.support.site import Site
from web.desk.story import Chapter, tell_story


def tells(
    site: Site,
    kind: EventKind,
    reason: Reason | None = None,
    *,
    is_uniform: bool = False,
    language: str = "en",
    **facts: str,
) -> Chapter:
    """What is told of one row."""
    row = AuditRow(sequence=1, event=Event(kind=kind, at_ms=1, reason=reason, facts=facts), chain=bytes(32))
    with site.app.test_request_context("/", base_url="http://127.0.0.1"), force_locale(language):
        (chapter,) = tell_story([row], is_uniform=is_uniform)
    return chapter


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(site: Site, reason: Reason) -> None:
    """Whatever a login was refused for: what was said, what it was, and what it means, in English and in Japanese."""
    english = tells(site, EventKind.LOGIN_REFUSED, reason)
    japanese = tells(site, EventKind.LOGIN_REFUSED, reason, language="ja")
    assert (english.reason, english.tone) == (reason.value, "bad")
    for one, other in (
        (english.told, japanese.told),
        (english.cause, japanese.cause),
        (english.meaning, japanese.meaning),
    ):
        assert one
        assert one != other
        assert "%(" not in one + other


@pytest.mark.parametrize(
    ("kind", "reason", "told"),
    [
        (EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD, "(the usual second page, which no answer completes)"),
        (EventKind.LOGIN_REFUSED, Reason.USER_LOCKED, "(the usual second page, which no answer completes)"),
        (EventKind.DECOY_ISSUED, Reason.NO_ACTIVE_DEVICE, "(the usual second page, which no answer completes)"),
        (EventKind.LOGIN_REFUSED, Reason.WRONG_RESPONSE, "Login failed."),
        (EventKind.LOGIN_REFUSED, Reason.SECOND_FACTOR_BLOCKED, "Login failed."),
        (EventKind.ACTIVATION_REFUSED, Reason.ACTIVATION_USED, "An error has occurred. Please try again."),
    ],
)
def test_uniform_login(site: Site, kind: EventKind, reason: Reason, told: str) -> None:
    """Where the login says one thing for every cause, the first column says that, and the second still the cause."""
    chapter = tells(site, kind, reason, is_uniform=True)
    assert chapter.told == told
    assert chapter.reason == reason.value
    assert chapter.cause


def test_deeds_of_the_desk(site: Site) -> None:
    """What the desk did stands with name and reason; nobody was told of it."""
    chapter = tells(site, EventKind.DESK_SUSPENDED, by="mia", why="call 17")
    assert (chapter.told, chapter.what) == ("", "Help desk: phone suspended")
    assert chapter.facts[:2] == ("by mia", "call 17")


@pytest.mark.parametrize("kind", [EventKind.PASSWORD_COUNTED, EventKind.DESK_LOOKED_UP])
def test_steps_are_left_out(site: Site, kind: EventKind) -> None:
    """What leads to something else is no chapter, and neither is the look that shows the story."""
    row = AuditRow(sequence=1, event=Event(kind=kind, at_ms=1), chain=bytes(32))
    with site.app.test_request_context("/", base_url="http://127.0.0.1"):
        assert not tell_story([row], is_uniform=False)
