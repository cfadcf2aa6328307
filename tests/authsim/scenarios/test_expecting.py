from typing import Any

import pytest

from authsim.ends.browser import parse_page
from authsim.scenarios.expecting import CHECKS, require_expected
from authsim.scenarios.schema import EXPECTED
from authsim.scenarios.seen import ActError, Seen, see_page

INSIDE = "<pre>Client login succeeds</pre>"
REFUSED = "<p class=xyz-errormessage>Authentication failed</p>"


def look(seen: Seen, reason: str | None = None, **expected: Any) -> None:
    """Look at what a step has shown."""
    require_expected(seen, expected, reason=lambda: reason)


def page(markup: str, status: int = 200) -> Seen:
    """What a page of this markup shows."""
    return see_page(parse_page(markup, status=status, path="/there"))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (page("<pre>something else</pre>"), {"authenticated": True}),
        (page("<p>Client login succeeds</p>"), {"authenticated": True}),
        (page(INSIDE + REFUSED), {"authenticated": True}),
        (page(INSIDE), {"authenticated": False}),
        (page(REFUSED), {}),
        (page(REFUSED), {"says": "Authentication failed"}),
        (page(REFUSED), {"refused": False}),
        (page(INSIDE), {"refused": True}),
        (page(REFUSED), {"refused": "wrong_password"}),
        (page(REFUSED), {"refused": True, "says": "another sentence"}),
        (page("<p>here</p>"), {"says": ["here", "there"]}),
        (page("<p>here</p>"), {"says_not": "here"}),
        (page("<p>here</p>"), {"path": "/here"}),
        (page("<p>here</p>"), {"status": 404}),
        (page("<p>here</p>"), {"shows": [".a"]}),
        (page("<p class=a>here</p>"), {"hides": ".a"}),
        (page("<input name=agreed>"), {"hides": "name=agreed"}),
        (page("<input name=other>"), {"shows": "name=agreed"}),
        (Seen(), {"authenticated": True}),
        (Seen(), {"shows": "p"}),
        (Seen(value="1"), {"value": 1}),
        (Seen(value="1"), {"not_value": "1"}),
        (Seen(facts={"a": 1}), {"facts": {"a": 2}}),
        (Seen(facts={"a": 1}), {"facts": {"b": None}}),
        (Seen(facts={"a": {"b": 1}}), {"facts": {"a": {"c": 1}}}),
        (Seen(status=0), {"status": 77}),
    ],
)
def test_what_is_not_so_ends_the_act(seen: Seen, expected: dict[str, Any]) -> None:
    """A scenario does not pass by looking away: whatever is expected and is not so ends it, and so does a refusal."""
    with pytest.raises(ActError):
        look(seen, "wrong_response", **expected)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (page(INSIDE), {"authenticated": True, "refused": False, "status": 200, "path": "/there"}),
        (page(REFUSED), {"authenticated": False}),
        (page(REFUSED), {"refused": True, "says": "Authentication failed", "says_not": "succeeds"}),
        (page(REFUSED), {"refused": "wrong_response"}),
        (page(REFUSED, 403), {"status": 403}),
        (page("<input name=agreed id=i class='a b'>"), {"shows": ["name=agreed", "#i", ".b", "input"], "hides": "p"}),
        (Seen(value=224), {"value": 224, "not_value": 1}),
        (Seen(facts={"a": {"b": 1, "c": 2}, "d": None}), {"facts": {"a": {"b": 1}, "d": None}}),
        (Seen(refusal="authkey ended with 77", status=77), {"status": 77}),
    ],
)
def test_what_is_so_goes_on(seen: Seen, expected: dict[str, Any]) -> None:
    """The same looks go on where it is as they say."""
    look(seen, "wrong_response", **expected)


def test_every_look_of_the_schema_is_played() -> None:
    """What a file may expect is looked at, and nothing else is."""
    assert set(EXPECTED) == {*CHECKS, "refused"}


def test_what_was_seen_is_told_short() -> None:
    """A long page is cut."""
    with pytest.raises(ActError) as error:
        look(page("<p>" + "x" * 5000), says="there")
    assert len(str(error.value)) < 400
