"""The page about virtual phones names all that there is: policies, and what the story says of phones."""

import re
from pathlib import Path

import authsim.lab.phones
from authsim.lab.phones.handset import Policy

PAGE = (Path(__file__).parents[4] / "docs/testing/phones.md").read_text()


def test_the_page_names_every_policy() -> None:
    """The table of policies has each of them, and no other."""
    table = PAGE.partition("## What a phone does by itself")[2].partition("`delay_ms` delays")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert set(re.findall(r"`(\w+)`", " ".join(first))) == {policy.value for policy in Policy}


def test_the_page_names_every_line_of_the_story() -> None:
    """Whatever the code tells of phones stands on the page, and nothing else does."""
    folder = Path(authsim.lab.phones.__file__).parent
    code = "".join(file.read_text() for file in folder.glob("*.py"))
    told = set(re.findall(r"\.tell\(\s*[\w.]+, \"(\w+)\"", code)) | {"approved", "denied", "reported"}

    assert set(re.findall(r"`phone:([a-z]+)`", PAGE)) == told
