"""What every test stands on: nothing speaks to the outside, and none meets the phones or settings of this machine."""

import json
import os
import signal
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.scheduler.loadscope import LoadScopeScheduling

# Two cores serve everybody, so an example's duration, and that of its making, says nothing about the code; a failure
# prints what repeats it.
hypothesis.settings.register_profile(
    "authsim", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("authsim")

#: Whole stories start both ends hundreds of times. What is covered is shown by the tests that mirror the tree, so the
#: children of a story are not measured: measuring costs each of them more than its own start.
STORIES = (
    *("attacks/", "browser/", "clients/", "docs/", "interop/", "journeys/"),
    *("authsim/cli/test_tour.py", "authsim/scenarios/"),
)
#: Where the long ones are. They begin first, so that no worker is alone with one of them in the end.
LONG = ("clients/", "attacks/", "journeys/", "browser/", "interop/", "authsim/cli/")
#: Where real login programs are driven: one worker's, as one module.
CLIENTS = "tests/clients/"
_MEASURED = {
    name: os.environ[name] for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START") if name in os.environ
}


def _measure_children_lightly() -> None:
    """Spare each child the search for files that nobody ran.

    It walks through all of the source at a child's end and costs more than many a command. This process does it for
    all; a child need only know what to measure.
    """
    given = _MEASURED.get("COVERAGE_PROCESS_CONFIG")
    if given is None:
        return
    config = json.loads(b64decode(given))
    config["run_include"] = [f"{folder}/*" for folder in config["source"]]
    config["source"] = None
    _MEASURED["COVERAGE_PROCESS_CONFIG"] = b64encode(json.dumps(config).encode()).decode()


OURS = ("AUTHKEY_HOME", "AUTHKEY_LANG", "AUTHSIM_DEBUG", "FLASK_APP", "FLASK_DEBUG", "FLASK_ENV")


def _is_here(address: object) -> bool:
    """Say whether an address given to a socket stays on this machine: a path, or a loopback address."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0]).partition("%")[0]
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"} and not _is_here(arguments[1]):
        raise RuntimeError(f"a test must not speak to the outside: {arguments[1]}")


def pytest_configure() -> None:
    """Forget what the person at this machine set for their own use; from here on no socket reaches beyond loopback.

    Ctrl-C is heard also by the children of a run that began in a shell's background, where it is ignored.
    """
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    for name in OURS:
        os.environ.pop(name, None)
    _measure_children_lightly()
    sys.addaudithook(_stay_here)


def pytest_unconfigure() -> None:
    """End what warm children are forked from."""
    from tests.support.warm import WARM

    WARM.end()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium or Chrome; without one its tests are skipped, or fail when AUTHSIM_REQUIRE_BROWSER is set.

    One for each test process: Playwright keeps a loop in its thread, beside which no second one can begin.
    """
    from tests.support.browser_chromium import chromium

    with chromium() as running:
        yield running


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several workers the long ones begin."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: [not _place_of(item).startswith(place) for place in LONG])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    """Keep the tests of a module with one worker, because they share what it has set up, whatever else is asked for.

    What drives real login programs stays with one too: two of a kind type into each other's browser.
    """
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        """The modules, one after the other, as workers have time for them."""

        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return CLIENTS if module.startswith(CLIENTS) else module

    return ByModule(config, log)


def _place_of(item: pytest.Item) -> str:
    """Where a test lies below `tests`."""
    return item.path.relative_to(Path(__file__).parent).as_posix()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Measure the children of this test, or not: before any of its fixtures starts one."""
    is_story = _place_of(item).startswith(STORIES)
    for name, value in _MEASURED.items():
        if is_story:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
