"""`docs/testing/faults.md` says what the catalogue says, every trouble has an answer, and every example is taken."""

import importlib.util
import json
import re
import sys
from types import ModuleType

import pytest

from authsim.lab.board import Fault
from authsim.lab.catalogue import FAULTS
from authsim.lab.phones.handset import Policy
from tests.support.lab import LabTown
from tests.support.tree import ROOT


def _load(name: str) -> ModuleType:
    """Return a script of docs/, which is no package; another one may import it by that name."""
    specification = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


met = _load("faults_met")
maker = _load("make_faults")
TEXT = maker.PAGE.read_text(encoding="utf-8")
ANSWERS = [*(trouble.answer for trouble in met.TROUBLES), *(row.answer for row in met.FLOW_ERRORS)]
#: Words between back quotes in an answer that are no faults: members, calls, commands.
OTHERS = {"every", "seconds", "authkey"}


def test_the_page_is_made_from_the_catalogue() -> None:
    """The tables are what the script makes."""
    assert TEXT.partition(maker.HEAD)[2] == "\n" + maker.format_tables(), "run docs/make_faults.py"


def test_every_fault_stands_on_the_page_and_replays_something() -> None:
    """Each fault of the catalogue answers a trouble that people report or an error of a flow, and no other is named."""
    named = {name for answer in ANSWERS for name in maker.FAULT.findall(answer)}
    assert named - OTHERS == set(FAULTS)
    assert set(met.EXAMPLES) <= set(FAULTS)


def test_every_policy_that_is_named_is_one() -> None:
    """What a virtual phone is told to do, it can do; and each policy that fails is named."""
    named = {word for answer in ANSWERS for word in re.findall(r"\*([a-z_]+)\*", answer)}
    known = {policy.value for policy in Policy}
    assert named <= known
    assert known - named == {"approve", "manual"}


def test_all_sixteen_troubles_are_there_with_their_sources() -> None:
    """Each public trouble is told somewhere, and has an answer that names a fault, or says that it needs none."""
    assert len(met.TROUBLES) == 16
    for trouble in met.TROUBLES:
        assert trouble.links
        assert all(re.fullmatch(r"[\w.-]+/[\w.-]+/(issues|pull)/\d+", link) for link in trouble.links)
        assert maker.FAULT.findall(trouble.answer) or trouble.answer.startswith("no fault")


@pytest.mark.parametrize("name", FAULTS)
def test_every_example_switches_its_fault_on(name: str) -> None:
    """What the example sends is taken, and the kit's says the same."""
    [body] = re.findall(rf"`lab PUT faults/{name} '(.+?)'`", TEXT)
    members = json.loads(body)
    assert members == maker.members_of(name)
    armed = LabTown().lab.board.arm(Fault(name=name, **members))
    [call] = re.findall(rf'`faults\.on\("{name}"(.*?)\)`', TEXT)
    spoken = dict(re.findall(r"(\w+)=(\"?[^,]+)", call))
    assert spoken.keys() == {"by" if word == "by_ms" else word for word in members}
    if "by" in spoken:
        assert round(float(spoken["by"]) * 1_000) == armed.by_ms
