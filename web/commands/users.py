"""`authsim users`: the people of a portal, as its operator sees them."""

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from authsim.terminal.helping import Group
from authsim.terminal.speech import spoken, tell

from ..user_facts import describe_user
from . import user_changes, user_files, user_phones
from .options import open_existing, settings_of, store_options
from .password_files import read_password_file
from .tables import echo_facts, echo_table, format_instant, format_span

if TYPE_CHECKING:
    from authsim.events import AuditRow
    from authsim.verifier import Verifier
    from authsim.verifier.operators import UserFacts

_MOST_EVENTS = 20


@click.group(
    cls=Group,
    examples=(
        "authsim users add alice --data ./portal",
        "authsim users list --data ./portal",
        "authsim users activation alice --data ./portal | authkey activate - --pin-file ./pin",
        "authsim users unlock alice --data ./portal",
    ),
)
@store_options
def users() -> None:
    """Add, show, unlock and remove the users of a portal."""


@users.command(
    examples=(
        "authsim users add alice --data ./portal",
        "authsim users add bob --role secondary --account alice --data ./portal",
    )
)
@click.argument("name")
@click.option(
    "--password-file", type=click.Path(path_type=Path), metavar="F", help="Without it one is generated and printed."
)
@click.option("--phone", metavar="NUMBER", help="A fictional number: +1 AAA 555 01XX or +44 7700 900XXX.")
@click.option("--role", type=click.Choice(["primary", "secondary", "help_desk"]), default="primary", show_default=True)
@click.option(
    "--account", metavar="NAME", help="The primary user whose account it is; a secondary's default is the first."
)
@click.option("--locale", type=click.Choice(["en", "ja"]), default="en", show_default=True)
@click.option("--region", metavar="CC", default="US", show_default=True, help="Where they live: US, HK, IN, JP ...")
@click.option("--paper", is_flag=True, help="A paper-trading user.")
@store_options
@click.pass_context
def add(ctx: click.Context, /, name: str, password_file: Path | None, **chosen: Any) -> None:
    """Add a user. A generated password is printed once, alone on stdout."""
    from authsim.model import Mode, Role
    from authsim.verifier import operators

    password = None if password_file is None else read_password_file(password_file)
    with closing(open_existing(settings_of(ctx))) as portal:
        verifier = portal.verifier
        secret = operators.generate_password(verifier) if password is None else password
        user = operators.add_user(
            verifier,
            name=name,
            password=secret,
            role=Role(chosen["role"]),
            account=chosen["account"],
            mode=Mode.PAPER if chosen["paper"] else Mode.LIVE,
            phone=chosen["phone"],
            locale=chosen["locale"],
            region=chosen["region"],
        )
        tell(f"{user.name} is added, {user.role.value} user of the account {user.account}.", err=True)
        if password is None:
            tell("The password is shown this once:", err=True)
            click.echo(secret.reveal_text())


@users.command(
    name="list", examples=("authsim users list --data ./portal", "authsim users list --json --data ./portal")
)
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@store_options
@click.pass_context
def list_(ctx: click.Context, /, as_json: bool) -> None:
    """List all users with their state."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        facts = operators.list_users(portal.verifier)
    if as_json:
        click.echo(json.dumps([describe_user(one) for one in facts], ensure_ascii=False))
    elif facts:
        echo_table(
            ("name", "role", "account", "mode", "locale", "phone", "state"),
            [
                (
                    one.user.name,
                    one.user.role.value,
                    one.user.account,
                    one.user.mode.value,
                    one.user.locale,
                    one.user.phone or "-",
                    state_of(one),
                )
                for one in facts
            ],
        )
    else:
        tell("There are no users yet. 'authsim users add NAME' adds one.", err=True)


@users.command(examples=("authsim users show alice --data ./portal",))
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@store_options
@click.pass_context
def show(ctx: click.Context, /, name: str, as_json: bool) -> None:
    """Show one user: facts, phone, lock-out, and the last events with their full reasons."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        verifier: Verifier = portal.verifier
        facts = operators.show_user(verifier, operators.require_user(verifier, name))
        rows = verifier.store.audit.list_of(facts.user.user_id, most=_MOST_EVENTS)
    if as_json:
        described = describe_user(facts) | {"events": [_describe_row(row) for row in rows]}
        click.echo(json.dumps(described, ensure_ascii=False))
        return
    click.echo(facts.user.name)
    echo_facts(_facts_of(facts))
    tell("\nLast events, newest first")
    echo_facts([(format_instant(row.event.at_ms), _event_line(row)) for row in rows] or [("none", "")])


def state_of(facts: "UserFacts") -> str:
    """Return a user's state in words."""
    device = facts.device
    words = [spoken("never activated") if device is None else spoken(f"{device.state.value} on {device.label}")]
    if facts.locked_for_ms:
        words.append(spoken(f"locked for {format_span(facts.locked_for_ms)}"))
    if facts.is_expired:
        words.append(spoken("account expired"))
    return ", ".join(words)


def _facts_of(facts: "UserFacts") -> list[tuple[str, str]]:
    user, device = facts.user, facts.device
    last_used = None if device is None else device.last_used_ms
    return [
        ("state", state_of(facts)),
        ("role", spoken(f"{user.role.value} user of the account {user.account}")),
        ("mode", user.mode.value),
        ("locale", user.locale),
        ("region", user.region),
        ("phone", user.phone or spoken("none")),
        ("notifications", spoken("on" if user.is_seamless else "off")),
        ("failed logins", str(facts.failures)),
        ("open sessions", str(len(facts.sessions))),
        ("active since", spoken("never") if device is None else format_instant(device.activated_ms)),
        ("last used", spoken("never") if last_used is None else format_instant(last_used)),
        ("added", format_instant(user.created_ms)),
        ("expires", format_instant(user.expires_ms)),
    ]


def _describe_row(row: "AuditRow") -> dict[str, Any]:
    event = row.event
    return {
        "sequence": row.sequence,
        "at_ms": event.at_ms,
        "kind": event.kind.value,
        "reason": None if event.reason is None else event.reason.value,
        "facts": dict(event.facts),
    }


def _event_line(row: "AuditRow") -> str:
    event = row.event
    words = [event.kind.value]
    if event.reason is not None:
        words.append(event.reason.value)
    words += [f"{name}={value}" for name, value in sorted(event.facts.items()) if value]
    return "  ".join(words)


for _command in (*user_changes.COMMANDS, *user_phones.COMMANDS, user_files.load):
    users.add_command(_command)
