"""IBeam as its users start it: a child process in its own environment, told everything by environment variables.

What it says goes into a file, which a test reads while it runs. It ends on SIGTERM, as in a container.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.clients.customers import Answering, PhoneOwner
from tests.clients.programs import alone_on_this_machine, require_client, require_program
from tests.support.child import wait_until
from tests.support.tree import ROOT

#: Loading IBeam and Chromium, looking five seconds for the page of 2022, and logging in, on a busy machine.
LONGEST_S = 300.0
#: Answering the challenge: on the page that announces a notification, or where no notification is sent at all.
_TYPING = {"IBEAM_TWO_FA_INPUT_EL_ID": "ID@@xyz-field-gold-response", "IBEAM_STRICT_TWO_FA_CODE": "False"}
#: How long it waits for a page, a call and a phone; it gives up after 15 seconds by itself.
_PATIENCE = dict.fromkeys(("IBEAM_OAUTH_TIMEOUT", "IBEAM_PAGE_LOAD_TIMEOUT", "IBEAM_REQUEST_TIMEOUT"), "60")
_HANDLER = ROOT / "docs" / "clients" / "custom_two_fa_handler.py"
LOGGED_IN = "Gateway running and authenticated, session id:"
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\|", re.MULTILINE)


def by_handler(phone: Answering) -> dict[str, str]:
    """The settings with which the example handler leaves the notification, and has the phone answer the challenge."""
    return {
        **_TYPING,
        "IBEAM_TWO_FA_EL_ID": "CLASS_NAME@@xyz-showchallenge",
        "IBEAM_TWO_FA_HANDLER": "CUSTOM_HANDLER",
        "AUTHKEY_SERVE_URL": phone.url,
        "AUTHKEY_SERVE_TOKEN_FILE": str(phone.token_file),
    }


def by_request(phone: Answering, **params: str) -> dict[str, str]:
    """The settings with which IBeam asks the phone itself; `params` say whose response, and to which challenge."""
    return {
        **_TYPING,
        "IBEAM_TWO_FA_EL_ID": "CLASS_NAME@@xyz-goldchallenge",
        "IBEAM_TWO_FA_HANDLER": "EXTERNAL_REQUEST",
        "IBEAM_EXTERNAL_REQUEST_URL": phone.url,
        "IBEAM_EXTERNAL_REQUEST_PARAMS": json.dumps(params),
        "IBEAM_EXTERNAL_REQUEST_HEADERS": json.dumps({"Authorization": f"Bearer {phone.token}"}),
    }


@dataclass(slots=True, kw_only=True)
class IBeam:
    """One run. `folder` has its inputs, its outputs and what it says."""

    folder: Path
    settings: Mapping[str, str] = field(repr=False)
    child: "subprocess.Popen[bytes]"

    @property
    def log(self) -> str:
        """All that it said so far, each line without its time: `I| Logging in succeeded`."""
        return _STAMP.sub("", (self.folder / "said.txt").read_text(errors="replace"))

    def says(self, sentence: str, *, times: int = 1, longest_s: float = LONGEST_S) -> None:
        """Wait until it has said that so many times; fail with its log when it ended before."""
        with suppress(AssertionError):
            wait_until(
                lambda: self.log.count(sentence) >= times or self.child.poll() is not None,
                longest_s=longest_s,
                every_s=0.1,
            )
        assert self.log.count(sentence) >= times, f"it never said {sentence!r}:\n{self.log}"

    def ends_by_itself(self) -> int:
        """Wait until it gives up, and return its exit status."""
        return self.child.wait(LONGEST_S)

    def is_stopped(self) -> int:
        """End it as a container is stopped, and return its exit status."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(LONGEST_S)


def require_ibeam() -> tuple[Path, Path]:
    """IBeam's Python, and the driver of its browser; it also needs a display that nobody sees."""
    require_program("Xvfb", "xvfb")
    require_program("chromium", "chromium")
    return require_client("ibeam"), require_program("chromedriver", "chromium-driver")


@contextmanager
def running_ibeam(folder: Path, who: PhoneOwner, **settings: str) -> Iterator[IBeam]:
    """Run IBeam against the portal at `who.address`, and end it with all that it started.

    Unless the settings name the gateway's process, the portal is one that runs already: then a harmless process plays
    the gateway's, because IBeam starts what it does not find, and terminates what it finds after a failure.
    """
    python, driver = require_ibeam()
    marker = f"no-gateway-{os.getpid()}-{folder.name}"
    for part in ("inputs", "outputs"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    shutil.copy(_HANDLER, folder / "inputs")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "IBEAM_ACCOUNT": who.name,
        "IBEAM_PASSWORD": who.password,
        "IBEAM_GATEWAY_BASE_URL": who.address,
        "IBEAM_GATEWAY_DIR": str(folder / "none"),
        "IBEAM_GATEWAY_PROCESS_MATCH": marker,
        "IBEAM_INPUTS_DIR": str(folder / "inputs"),
        "IBEAM_OUTPUTS_DIR": str(folder / "outputs"),
        "IBEAM_CHROME_DRIVER_PATH": str(driver),
        "IBEAM_HEALTH_SERVER_PORT": "0",
        "IBEAM_MIN_PRESUBMIT_BUFFER": "0",
        **_PATIENCE,
        **settings,
    }
    with (
        alone_on_this_machine("ibeam"),
        _playing_the_gateway(marker),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch,  # a browser's socket needs a short path
    ):
        with (folder / "said.txt").open("wb") as said:
            child = subprocess.Popen(
                [str(python), "-m", "ibeam.ibeam_starter"],
                cwd=folder,
                env=environment | {"TMPDIR": scratch},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield IBeam(folder=folder, settings=environment, child=child)
        finally:
            _end(child)


@contextmanager
def _playing_the_gateway(marker: str) -> Iterator[None]:
    """Run a process that does nothing and bears the marker in its command line."""
    idle = [sys.executable, "-c", "import sys; sys.stdin.read()", marker]
    with subprocess.Popen(idle, stdin=subprocess.PIPE) as child:
        try:
            yield
        finally:
            child.terminate()


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End IBeam, and then whatever it leaves behind: its browser and display if it was stuck, a gateway in any case."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(LONGEST_S / 4)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(LONGEST_S)
