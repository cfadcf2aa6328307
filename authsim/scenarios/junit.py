"""What a run came to as JUnit XML, which every CI reads: a suite for each scenario, a case for each act."""

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from authsim.scenarios.playing import Played
from authsim.scenarios.scenario import Scenario
from authsim.scenarios.story import format_entry

#: What XML 1.0 cannot hold.
_UNSPEAKABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def format_junit(results: Sequence[tuple[Scenario, Sequence[Played]]]) -> bytes:
    """Return the XML. What failed has the sentence, its file and line, and the two-ended story of the act."""
    whole = ET.Element("testsuites", name="authsim scenario")
    for scenario, acts in results:
        suite = ET.SubElement(
            whole,
            "testsuite",
            name=_clean(scenario.title),
            tests=str(len(acts)),
            failures=str(sum(not act.held for act in acts)),
            errors="0",
            skipped="0",
            time=f"{sum(act.seconds for act in acts):.1f}",
        )
        for act in acts:
            _add_case(suite, scenario, act)
    ET.indent(whole)
    content: bytes = ET.tostring(whole, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add_case(suite: ET.Element, scenario: Scenario, act: Played) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        name=_clean(act.title),
        classname=_clean(f"{scenario.file}::{act.name}"),
        file=_clean(scenario.file),
        time=f"{act.seconds:.1f}",
    )
    if act.held:
        return
    failure = ET.SubElement(case, "failure", message=_clean(act.detail))
    lines = [f"{scenario.file}:{act.line}: {act.detail}", *(format_entry(entry) for entry in act.story)]
    failure.text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    return _UNSPEAKABLE.sub("�", text)
