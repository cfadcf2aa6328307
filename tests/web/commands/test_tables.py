import pytest

from web.commands.tables import clean, echo_table, format_instant, format_span


@pytest.mark.parametrize(
    ("span_ms", "text"),
    [
        (0, "0 s"),
        (1, "1 s"),
        (59_001, "1 min"),
        (61_000, "1 min 1 s"),
        (3_600_000, "1 h"),
        (86_399_000, "23 h 59 min"),
        (86_400_000, "1 d"),
        (90_000_000, "1 d 1 h"),
        (86_401_000, "1 d"),
    ],
)
def test_a_span_is_told_by_its_two_largest_units(span_ms: int, text: str) -> None:
    """A person reads how long, rounded up to a second, and no more than two units."""
    assert format_span(span_ms) == text


def test_an_instant_is_told_in_utc() -> None:
    """The portal's clock is UTC, and says so."""
    assert format_instant(1_767_225_600_999) == "2026-01-01 00:00:00 UTC"


def test_nothing_steers_the_terminal() -> None:
    """Escapes, line ends and marks that turn text around are shown as dots; letters of any script stay."""
    assert clean("a\x1b]0;x\x07b\u202ec\nd\u2028e") == "a·]0;x·b·c·d·e"
    assert clean("電話 é") == "電話 é"


def test_columns_are_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    """Every column begins where its name does, and no line ends in blanks."""
    echo_table(("a", "long name", "z"), [("xyz", "1", ""), ("x", "\x1b", "2")])

    assert capsys.readouterr().out == "a    long name  z\nxyz  1\nx    ·          2\n"
