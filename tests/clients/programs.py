"""Where the real login programs lie: environments of their own, which `.ci/run` makes from `.ci/clients`.

Nothing of ours is installed there and nothing of theirs here: both ends meet on the wire alone.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRED = "AUTHSIM_REQUIRE_CLIENTS"
_HOW = (
    "{what}. Make an environment with 'python3 -m venv .clients/{name} && .clients/{name}/bin/pip install --no-deps "
    "-r .ci/clients/{name}.txt', name its Python in {variable}, and run again; docs/clients/index.md has it whole"
)


def require_client(name: str) -> Path:
    """The Python that has `name` installed, as AUTHSIM_<NAME>_PYTHON says. Without it the test is skipped, or fails."""
    variable = f"AUTHSIM_{name.upper()}_PYTHON"
    named = os.environ.get(variable)
    if not named or not Path(named).is_file():
        what = f"{named} is no Python" if named else f"no environment with {name} is named"
        _give_up(_HOW.format(what=what, name=name, variable=variable))
    return Path(named)


def require_program(name: str, package: str) -> Path:
    """A program of the system that a client needs. Without it the test is skipped, or fails."""
    found = shutil.which(name)
    if found is None:
        _give_up(f"{name} is not there: install the Debian package {package}")
    return Path(found)


@contextmanager
def alone_on_this_machine(name: str) -> Iterator[None]:
    """Wait until no other test process runs that program: IBeam gives each of its browsers the same port."""
    with (Path(tempfile.gettempdir()) / f"authsim-client-{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _give_up(why: str) -> NoReturn:
    if os.environ.get(REQUIRED):
        pytest.fail(why)
    pytest.skip(why)
