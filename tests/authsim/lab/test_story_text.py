"""The story for people: two columns in line, times from the first entry, and nothing that a terminal would obey."""

from typing import Any

from authsim.lab.story_text import format_story


def entry(at_ms: int, end: str, what: str, **members: Any) -> dict[str, Any]:
    """An entry as the lab answers it."""
    return {"number": 1, "at_ms": at_ms, "end": end, "what": what, "user": None, "why": None, "facts": {}} | members


def test_both_ends_stand_side_by_side() -> None:
    """The portal's rows stand left, browsers and phones right, the lab's doings in brackets; labels and reasons too."""
    told = [
        entry(1_000, "lab", "clock:changed"),
        entry(
            1_500, "portal", "login:refused", user="alice", why="throttled", facts={"address": "::1", "kind": "text"}
        ),
        entry(62_000, "browser", "POST /sso/Login", user="alice", facts={"status": 303}, label="a-1"),
        entry(62_001, "phone", "phone:responded", user="alice"),
    ]
    assert format_story(told).splitlines() == [
        "          the portal                                    | browsers and phones",
        " 0.000 s                                                | (clock:changed)",
        " 0.500 s  login:refused  alice  kind=text  <- throttled |",
        "61.000 s                                                | browser: POST /sso/Login  alice  status=303  [a-1]",
        "61.001 s                                                | phone: phone:responded  alice",
    ]


def test_nothing_is_no_table() -> None:
    """Where nothing happened nothing is printed."""
    assert format_story([]) == ""


def test_wide_letters_keep_the_columns_in_line() -> None:
    """A label of wide letters takes the cells that it takes."""
    lines = format_story(
        [
            entry(0, "portal", "device:revoked", facts={"label": "会社の電話"}),
            entry(0, "portal", "user:locked", user="alice"),
        ]
    ).splitlines()
    middles = [
        len(line.partition("|")[0].encode("utf-16-le")) // 2 + sum(ord(c) > 0x2E80 for c in line) for line in lines
    ]
    assert len(set(middles)) == 1


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    """Control characters become question marks, and a very long row does not push the middle away."""
    text = format_story([entry(0, "portal", "x" * 300), entry(0, "phone", "a\x1b[31m\nb")])
    assert "\x1b" not in text
    assert text.splitlines()[-1].endswith("phone: a?[31m?b")
    assert text.splitlines()[-1].index("|") < 100
