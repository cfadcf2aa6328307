import pytest

from authsim.scenarios.reading import MOST_BYTES, MOST_DEPTH, MOST_NODES, ScenarioError, parse_document


def refused(content: bytes | str) -> str:
    """The sentence with which a text is refused."""
    with pytest.raises(ScenarioError) as refusal:
        parse_document(content if isinstance(content, bytes) else content.encode(), file="f.yaml")
    return str(refusal.value)


def test_plain_words_stay_what_was_written() -> None:
    """Only true, false, null and decimal numbers are more than text: no word is taken for something else."""
    read = parse_document(
        b"[on, off, yes, no, 012345, 0x10, 1_000, 1:30, 2030-01-07, 1e3, .5, True, ~, null, true, false, -7, 1.5, '5']",
        file="f.yaml",
    )

    assert read.content == [
        *("on", "off", "yes", "no", "012345", "0x10", "1_000", "1:30", "2030-01-07", "1e3", ".5", "True"),
        *(None, None, True, False, -7, 1.5, "5"),
    ]


def test_every_value_has_its_line() -> None:
    """The line of a place is that of its key, or of what it stands in."""
    read = parse_document(b"a:\n  b: 1\n  c:\n    - x\n    - y: 2\n", file="f.yaml")

    assert [read.line_of(place) for place in (("a",), ("a", "b"), ("a", "c", 0), ("a", "c", 1, "y"))] == [1, 2, 4, 5]
    assert read.line_of(("a", "c", 1, "z")) == 5
    assert str(read.refuse(("a", "b"), "no")) == "f.yaml:2: no"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a: 1\nb: 2\na: 3\n", "f.yaml:3: the key 'a' stands here twice"),
        (b"a: &x 1\nb: *x\n", "f.yaml:1: this is no YAML: write it out"),
        (b"b:\n  - *x\n", "f.yaml:2: this is no YAML: write it out"),
        (b"a: !!python/object:os.system {}\n", "f.yaml:1: leave the tag out"),
        (b"a: !!binary aGk=\n", "f.yaml:1: leave the tag out"),
        (b"? [a, b]\n: 1\n", "f.yaml:1: a key is one word"),
        (b"a: [1, 2\n", "f.yaml:2: this is no YAML"),
        (b"a: 1\n\xff\n", "f.yaml:2: the file is not in UTF-8"),
        (b"a: \x00\n", "f.yaml:1: this is no YAML"),
        (b"", "f.yaml:1: the file is empty"),
        (b"# only words\n", "f.yaml:1: the file is empty"),
        (b"--- 1\n--- 2\n", "f.yaml:2: this is no YAML"),
        (b"x" * (MOST_BYTES + 1), "f.yaml:1: the file is longer than"),
        (b"[" * (MOST_DEPTH + 2) + b"]" * (MOST_DEPTH + 2), "f.yaml:1: there is too much"),
        (b"[" * 100_000, "f.yaml:1: this is no YAML"),
        (b"[" + b"1," * MOST_NODES + b"1]", "f.yaml:1: there is too much"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(content: bytes, sentence: str) -> None:
    """Keys that stand twice, aliases, tags, other letters and too much of anything: one sentence, which says where."""
    assert refused(content).startswith(sentence)
