"""Our own programs as child processes: where they are, what they may see of this machine, how they are waited for."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.warm import run_warm

#: No child of a test takes longer, on the slowest machine that is still of use.
LONGEST_S = 60.0
#: What a child keeps of our environment: how to find programs, and how coverage is measured.
_KEPT = ("PATH", "COVERAGE_PROCESS_START", "COVERAGE_FILE", "COVERAGE_PROCESS_CONFIG")


def console_script(name: str) -> str:
    """The console script that was installed with this Python."""
    return str(Path(sys.executable).with_name(name))


def shell(name: str, *arguments: str) -> list[str]:
    """The command line that runs the package `name` (`web` or `mobile_cli`), blind to the current folder."""
    return [sys.executable, "-P", "-m", name, *arguments]


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """An environment that knows nothing of the person at this machine; all that is kept goes below `home`."""
    for folder in (home, home / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"HOME": str(home), "TMPDIR": str(home / "tmp"), "LANG": "C.UTF-8", "TERM": "dumb"} | more


def unmeasured() -> dict[str, str]:
    """Our own environment without coverage: for tests of what a child imports, and of how long it takes."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def run(
    command: Sequence[str], *, environment: dict[str, str], given: str | None = None, longest_s: float = LONGEST_S
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with `given` as its standard input."""
    done = run_warm(
        command, environment=environment, given=(given or "").encode(), folder=Path.cwd(), timeout=longest_s
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def run_unread(
    command: Sequence[str], *, environment: dict[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to whose standard output nobody listens any more; only its errors come back."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=LONGEST_S,
        )
    finally:
        os.close(writing)


def wait_until(what: Callable[[], bool], *, longest_s: float = LONGEST_S, every_s: float = 0.01) -> None:
    """Return when `what()` holds; fail when it does not in time."""
    deadline = time.monotonic() + longest_s
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {longest_s} s in vain for {what}")
        time.sleep(every_s)


def is_running(pid: int) -> bool:
    """Whether a process does anything any more; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    """The children of a process, by number."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(folder.name))
    return sorted(found)
