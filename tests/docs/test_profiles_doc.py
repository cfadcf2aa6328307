"""`docs/profiles.md` says the numbers of the policy, and names every one of them."""

import importlib.util
from dataclasses import fields

from authsim.policy import HARDENED, Policy
from authsim.profiles import PROFILES
from tests.support.tree import ROOT

PAGE = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")


def test_the_page_is_what_the_policy_makes() -> None:
    """The tables are those that the command writes: run it again after a number has changed."""
    specification = importlib.util.spec_from_file_location("make_profiles", ROOT / "docs" / "make_profiles.py")
    assert specification is not None
    assert specification.loader is not None
    maker = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(maker)

    assert PAGE.partition(maker.HEAD)[2] == "\n" + maker.format_tables(), "run docs/make_profiles.py"


def test_every_number_stands_there_once() -> None:
    """None is left out, and none stands in both tables."""
    for item in fields(Policy):
        assert PAGE.count(f"| `{item.name}` |") == 1


def test_what_differs_stands_in_the_first_table() -> None:
    """The difference between the profiles can be read in one place."""
    first, second = PAGE.split("## What they have in common")
    for item in fields(Policy):
        differs = getattr(Policy(), item.name) != getattr(PROFILES[HARDENED], item.name)
        assert f"| `{item.name}` |" in (first if differs else second)
