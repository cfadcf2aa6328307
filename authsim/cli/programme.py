"""The programme of a demo: who plays, which phones there are, and what to type in the second terminal."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click

from authsim.cli.cast import HANDSETS, Player, phone_in
from authsim.terminal.cells import count_cells, pad
from authsim.terminal.speech import spoken, tell

#: IBeam wants to see a process of its gateway, and ends it when a login has failed: it may have this one.
_BYSTANDER: Final = "sleep 5000000"
#: Then it runs bin/run.sh of this folder, a password at hand: so it outlives the demo, and nobody else can fill it.
_EMPTY_FOLDER: Final = 'IBEAM_GATEWAY_DIR="$(mktemp -d)"'
#: Without it IBeam ends in a traceback, and only its user's shell knows it.
_DRIVER: Final = 'IBEAM_CHROME_DRIVER_PATH="$(command -v chromedriver)"'


def describe(
    folder: Path, address: str, players: Sequence[Player], *, is_kept: bool, is_gateway: bool = False
) -> dict[str, Any]:
    """Return the demo as JSON: what `print_programme` says, for programs."""
    platforms = {handset.name: handset.platform for handset in HANDSETS}
    return {
        "address": address,
        "inbox": f"{address}/inbox",
        "trading": f"{address}/mobile",
        "desk": f"{address}/desk",
        "data": str(folder),
        "is_kept": is_kept,
        "authkey": shlex.split(find_authkey()),
        "gateway": _describe_gateway(address, players) if is_gateway else None,
        "users": [
            {
                "name": player.member.name,
                "password": player.password,
                "story": player.member.story,
                "role": player.member.role,
                "locale": player.member.locale,
                "number": player.member.number.replace(" ", ""),
                "paper": player.member.is_paper,
                "opted_out": player.member.is_opted_out,
                "authenticator": player.authenticator,
                "state": _state_of(player),
                "platform": platforms.get(player.member.phone or ""),
                "home": None if player.phone is None else str(player.phone.home),
                "pin_file": None if player.phone is None else str(player.phone.pin_file),
            }
            for player in players
        ],
    }


def _describe_gateway(address: str, players: Sequence[Player]) -> dict[str, Any]:
    """Return what existing login programs need: where to ask, as whom, and the settings of IBeam.

    Beside them it needs its account, and IBEAM_GATEWAY_DIR: an empty folder of its own, which only it can make.
    """
    members = [player.member for player in players if _state_of(player) == "active"]
    return {
        "session": f"{address}/v1/api",
        "users": [member.name for member in members if member.role != "help_desk" and not member.is_opted_out],
        "bystander": shlex.split(_BYSTANDER),
        "ibeam": {
            "IBEAM_GATEWAY_BASE_URL": address,
            "IBEAM_GATEWAY_PROCESS_MATCH": _BYSTANDER,
        },
    }


def _state_of(player: Player) -> str:
    """Return in one word how a player can log in."""
    if player.member.is_locked:
        return "locked"
    if player.phone is not None:
        return "active"
    return "texts" if player.member.has_texts else "new"


def find_authkey() -> str:
    """Return how a person starts `authkey` from any folder: by its name, if the one on the PATH is ours."""
    ours = Path(sys.executable).parent / "authkey"
    on_path = shutil.which("authkey")
    if on_path is not None and Path(on_path).resolve() == ours.resolve():
        return "authkey"
    return shlex.quote(str(ours)) if ours.exists() else f"{shlex.quote(sys.executable)} -m mobile_cli"


def print_programme(description: dict[str, Any]) -> None:
    """Write who can log in, the phones, and what to type."""
    users = description["users"]
    click.echo()
    _heading("Who can log in")
    unknown = spoken("as it was printed before")
    _table([(user["name"], user["password"] or unknown, spoken(user["story"])) for user in users])
    if any(user["password"] is None for user in users):
        tell("  --new-passwords gives them new ones.")
    click.echo()
    _heading("Phones that are active")
    homes = {user["home"]: user for user in users if user["home"]}
    shared = {home: ", ".join(user["name"] for user in users if user["home"] == home) for home in homes}
    rows = [(shared[home], user["platform"], home, user["pin_file"]) for home, user in homes.items()]
    _table([tuple(spoken(name) for name in ("users", "platform", "home", "PIN file")), *rows])
    _print_steps(description)
    if description["gateway"] is not None:
        _print_gateway(description)
    click.echo()
    if description["is_kept"]:
        tell(f"Ctrl-C ends the demo. It is kept in {description['data']}.")
    else:
        tell("Ctrl-C ends the demo and deletes it.")


def _print_steps(description: dict[str, Any]) -> None:
    authkey, address = shlex.join(description["authkey"]), description["address"]
    folder, users = Path(description["data"]), description["users"]
    beginner = next(user for user in users if user["state"] == "new")
    regular = next(user for user in users if user["state"] == "active")
    home = shlex.quote(str(phone_in(folder, beginner["name"]).home))
    click.echo()
    _heading(f"A first login, as {beginner['name']}")
    tell(f"  1. Open {address} and log in with the password above. The page shows a QR code.")
    tell("  2. Copy the Session ID under it, and in a second terminal make a phone of it:")
    click.echo(f"       {authkey} --home {home} activate SESSION-ID --portal {address}")
    tell("  3. Press 'Sign in with your phone'. A notification goes to the phone; approve it:")
    click.echo(f"       {authkey} --home {home} approve")
    click.echo()
    home, pin_file = shlex.quote(regular["home"]), shlex.quote(regular["pin_file"])
    _heading(f"A login with a phone that is active already, as {regular['name']}")
    tell("  1. In a second terminal, let the phone wait for notifications:")
    click.echo(f"       {authkey} --home {home} listen --pin-file {pin_file}")
    tell("  2. Log in. Enter opens the notification, a approves it, and the page goes on by itself.")
    tell("  Or choose 'Log in with Challenge/Response' on the page, and type what the phone answers:")
    click.echo(f"       {authkey} --home {home} respond CHALLENGE --user {regular['name']} --pin-file {pin_file}")
    click.echo()
    _heading("Beside it")
    rows = [
        (spoken("texts to these users"), description["inbox"]),
        (spoken(f"{regular['name']}'s texts"), f"{authkey} --home {home} inbox"),
        (spoken("a trading device"), description["trading"]),
        (spoken("the help desk"), description["desk"]),
        *(
            (spoken(f"{user['name']}'s authenticator app"), user["authenticator"])
            for user in users
            if user["authenticator"]
        ),
        (spoken("the phone full screen"), f"{authkey} --home {home} phone"),
    ]
    _table(rows)
    if find_spec("textual") is None:
        tell('  The last one needs an extra: pip install "authsim[phone]"')


def _print_gateway(description: dict[str, Any]) -> None:
    gateway, token_file = description["gateway"], description.get("lab_token_file")
    click.echo()
    _heading("Existing login programs, unmodified")
    tell(f"  They log in as {', '.join(gateway['users'])} with the passwords above, never as yourself.")
    tell("  IBeam finds the demo with these settings, and a process that it may end when a login fails:")
    settings = [f"{name}={shlex.quote(value)}" for name, value in gateway["ibeam"].items()]
    first = next(user for user in description["users"] if user["name"] == gateway["users"][0])
    account = f"IBEAM_ACCOUNT={first['name']} IBEAM_PASSWORD={first['password'] or 'PASSWORD'}"
    for line in (
        f"{shlex.join(gateway['bystander'])} &",
        f"export {' '.join(settings)} {_EMPTY_FOLDER}",
        f"export {account} {_DRIVER}",
    ):
        click.echo(f"       {line}")
    tell("  Keep that folder empty and for yourself: IBeam runs what lies in it, and hands it the password.")
    if token_file is not None:
        tell("  What they did wrong is told by:")
        words = ("authsim", "verdict", "--address", description["address"], "--lab-token-file", token_file)
        click.echo(f"       {shlex.join(words)}")


def _heading(text: str) -> None:
    click.echo(click.style(spoken(text), bold=True))


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(count_cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo(f"  {'   '.join(pad(cell, width) for cell, width in zip(row, widths, strict=True))}".rstrip())
