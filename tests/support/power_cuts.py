"""Pulling the plug at every step of what a phone does to its files, whole and torn."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from authsim.errors import RefusalError
from mobile_cli.home import PhoneHome
from tests.support.phones import CountedStretch, DyingCalls, PowerCutError


def dies_everywhere(home: PhoneHome, act: Callable[[PhoneHome], object], judge: Callable[[PhoneHome], None]) -> int:
    """Kill `act` at each of its steps, whole and torn, and judge what is left; return how many steps there are."""
    template = Path(home.path).with_name("template")
    if Path(home.path).exists():
        shutil.copytree(home.path, template)
    step, survived = 0, False
    while not survived:
        for torn in (False, True):
            shutil.rmtree(home.path, ignore_errors=True)
            if template.exists():
                shutil.copytree(template, home.path)
            calls = DyingCalls(step, torn=torn)
            with contextlib.suppress(PowerCutError, RefusalError):
                act(PhoneHome(home.path, calls=calls, stretch=CountedStretch()))
            survived = not calls.is_dead
            judge(PhoneHome(home.path, stretch=CountedStretch()))
        step += 1
    return step
