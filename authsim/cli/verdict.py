"""`authsim verdict`: what login programs did wrong at a running portal with a lab, in calm lines. The lab counts."""

import json
import sys
from pathlib import Path
from typing import Any, Final

import click

from authsim.errors import FAILED_LOGINS
from authsim.terminal.cells import count_cells, pad
from authsim.terminal.helping import Command
from authsim.terminal.outcome import DONE, IO, MALFORMED, REFUSED, UNREACHABLE, USAGE, CommandError
from authsim.terminal.speech import spoken, tell

_TOKEN: Final = "lab.token"  # noqa: S105 - the name of a file
_MOST_BYTES: Final = 1024
_HOUR: Final = 3600


@click.command(
    cls=Command,
    examples=(
        "authsim verdict --data ./portal",
        "authsim verdict --data ./portal --user bruno",
        "authsim verdict --address http://127.0.0.1:8765 --lab-token-file ./lab.token --json",
    ),
)
@click.option(
    "--address", metavar="URL", default="http://127.0.0.1:5000", show_default=True, help="Where the portal answers."
)
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="The portal's directory, with its token.")
@click.option("--lab-token-file", type=click.Path(path_type=Path), metavar="F", help="The lab's token elsewhere.")
@click.option("--user", metavar="NAME", help="Of this user alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verdict(address: str, data: Path | None, lab_token_file: Path | None, user: str | None, as_json: bool) -> int:
    """Say how often login programs asked for a second factor, failed and were refused, and if they would be locked out.

    The portal is served with --lab. What counts is its record, since it was made or last reset.
    """
    told = _ask(address, _token_file(data, lab_token_file), user)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(told, user)
    return DONE


def _token_file(data: Path | None, token_file: Path | None) -> Path:
    if (data is None) == (token_file is None):
        raise CommandError(USAGE, "the lab wants its token. Name either --data DIR or --lab-token-file F")
    return token_file or Path(data or ".", _TOKEN)


def _ask(address: str, token_file: Path, user: str | None) -> dict[str, Any]:
    """Return the lab's verdict, of `user` alone if one is named. Raises `CommandError`."""
    from authsim.testing.client import Lab
    from authsim.testing.errors import LabError
    from authsim.testing.wire import require_address

    try:
        require_address(address)
    except LabError:
        raise CommandError(
            USAGE, "a lab is reached at an address of this machine, such as --address http://127.0.0.1:5000"
        ) from None
    try:
        lab = Lab(address, _read_token(token_file))
    except LabError:
        raise CommandError(MALFORMED, f"{token_file} holds no token of a lab") from None
    with lab:
        try:
            told = lab.read_verdict()
        except LabError as error:
            raise _explain(error, address) from None
    return told if user is None else _narrow(told, user)


def _read_token(token_file: Path) -> str:
    try:
        with token_file.open("rb") as file:
            return file.read(_MOST_BYTES).decode("ascii", "replace")
    except FileNotFoundError:
        raise CommandError(IO, f"{token_file} is not there. The portal makes it when it is served with --lab") from None
    except OSError as error:
        raise CommandError(IO, f"{token_file} cannot be read: {(error.strerror or 'refused').lower()}") from None


def _explain(error: Any, address: str) -> CommandError:
    """Return what a refusal of the lab means for who asks."""
    if error.status in (401, 403):
        return CommandError(REFUSED, "the lab that answers there has another token. Name its own file")
    if error.status == 404:
        return CommandError(UNREACHABLE, f"the portal at {address} has no lab. Serve it with --lab")
    if error.status:
        return CommandError(UNREACHABLE, f"the lab at {address} cannot say it now: status {error.status}")
    return CommandError(UNREACHABLE, f"nothing answers at {address}. Is the portal served there?")


def _narrow(told: dict[str, Any], user: str) -> dict[str, Any]:
    """Return the verdict as it would be if there were this user alone: the record has everybody who was ever added."""
    if user not in told["users"]:
        raise CommandError(USAGE, "there is no user of that name. See 'authsim users list'")
    conduct = told["users"][user]
    says = [line for line in told["says"] if line.startswith(f"{user}: ")]
    return {"rule": told["rule"], "all": conduct, "users": {user: conduct}, "says": says}


def _print(told: dict[str, Any], user: str | None) -> None:
    tried = {name: conduct for name, conduct in told["users"].items() if any(conduct.values())}
    if not tried:
        tell(
            "Nobody was asked for a second factor, and no login was refused."
            if user is None
            else f"{user} was not asked for a second factor, and no login was refused."
        )
    for name, conduct in tried.items():
        click.echo(click.style(name, bold=True))
        _print_counts(conduct)
        if conduct["would_lock_after_seconds"] is not None:
            seconds = f"{conduct['would_lock_after_seconds']:g}"
            tell(f"  your client would have locked the account after {seconds} seconds")
    rule = told["rule"]
    hours = f"{rule['within_seconds'] / _HOUR:g}"
    tell(f"{rule['failures']} failed logins within {hours} hours lock an account.")
    sys.stdout.flush()


def _print_counts(conduct: dict[str, Any]) -> None:
    within = spoken(f"most within an hour: {conduct['most_notifications_in_an_hour']}")
    rows = [
        (spoken("second-factor requests"), conduct["second_factor_requests"], ""),
        (spoken("asked again while one was open"), conduct["requested_again_while_open"], ""),
        (spoken("notifications"), conduct["notifications"], f" ({within})" if conduct["notifications"] else ""),
        (spoken("failed logins"), conduct["failed_logins"], _name_failures(conduct["refusals"])),
        (spoken("attempts that came too soon"), conduct["throttled"], ""),
        (spoken("lock-outs"), conduct["locked_out"], ""),
    ]
    width = max(count_cells(label) for label, _, _ in rows)
    for label, number, rest in rows:
        click.echo(f"  {pad(label, width)}   {number}{rest}")


def _name_failures(refusals: dict[str, int]) -> str:
    """Return why logins failed, by the names of the refusals, which are the same in every language."""
    counted = {reason.value for reason in FAILED_LOGINS}
    failures = {reason: times for reason, times in refusals.items() if reason in counted}
    if not failures:
        return ""
    if len(failures) == 1:
        return f" ({next(iter(failures))})"
    return f" ({', '.join(f'{reason} {times}' for reason, times in failures.items())})"
