"""`authsim init`: a portal that stays."""

from typing import TYPE_CHECKING

import click

from authsim.errors import MessageError, StoreConflictError
from authsim.policy import CLASSIC, SUITE_OF, Policy, with_setting
from authsim.profiles import PROFILES
from authsim.terminal.helping import Command
from authsim.terminal.outcome import USAGE, CommandError, say
from authsim.terminal.speech import tell

from ..settings import DATABASE_FILE
from ..unfinished import is_unfinished
from .options import holds_portal, missing_package, settings_of, store_options, where

if TYPE_CHECKING:
    from ..settings import Settings
    from ..wiring import Portal


@click.command(
    cls=Command,
    examples=(
        "authsim init --data ./portal",
        "authsim init --data ./portal --set challenge_seconds=60",
        "authsim init --database-url postgresql://authsim@localhost/authsim --key-file ./portal.key",
    ),
)
@store_options
@click.option("--profile", default=CLASSIC, metavar="classic|hardened", help="Which set of rules the portal follows.")
@click.option("--set", "changes", multiple=True, metavar="POLICY=VALUE", help="Change one number of the policy.")
@click.pass_context
def init(ctx: click.Context, profile: str, changes: tuple[str, ...]) -> None:
    """Make a portal: its keys, its store and its identity."""
    policy = policy_of(profile, changes)
    settings = settings_of(ctx)
    make_portal(settings, profile=profile, policy=policy).close()
    tell("The portal is set up. What comes next:")
    click.echo(f"  authsim users add alice {where(settings)}")
    click.echo(f"  authsim serve {where(settings)}")


def policy_of(profile: str, changes: tuple[str, ...]) -> Policy:
    """Return the policy of a profile with the operator's changes. Raises `CommandError` naming what is wrong."""
    if profile not in PROFILES:
        raise CommandError(USAGE, f"there is no such profile. Use --profile {' or --profile '.join(PROFILES)}")
    policy = PROFILES[profile]
    try:
        for change in changes:
            policy = with_setting(policy, change)
    except MessageError as error:
        raise CommandError(USAGE, str(error)) from None
    return policy


def make_portal(settings: "Settings", *, profile: str, policy: Policy, is_demo: bool = False) -> "Portal":
    """Make and open a portal, or finish one whose making was interrupted; a failure leaves no half of one behind."""
    is_resumed = is_unfinished(settings)
    if not is_resumed:
        _require_room(settings)
    try:
        from ..wiring import create_portal

        portal = create_portal(settings, profile=profile, policy=policy, suite=SUITE_OF[profile], is_demo=is_demo)
    except ModuleNotFoundError as error:
        raise missing_package(error) from None
    except StoreConflictError:
        raise CommandError(USAGE, "this database holds a portal already. Name another one") from None
    if is_resumed:
        say("an earlier init was interrupted here. The portal is complete now")
    return portal


def _require_room(settings: "Settings") -> None:
    """Raise `CommandError` when there is a portal, or a part of one that nobody may touch."""
    if not holds_portal(settings):
        return
    if settings.data_dir is not None and not (settings.data_dir / DATABASE_FILE).exists():
        raise CommandError(
            USAGE,
            f"{settings.key_path} is a portal's key without its store. Bring the store back beside it,"
            " or remove the key if nothing was ever kept with it",
        )
    raise CommandError(USAGE, f"{settings.data_dir or settings.key_path} holds a portal already. Name another place")
