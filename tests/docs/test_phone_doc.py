"""The page about the phone uses the phone's own labels, and shows what the phone draws."""

import asyncio
import re
import runpy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from authsim.authenticator.device import Platform
from mobile_cli.phone.words import find_word, words_of
from tests.support.tree import ROOT

PAGE = (ROOT / "docs" / "phone.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
SCRIPT: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "make_phone_pictures.py"))


def labels_of(cell: str) -> list[str]:
    """The labels that a cell of a table shows."""
    return re.findall(r"\*\*(.+?)\*\*", cell)


def words(language: str, *platforms: Platform) -> set[str]:
    """Everything that the phone says on these platforms."""
    spoken = words_of(language)
    keys = {key.removesuffix("_ios").removesuffix("_android") for key in spoken}
    return {
        find_word(spoken, key, platform)
        for key in keys
        for platform in platforms
        if key in spoken or f"{key}_{platform.value}" in spoken
    }


@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step[0]))
def test_each_step_has_the_labels_of_its_platform(step: tuple[str, str, str, str]) -> None:
    """Every label in a table of steps is what the phone says there, on that platform and in that language."""
    _, ios, android, japanese = step

    assert set(labels_of(ios)) <= words("en", Platform.IOS)
    assert set(labels_of(android)) <= words("en", Platform.ANDROID)
    assert set(labels_of(japanese)) <= words("ja", *Platform)


def test_the_switches_are_those_of_the_phone() -> None:
    """The tables of settings name each switch in both languages."""
    rows = re.findall(r"^\| \*\*(.+?)\*\* ([^|,*]+?) \|", PAGE, re.MULTILINE)
    pairs = {(words_of("en")[key], words_of("ja")[key]) for key in words_of("en") if key.startswith("set_")}

    assert len(rows) == 14
    assert set(rows) <= pairs


@pytest.mark.parametrize("subject", SCRIPT["SHOTS"])
def test_the_pictures_are_what_the_phone_draws(subject: str, tmp_path: Path) -> None:
    """Drawn anew, each picture is the same to the byte; `docs/make_phone_pictures.py` makes those that are not."""
    with ThreadPoolExecutor(max_workers=1) as alone:  # the browser of another test may keep a loop in this thread
        drawn = alone.submit(lambda: asyncio.run(SCRIPT["draw"](SCRIPT["SHOTS"][subject], tmp_path / "phone"))).result()

    assert drawn == (ROOT / "docs" / "pictures" / f"{subject}.svg").read_text(encoding="utf-8")


def test_each_subject_has_its_picture() -> None:
    """The list of names and the pictures that are taken are one."""
    assert tuple(SCRIPT["SHOTS"]) == SCRIPT["SUBJECTS"]
