"""The law of the house: it holds, and each of its sentences catches the one who breaks it."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.support.tree import PACKAGES, ROOT, product_sources

LINES_PER_FILE = 300
LINES_PER_FUNCTION = 60

TOP_LEVEL = {
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "authsim",
    "benchmarks",
    "docs",
    "mobile_cli",
    "pyproject.toml",
    "tests",
    "web",
}
GENERATED = {"build", "dist", "htmlcov", "reports", "__pycache__"}
NAMES_THAT_EXCLUDE_NOTHING = {"common", "core", "helpers", "lib", "manager", "service", "services", "utils", "util"}
CLIENTS = ("aiohttp", "ftplib", "http.client", "httpx", "httpx2", "requests", "smtplib", "urllib.request", "urllib3")


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages that lie in `tree`."""
    program = "import sys; from importlinter.cli import lint_imports_command as run; sys.path.insert(0, '.'); run()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
    )


def ruff(text: str, *, name: str) -> str:
    """Return what ruff says about a file of that name."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", "--stdin-filename", name]
    found = subprocess.run([*command, "-"], input=text, cwd=ROOT, capture_output=True, text=True, timeout=60)
    return found.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the three packages and their law, to break."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(tree: Path, module: str, statement: str) -> None:
    """Add a line to a module, or make the module."""
    path = tree.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    path.write_text((path.read_text() if path.exists() else "") + f"\n{statement}\n")


def test_the_law_holds() -> None:
    """Every import of the product is one that the architecture allows."""
    found = lint_imports(ROOT)

    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        ("authsim.verifier", "import authsim.authenticator", "Every room of the core has its place"),
        ("authsim.authenticator", "import authsim.verifier", "Every room of the core has its place"),
        ("authsim.policy", "from authsim import verifier", "Every room of the core has its place"),
        ("authsim.verifier", "import web", "The two shells stand on the core"),
        ("authsim.cli", "import mobile_cli", "The two shells stand on the core"),
        ("mobile_cli", "import web", "The two shells stand on the core"),
        ("web", "import mobile_cli", "The two shells stand on the core"),
        ("authsim.protocol", "import time", "The core asks the world through ports"),
        ("authsim.verifier", "from flask import request", "The core asks the world through ports"),
        ("authsim.authenticator", "import os", "The core asks the world through ports"),
        ("authsim.model", "import logging", "The core asks the world through ports"),
        ("mobile_cli", "from authsim import verifier", "The device's shell knows"),
        ("mobile_cli", "from authsim.policy import Policy", "The device's shell knows"),
        ("mobile_cli", "from authsim.adapters import sql", "The device's shell knows"),
        ("web.portal", "from authsim.adapters import memory", "Only web.wiring composes adapters"),
        ("web.portal", "from web import device_api", "Every module of the portal's shell has its place"),
        ("authsim.cli", "from authsim.verifier import Verifier", "The operator's command"),
        ("authsim.evidence", "import os", "Evidence is bytes in and values out"),
        ("authsim.evidence", "from authsim.verifier import Verifier", "Evidence is bytes in and values out"),
        ("web", "import httpx2", "The portal never acts for a phone and never calls out"),
        ("web", "from authsim.authenticator import respond", "The portal never acts for a phone and never calls out"),
    ],
)
def test_a_forbidden_import_is_caught(copy: Path, module: str, statement: str, contract: str) -> None:
    """An import against the law breaks the contract that speaks of it."""
    plant(copy, module, statement)

    found = lint_imports(copy)

    assert found.returncode == 1
    assert re.search(rf"{re.escape(contract)}.* BROKEN", found.stdout), found.stdout + found.stderr


@pytest.mark.parametrize("module", ["authsim.drawer", "authsim.verifier.drawer", "web.drawer", "mobile_cli.drawer"])
def test_a_new_module_must_be_placed_before_it_may_exist(copy: Path, module: str) -> None:
    """A module that no contract has placed breaks the law, whatever it imports."""
    plant(copy, module, '"""A drawer."""')

    found = lint_imports(copy)

    assert found.returncode == 1
    assert module in found.stdout, found.stdout + found.stderr


@pytest.mark.parametrize(
    "statements",
    [
        "import datetime\n\nprint(datetime.datetime.now(tz=datetime.UTC))",
        "from datetime import UTC, datetime\n\nprint(datetime.now(tz=UTC))",
        "import time\n\nprint(time.time())",
        "from time import time_ns\n\nprint(time_ns())",
        "import uuid\n\nprint(uuid.uuid4())",
        "import secrets\n\nprint(secrets.token_bytes(16))",
        "import os\n\nprint(os.urandom(16))",
        "from random import randint\n\nprint(randint(1, 6))",
    ],
)
def test_wall_clock_and_randomness_are_banned_names(statements: str) -> None:
    """Time and randomness cannot be asked for anywhere but in the one adapter that is exempt."""
    assert "TID251" in ruff(statements, name="web/portal/anything.py")
    assert "TID251" in ruff(statements, name="authsim/adapters/memory.py")
    assert "TID251" not in ruff(statements, name="authsim/adapters/system.py")


def test_the_exempt_adapter_is_one_file() -> None:
    """In the product only the system adapter is excused from the banned names."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["per-file-ignores"]

    excused = [name for name, rules in settings.items() if "TID251" in rules and name.startswith(PACKAGES)]

    assert excused == ["authsim/adapters/system.py"]
    assert not [source.path for source in product_sources() if re.search(r"noqa: .*TID251", source.text)]


def test_the_portal_has_no_outbound_client() -> None:
    """No file of the portal imports anything that could carry a request to somebody else."""
    found = [
        (str(source.path), name)
        for source in product_sources()
        if source.path.parts[0] == "web" or source.path.parts[:2] in {("authsim", "verifier"), ("authsim", "adapters")}
        for name in source.imports()
        if any(name == client or name.startswith(f"{client}.") for client in (*CLIENTS, "socket.create_connection"))
    ]

    assert found == []


def test_only_shell_wiring_and_test_kit_may_know_the_lab() -> None:
    """The real path never knows that it is simulated; a scenario file is read by the names of the faults alone."""
    allowed = ("authsim.lab", "authsim.testing", "web.lab", "web.wiring")

    found = [
        (source.module, name)
        for source in product_sources()
        if not any(source.module == room or source.module.startswith(f"{room}.") for room in allowed)
        for name in source.imports()
        if (name == "authsim.lab" or name.startswith("authsim.lab."))
        and (source.module, name.rpartition(".")[0]) != ("authsim.scenarios.schema", "authsim.lab.catalogue")
    ]

    assert found == []


def test_the_shell_of_the_portal_imports_itself_relatively() -> None:
    """`web` finds its own modules by relative imports, so that a stranger's `web` can never stand in for them."""
    found = [
        str(source.path)
        for source in product_sources()
        if source.path.parts[0] == "web"
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "web")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "web" for alias in node.names))
    ]

    assert found == []


def test_files_end_when_the_ceremony_ends() -> None:
    """No file of the product is longer than 300 lines."""
    long = {str(source.path): source.text.count("\n") for source in product_sources()}

    assert {path: lines for path, lines in long.items() if lines > LINES_PER_FILE} == {}


def test_functions_fit_a_screen() -> None:
    """No function of the product is longer than 60 lines."""
    found = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in product_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > LINES_PER_FUNCTION
    ]

    assert found == []


def test_the_top_level_is_exactly_the_house() -> None:
    """Nothing lies at the top but the rooms, the papers and dotfiles."""
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - GENERATED

    assert {name for name in found if not name.endswith(".egg-info")} == TOP_LEVEL
    assert (ROOT / ".ci" / "run").is_file()


def test_room_names_exclude() -> None:
    """No module, package or test folder bears a name that excludes nothing."""
    tests = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py")]

    found = [
        str(path)
        for path in [*(source.path for source in product_sources()), *tests]
        if {part.removesuffix(".py") for part in path.parts} & NAMES_THAT_EXCLUDE_NOTHING
    ]

    assert found == []


def test_verbs_say_what_they_do() -> None:
    """No function is called `check_…` or `validate_…`: it returns, raises or mutates, and its name says which."""
    found = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in product_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and re.match(r"_*(check|validate)(_|$)", node.name)
    ]

    assert found == []


def test_values_are_frozen_slotted_and_keyword_only() -> None:
    """Every dataclass of the core is a value: frozen, slotted, built by keywords."""
    found = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in product_sources()
        if source.path.parts[0] == "authsim" and source.path.parts[1] not in {"adapters", "cli", "ends"}
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        for decorator in map(ast.unparse, node.decorator_list)
        if decorator.startswith("dataclass")
        and not all(f"{flag}=True" in decorator for flag in ("frozen", "slots", "kw_only"))
    ]

    assert found == []


def test_every_silenced_check_names_what_it_silences() -> None:
    """`type: ignore` and `noqa` carry the code of the one rule that they excuse."""
    bare = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:\s*[A-Z])")

    found = [
        f"{source.path}:{number}"
        for source in product_sources()
        for number, line in enumerate(source.text.splitlines(), start=1)
        if bare.search(line)
    ]

    assert found == []


def lines_of_tests(pattern: str) -> set[str]:
    """The test files in which a line fits the pattern."""
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    return {
        path.relative_to(ROOT).as_posix()
        for path in files
        if re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_no_test_is_switched_off() -> None:
    """Nothing is skipped or expected to fail; only a machine without browser, Node, Java or clients may do without.

    `.ci/run` requires each of them.
    """
    switched_off = lines_of_tests(r"\b(skip|skipif|xfail|importorskip)\(|mark\.(skip|xfail)")

    assert switched_off == {
        "tests/clients/programs.py",
        "tests/journeys/test_recipes.py",
        "tests/support/browser_chromium.py",
    }
    assert lines_of_tests(r"pytest\.skip\b(?!\()") == set(), "a skip that is not called by its name"


def test_no_port_is_patched() -> None:
    """Time, randomness, storage and transport are given by argument: no test patches a name of the product."""
    assert (
        lines_of_tests(r"monkeypatch\.set(attr|item)|mock\.patch|unittest import mock|freezegun|time_machine") == set()
    )


def spoken(*arguments: str) -> str:
    """What a Python module of the product says on stdout; it has to succeed."""
    child = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert child.returncode == 0, child.stderr
    return child.stdout


def test_console_scripts_and_modules_are_the_same_commands() -> None:
    """`authsim` and `authkey` are installed; `python -m` reaches the same commands, and `web` those of the portal."""
    scripts = {item.name: item.value for item in entry_points(group="console_scripts") if item.name.startswith("auth")}

    assert scripts == {"authsim": "authsim.cli:main", "authkey": "mobile_cli.cli:main"}
    assert spoken("authsim", "--version").startswith("authsim")
    assert spoken("mobile_cli", "--version").startswith("authkey")
    assert spoken("web", "init", "--help") == spoken("authsim", "init", "--help")
