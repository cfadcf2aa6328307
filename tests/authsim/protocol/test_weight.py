import subprocess
import sys

from tests.support.child import unmeasured

LIGHT = ["codes", "encodings", "hkdf", "hotp", "ocra", "suite", "transcript"]


def test_a_response_is_computed_without_heavy_imports() -> None:
    """What a phone needs for one response loads neither public-key code nor class generators."""
    program = f"import sys\nfrom authsim.protocol import {', '.join(LIGHT)}\nprint(*sys.modules)"
    child = subprocess.run(
        [sys.executable, "-c", program], env=unmeasured(), capture_output=True, text=True, check=True
    )
    loaded = child.stdout.split()
    assert not {"cryptography", "dataclasses", "inspect", "urllib.parse"} & set(loaded)
