"""The lab of a portal that is served: who may open one, and where it keeps what is its own."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from authsim.terminal.outcome import USAGE, CommandError
from authsim.terminal.speech import tell

from .options import open_existing

if TYPE_CHECKING:
    from ..binding import Place
    from ..settings import LabSettings, Settings
    from ..wiring import Portal


def with_lab(
    settings: "Settings", *, place: "Place", asked: bool, token_file: Path | None, seed: int | None
) -> "Settings":
    """Return the settings, with a lab where one is asked for.

    Refuses one that other machines could reach, and what belongs to a lab where there is none.
    """
    if not asked and token_file is None and seed is None:
        return settings
    from ..hosts import is_trusted
    from ..settings import LAB_TOKEN, LabSettings

    if not asked:
        raise CommandError(USAGE, "--lab-token-file and --lab-seed belong to a lab. Add --lab, or leave them out")
    is_alone = place.address.is_loopback and all(is_trusted(name, hosts=()) for name in settings.hosts)
    if not is_alone or settings.proxies:
        raise CommandError(USAGE, "a lab moves the clock and acts for phones: it stays on loopback, behind no proxy")
    folder = settings.data_dir or settings.key_path.parent
    return replace(settings, lab=LabSettings(token_file=token_file or folder / LAB_TOKEN, folder=folder, seed=seed))


def begin(portal: "Portal", settings: "LabSettings") -> "Portal":
    """Make the lab of a portal that begins to serve, and return the portal in it."""
    from ..wiring import begin_lab

    begun = begin_lab(portal, settings)
    tell(f"the lab is open to whoever holds the token in {settings.token_file}", err=True)
    return begun


def open_for_worker(settings: "Settings") -> "Portal":
    """Open the portal in a process of its own, in the lab where there is one."""
    from ..wiring import in_lab

    portal = open_existing(settings)
    return portal if settings.lab is None else in_lab(portal, settings.lab)
