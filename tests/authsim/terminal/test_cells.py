"""Wide letters take two cells, and a line of Japanese is broken where it may be."""

import pytest

from authsim.terminal.cells import count_cells, fold, pad


def test_cells_are_counted_as_a_terminal_does() -> None:
    """One for Latin, two for Japanese; padding fills up to the same edge."""
    assert [count_cells(text) for text in ("", "abc", "日本", "a日・")] == [0, 3, 4, 5]
    assert count_cells(pad("日本", 10)) == count_cells(pad("abc", 10)) == 10
    assert pad("日本", 2) == "日本"


@pytest.mark.parametrize("cells", [8, 12, 20, 40])
def test_no_line_is_longer_than_it_may_be(cells: int) -> None:
    """But by a closing mark, which stays with its word; and nothing is lost."""
    text = "ポータルのディレクトリを --data DIR で指定してください。ほかのものは、使えません。"
    lines = fold(text, cells)

    assert all(count_cells(line) <= cells + 2 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "。、" for line in lines)


def test_latin_words_stay_whole() -> None:
    """Even one that is longer than the line."""
    assert fold("ab --password-file cd", 6) == ["ab", "--password-file", "cd"]
    assert fold("", 6) == [""]
    assert fold("「あ」", 3) == ["「あ」"]
