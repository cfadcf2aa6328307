"""A portal for a test, as a child process in a temporary folder: gone when the test run is, however that ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from authsim.ends.children import PortalChild
from authsim.ends.folders import temporary_folder
from authsim.terminal.outcome import CommandError
from authsim.testing.client import Lab
from authsim.testing.errors import KitError
from authsim.testing.portal import Portal

_PURPOSE: Final = "test"
_TOKEN: Final = "lab.token"  # noqa: S105 - the name of a file


@contextmanager
def start_portal(
    *, profile: str = "classic", policy: Mapping[str, object] | None = None, seed: int | None = None
) -> Iterator[Portal]:
    """Hold a portal with a lab that answers on a free port of this machine, empty of users.

    `policy`: numbers of the policy by name (`docs/profiles.md` lists them), for instance `{"challenge_seconds": 60}`.
    `seed`: let all chance repeat. Raises `KitError` with what the portal said when it cannot start.
    """
    changes = [word for name, value in (policy or {}).items() for word in ("--set", f"{name}={value}")]
    chance = [] if seed is None else ["--lab-seed", str(seed)]
    with temporary_folder(_PURPOSE) as folder:
        said = folder / "said.txt"
        with said.open("w", encoding="utf-8") as errors:
            child = PortalChild(
                folder / "portal", "--port", "0", "--lab", *chance, "--profile", profile, *changes, errors=errors
            )
        with child:
            address = _require_ready(child, said)
            with Lab.open(address, folder / "portal" / _TOKEN) as lab, Portal(lab) as portal:
                yield portal


def _require_ready(child: PortalChild, said: Path) -> str:
    try:
        return child.wait_until_ready()
    except CommandError:
        text = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise KitError(f"the portal did not start: {text[-1] if text else 'it said nothing'}") from None
