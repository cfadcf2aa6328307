"""What sanitizers of HAR files leave: of ten secrets that stand in a login, and of what support has to read.

Run it with `python benchmarks/evidence.py`; `--get` first fetches the public ones into a temporary folder with npm and
pip, otherwise only ours is measured. Each gets the same nine files, in the shapes of nine programs, with its own
defaults. The last line is how many secrets ours leaves.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authsim.adapters.system import SystemEntropy
from authsim.evidence import read_har, sanitise
from tests.support.canaries import forms_of
from tests.support.recordings import RECORDINGS, SECRETS, STORY, write

NPM = "har-sanitizer@2.0.0"
PYPI = "har-capture==0.15.1"
_CAPTURE = (
    "import json, sys; from har_capture.sanitization.har import sanitize_har;"
    " json.dump(sanitize_har(json.load(sys.stdin))[0], sys.stdout)"
)
_TOLD = ("method", "path", "status", "type", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one sanitizer made of one file: the secrets that are left, and the facts that are readable of all."""

    left: frozenset[str]
    readable: int
    seconds: float


def ours(data: bytes) -> bytes:
    """Sanitise as `authsim har` does."""
    return sanitise(read_har(data), entropy=SystemEntropy()).har


def as_child(*command: str) -> Callable[[bytes], bytes]:
    """Return a sanitizer that runs as a program: a file in, a file out."""

    def run(data: bytes) -> bytes:
        done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace").strip().splitlines()[-1])
        return done.stdout

    return run


def get_public(folder: Path) -> dict[str, Callable[[bytes], bytes]]:
    """Install what the registries have, without running anybody's install scripts."""
    subprocess.run(
        ["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(folder), NPM],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    venv.create(folder / "python", with_pip=True)
    python = str(folder / "python" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", PYPI], check=True)
    return {
        f"npm {NPM}": as_child(str(folder / "node_modules" / ".bin" / "har-sanitizer")),
        f"PyPI {PYPI}": as_child(python, "-c", _CAPTURE),
    }


def count_readable(file: dict[str, Any]) -> int:
    """Count the facts of the story that are still told: method, path, status, type and time of each request."""
    count = 0
    for number, (entry, (method, path, status, kind)) in enumerate(zip(file["log"]["entries"], STORY, strict=True)):
        found = unquote(urlsplit(entry["request"]["url"]).path)
        words = [word for word in path.split("/") if word and word != "{id}"]
        facts = (
            entry["request"]["method"] == method,
            all(word in found.split("/") for word in words),
            entry["response"]["status"] == status,
            entry["response"]["content"]["mimeType"].startswith(kind),
            entry["time"] == 41.5 + number,
        )
        count += sum(facts)
    return count


def judge(sanitizer: Callable[[bytes], bytes], data: bytes) -> Outcome:
    """Let a sanitizer work, and look for each secret in every form."""
    start = time.perf_counter()
    clean = sanitizer(data)
    seconds = time.perf_counter() - start
    clean = json.dumps(json.loads(clean), ensure_ascii=False).encode()  # one way of writing, whoever wrote it
    left = {name for name, value in SECRETS.items() if any(form in clean for form in forms_of(value.encode()).values())}
    return Outcome(left=frozenset(left), readable=count_readable(json.loads(clean)), seconds=seconds)


def main() -> None:
    """Measure, and print one line for each sanitizer and program."""
    parser = argparse.ArgumentParser(description="What sanitizers of HAR files leave.")
    parser.add_argument("--get", action="store_true", help="fetch the public ones with npm and pip, and measure them")
    with tempfile.TemporaryDirectory() as folder:
        sanitizers = {"authsim har": ours} | (get_public(Path(folder)) if parser.parse_args().get else {})
        whole = len(STORY) * len(_TOLD)
        most = dict.fromkeys(sanitizers, 0)
        for name, sanitizer in sanitizers.items():
            for program, make in RECORDINGS.items():
                try:
                    outcome = judge(sanitizer, write(make()))
                except RuntimeError as error:
                    print(f"{name:24} {program:11} failed: {error}")
                    continue
                most[name] = max(most[name], len(outcome.left))
                print(
                    f"{name:24} {program:11} left {len(outcome.left):2} of {len(SECRETS)}"
                    f"  readable {outcome.readable} of {whole}  {outcome.seconds * 1000:6.1f} ms"
                    f"  {' '.join(sorted(outcome.left))}"
                )
    print(most["authsim har"])


if __name__ == "__main__":
    main()
