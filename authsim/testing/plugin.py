"""The pytest plugin: fixtures and options. It is loaded by every pytest run, so it loads nothing before a test asks.

What the fixtures do is told in `stage` and in the kit's other files; a portal is started by the first test that wants
one, for each process of pytest-xdist its own. `docs/testing/pytest.md` shows all of it.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from authsim.testing import Clock, Faults, Inbox, Phone, Portal, Timeline, User
    from authsim.testing.coverage import Coverage
    from authsim.testing.stage import Stage

_TIMELINE: "pytest.StashKey[Timeline]" = pytest.StashKey()
_COVERAGE: "pytest.StashKey[list[Coverage]]" = pytest.StashKey()
_SEED = 1
_TITLE = "AuthSim: both ends"
_EXERCISED = "AuthSim: what the tests exercised"
_OUTPUT = "authsim_coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each of which can stand in the ini file as well."""
    group = parser.getgroup("authsim", "AuthSim: a portal and phones for tests of two-factor logins")
    for name, metavar, says in (
        ("seed", "N", f"let all chance repeat from N, or 'none' for the machine's own [default: {_SEED}]"),
        ("profile", "classic|hardened", "which rules the portal follows [default: classic]"),
        ("coverage", "FILE|-", "write which states, transitions and refusals the tests exercised; - prints it"),
        ("target", "URL", "use a portal that is served already with --lab; its world is put back after each test"),
        ("token-file", "F", "the token of that portal's lab"),
    ):
        group.addoption(f"--authsim-{name}", default=None, metavar=metavar, help=says)
        parser.addini(_dest(name), says)
    group.addoption(
        "--authsim-set", action="append", default=[], metavar="POLICY=VALUE", help="change a number of the policy"
    )
    parser.addini("authsim_set", "changes of the policy, one POLICY=VALUE a line", type="linelist")


@pytest.fixture(scope="session")
def authsim_stage(pytestconfig: pytest.Config) -> "Iterator[Stage]":
    """The portal of this pytest process, and the worlds that tests begin with. Tests use `portal` instead."""
    from authsim.testing.stage import open_stage

    with open_stage(_read_options(pytestconfig)) as stage:
        yield stage
        if stage.coverage is not None:
            pytestconfig.stash.setdefault(_COVERAGE, []).append(stage.coverage)


@pytest.fixture
def portal(request: pytest.FixtureRequest, authsim_stage: "Stage") -> "Iterator[Portal]":
    """A portal with a lab, the same fresh world for every test.

    `portal.begin_login(user)` takes the password step and returns the login; `portal.add_user()` and
    `portal.add_phone(user)` make more people; `portal.address` is where browsers and clients under test go;
    `portal.lab` is the lab API. What a test changes, time and faults too, is gone before the next one.
    """
    from authsim.testing.stage import ACTIVE, FRESH

    with authsim_stage.begin_test(ACTIVE if "active_phone" in request.fixturenames else FRESH) as portal:
        request.node.stash[_TIMELINE] = portal.timeline
        yield portal


@pytest.fixture
def user(authsim_stage: "Stage", portal: "Portal") -> "User":  # noqa: ARG001 - the portal is asked for its world
    """A user, `alice`: `user.name`, `user.password`, `user.phone` (a fictional number). No phone is active for her yet.

    With `active_phone` in the same test, one is.
    """
    return authsim_stage.user


@pytest.fixture
def phone(authsim_stage: "Stage", portal: "Portal") -> "Phone":
    """A virtual phone that answers for nobody yet: `phone.activate(user)` binds it, as scanning the QR code does.

    Then `phone.respond(challenge)`, `phone.approve()`, `phone.deny()`, `phone.report()`, or
    `phone.set_policy("approve")` to let it react by itself.
    """
    return authsim_stage.phone(portal)


@pytest.fixture
def active_phone(authsim_stage: "Stage", portal: "Portal") -> "Phone":
    """The phone of `phone`, bound to `user` before the test began: for tests that begin with a login."""
    return authsim_stage.phone(portal)


@pytest.fixture
def inbox(portal: "Portal") -> "Inbox":
    """The texts that the portal sent: `inbox.wait_for(user).code` is the newest code that was not asked for before."""
    return portal.inbox


@pytest.fixture
def clock(portal: "Portal") -> "Clock":
    """The one clock of portal and phones: `clock.advance(seconds=181)`, `clock.freeze()`, `clock.run(scale=60)`."""
    return portal.clock


@pytest.fixture
def faults(portal: "Portal") -> "Faults":
    """Faults on demand: `with faults.on("push_lost", user=user): …`; `faults.known` says what there is."""
    return portal.faults


@pytest.fixture
def timeline(portal: "Portal") -> "Timeline":
    """The two-ended story of this test: `timeline.events`, `timeline.refusals`, and a table when it is printed.

    A test that fails prints it by itself.
    """
    return portal.timeline


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the two-ended story of a test that failed, as a section of its report."""
    report = yield
    timeline = item.stash.get(_TIMELINE, None)
    if report.failed and timeline is not None:
        report.sections.append((_TITLE, _tell(timeline)))
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a process of pytest-xdist, hand what its tests exercised to the process that collects it."""
    output = getattr(session.config, "workeroutput", None)
    found = session.config.stash.get(_COVERAGE, None)
    if output is not None and found:
        output[_OUTPUT] = [coverage.describe() for coverage in found]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect what the tests of a process of pytest-xdist exercised."""
    found = getattr(node, "workeroutput", {}).get(_OUTPUT)
    if found:
        from authsim.testing.coverage import parse_coverage

        node.config.stash.setdefault(_COVERAGE, []).extend(parse_coverage(one) for one in found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write what the tests exercised, where that was asked for: as a table, or as JSON into a file."""
    found = config.stash.get(_COVERAGE, None)
    wanted = _read_option(config, "coverage")
    if not found or wanted is None:
        return
    import json
    from pathlib import Path

    from authsim.testing.coverage import format_report, merge

    whole = merge(found)
    if wanted != "-":
        try:
            Path(wanted).write_text(json.dumps(whole.describe(), indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise pytest.UsageError(f"--authsim-coverage: {wanted} cannot be written ({error.strerror})") from None
        terminalreporter.write_line(f"{_EXERCISED}: {wanted}")
        return
    terminalreporter.section(_EXERCISED)
    terminalreporter.write_line(format_report(whole))


def _tell(timeline: "Timeline") -> str:
    from authsim.testing.errors import KitError

    try:
        return str(timeline) or "nothing happened"
    except KitError as error:
        return f"cannot be told: {error}"


def _dest(name: str) -> str:
    return f"authsim_{name.replace('-', '_')}"


def _read_option(config: pytest.Config, name: str) -> str | None:
    """Return what the command line says, else the ini file; None for nothing."""
    found = config.getoption(_dest(name)) or config.getini(_dest(name))
    return str(found) if found else None


def _read_options(config: pytest.Config) -> Any:
    from pathlib import Path

    from authsim.testing.stage import Wanted

    target, token = _read_option(config, "target"), _read_option(config, "token-file")
    if target is not None and getattr(config, "workerinput", None) is not None:
        raise pytest.UsageError("--authsim-target is one portal, whose world every test puts back: leave -n out")
    changes = [*config.getini("authsim_set"), *config.getoption("authsim_set")]
    return Wanted(
        seed=_read_seed(_read_option(config, "seed")),
        profile=_read_option(config, "profile") or "classic",
        policy=dict(_read_change(change) for change in changes),
        target=target,
        token_file=None if token is None else Path(token),
        covers=_read_option(config, "coverage") is not None,
    )


def _read_seed(text: str | None) -> int | None:
    if text == "none":
        return None
    if text is None:
        return _SEED
    if not (text.isascii() and text.isdigit()):
        raise pytest.UsageError("--authsim-seed takes a whole number, or none")
    return int(text)


def _read_change(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise pytest.UsageError("--authsim-set takes POLICY=VALUE, for instance challenge_seconds=60")
    return name.strip(), value.strip()
