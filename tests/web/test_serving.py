"""How a process that serves is told to end."""

import subprocess
import sys
from pathlib import Path

from tests.support.child import LONGEST_S, clean_environment

#: What is raised in the callback of a weak reference goes nowhere.
LOST = """
import signal, weakref
from web.serving import end_if_told, end_on_signals
class Module: pass
end_on_signals()
end_if_told()
module = Module()
watch = weakref.ref(module, lambda gone: signal.raise_signal(signal.SIGTERM))
del module
print("started")
end_if_told()
print("serving")
"""


def test_a_signal_is_heard_even_where_its_exception_is_lost(tmp_path: Path) -> None:
    """Whoever is told to end while it starts does not serve, wherever in its start it was."""
    environment = clean_environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LOST], env=environment, capture_output=True, text=True, timeout=LONGEST_S
    )

    assert (done.returncode, done.stdout) == (0, "started\n")
