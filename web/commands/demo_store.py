"""The demo store of a directory: what `authsim demo` and the tour have served. Nothing else is taken for one."""

from typing import TYPE_CHECKING

from authsim.policy import CLASSIC
from authsim.terminal.outcome import USAGE, CommandError

from .options import holds_portal, open_existing, where

if TYPE_CHECKING:
    from ..settings import Settings
    from ..wiring import Portal


def require_demo_for(*, profile: str | None, changes: tuple[str, ...]) -> None:
    """Refuse what is chosen when a portal is made, for a portal that is made already."""
    if changes:
        raise CommandError(USAGE, "the policy is chosen when a portal is made. Use --set with 'authsim init'")
    if profile is not None:
        raise CommandError(USAGE, "the profile is chosen when a portal is made. Use --profile with 'authsim init'")


def open_demo(settings: "Settings", wanted: str | None, changes: tuple[str, ...]) -> "Portal":
    """Return the demo store of a directory, made when the directory is empty. Any other store stays untouched."""
    from ..unfinished import is_unfinished
    from .init import make_portal, policy_of

    profile = wanted or CLASSIC
    policy = policy_of(profile, changes)
    if is_unfinished(settings):
        portal = make_portal(settings, profile=profile, policy=policy, is_demo=True)
        if portal.verifier.instance.is_demo:
            return portal
        portal.close()
    if not holds_portal(settings):
        if settings.data_dir is not None and settings.data_dir.is_dir() and any(settings.data_dir.iterdir()):
            raise CommandError(
                USAGE, f"{settings.data_dir} holds other files. A demo takes an empty directory of its own"
            )
        return make_portal(settings, profile=profile, policy=policy, is_demo=True)
    portal = open_existing(settings)
    made_with = portal.verifier.instance
    if made_with.is_demo and not changes and wanted in (None, made_with.profile):
        return portal
    portal.close()
    if made_with.is_demo and wanted not in (None, made_with.profile):
        raise CommandError(USAGE, "this demo store keeps the profile that it was made with. Leave --profile out")
    if changes:
        raise CommandError(USAGE, "this demo store keeps the policy that it was made with. Leave --set out")
    raise CommandError(
        USAGE, f"{settings.data_dir} is a portal and no demo. 'authsim serve {where(settings)}' serves it"
    )
