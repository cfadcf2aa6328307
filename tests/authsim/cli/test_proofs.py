from collections.abc import Callable

import pytest

from authsim.ends.browser import parse_page
from authsim.cli.proofs import (
    ActError,
    expect,
    require_challenge,
    require_inside,
    require_json,
    require_notified,
    require_refusal,
    require_refused,
    require_said,
)

INSIDE = "<pre>Client login succeeds</pre>"
REFUSED = "<p class=xyz-errormessage>Authentication failed</p>"
NOTIFIED = "<section class=xyzblock-notification>A notification was sent to iPhone.</section>"


class Done:
    """A device that ended."""

    def __init__(self, *, returncode: int = 0, stdout: str = "", stderr: str = "") -> None:
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr


@pytest.mark.parametrize(
    ("look", "markup"),
    [
        (require_inside, "<pre>something else</pre>"),
        (require_inside, "<p>Client login succeeds</p>"),
        (require_inside, INSIDE + REFUSED),
        (require_challenge, "<b class=xyz-goldchallenge>12345</b>"),
        (require_challenge, "<b class=xyz-goldchallenge>١٢٣٤٥٦</b>"),
        (require_challenge, "<b class=xyz-goldchallenge>123456</b>" + REFUSED),
        (lambda page: require_refusal(page, "another sentence"), REFUSED),
        (lambda page: require_refusal(page, "another sentence"), INSIDE),
        (require_notified, NOTIFIED + REFUSED),
        (require_notified, "<section class=xyzblock-notification>The notification has expired.</section>"),
        (lambda page: require_said(page, "there"), "<p>here</p>"),
        (lambda page: require_said(page, "here", "there"), "<p>here</p>"),
        (lambda page: require_said(page, "here"), "<p>here</p>" + REFUSED),
    ],
)
def test_the_tour_sees_what_does_not_hold(look: Callable[..., object], markup: str) -> None:
    """A page that is not what an act expects ends the act: the tour does not pass by looking away."""
    with pytest.raises(ActError):
        look(parse_page(markup, status=200, path="/"))


def test_the_tour_sees_what_holds() -> None:
    """The same looks go on at pages that are as they must be."""
    page = parse_page(INSIDE + NOTIFIED + "<b class=xyz-goldchallenge>123456</b>", status=200, path="/")

    require_inside(page)
    require_notified(page)
    require_said(page, "A notification was sent", "Client login")
    assert require_challenge(page) == "123456"


def test_the_tour_sees_a_wrong_ending() -> None:
    """A device that ends otherwise than expected, or says something else, ends the act with its last words."""
    done = Done(stderr="first\nlast words\n")

    with pytest.raises(ActError, match="ended with 0 and not 77: last words"):
        require_refused(done, 77)
    with pytest.raises(ActError, match="says 'last words', and not 'other words'"):
        require_refused(done, 0, "other words")
    with pytest.raises(ActError, match="so"):
        expect(None, "so")
    assert require_refused(done, 0, "first") == "first\nlast words"


@pytest.mark.parametrize("printed", ["", "[]", "no JSON", '{"a": 1} {"b": 2}'])
def test_the_tour_sees_what_is_no_json(printed: str) -> None:
    """A device that prints anything but one JSON object ends the act; so does one that ends otherwise."""
    with pytest.raises(ActError, match="no JSON object"):
        require_json(Done(stdout=printed))
    with pytest.raises(ActError, match="ended with 77 and not 0"):
        require_json(Done(returncode=77, stdout="{}"))
    assert require_json(Done(returncode=77, stdout='{"a": 1}'), 77) == {"a": 1}
