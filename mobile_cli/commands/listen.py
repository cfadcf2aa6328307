"""`authkey listen`: the phone lies there and shows notifications as they come."""

from queue import SimpleQueue

import click

from authsim.authenticator.device import full_name
from authsim.authenticator.sight import Sight
from authsim.errors import RefusalError
from authsim.protocol.push import APPROVE
from mobile_cli.ceremonies.decide import Asked, decide
from mobile_cli.ceremonies.listen import Ended, Listener, Notice, Reach, noticed
from mobile_cli.ceremonies.session import Line
from mobile_cli.deciding import ask_number, describe, open_lines, seconds_left
from mobile_cli.exits import PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import biometric_option, phone_command
from mobile_cli.prompts import is_interactive
from mobile_cli.refusals import explain


@phone_command(
    "listen",
    "Wait for notifications, and answer them.",
    pin=True,
    examples=(
        "authkey listen",
        "authkey listen --user alice --once",
        "authkey listen --pin-file alice.pin --json",
        "authkey listen --approve-all --pin-file alice.pin",
    ),
)
@click.option("--approve-all", is_flag=True, help="Approve whatever is seen, unasked. For tests.")
@click.option("--once", is_flag=True, help="End after the first request.")
@click.option("--user", metavar="NAME", help="Only for this user.")
@biometric_option
def command(invocation: Invocation, approve_all: bool, once: bool, user: str | None, biometric: str | None) -> None:
    """Wait for notifications of all users of this phone, and show them as its settings let them be seen.

    At a terminal, Enter opens one: what is asked, from where, and Approve, Deny or It wasn't me. In a pipe each is
    one line, with --json one JSON object a line.
    """
    invocation.learn_phone()
    invocation.require_app(online=True)
    lines = open_lines(invocation, invocation.open_phone(biometric), user)
    console = invocation.console
    names = ", ".join(full_name(line.account.label, line.account.origin) for line in lines)
    if is_interactive() and not console.as_json and not approve_all:
        from mobile_cli.watching import Watch

        console.line(console.say("listening", names=names))
        Watch(invocation, lines).run(once=once)
        return
    console.note(console.say("listening_quietly", names=names))
    _listen(invocation, lines, is_approving=approve_all, once=once)


def _listen(invocation: Invocation, lines: list[Line], *, is_approving: bool, once: bool) -> None:
    console, heard = invocation.console, SimpleQueue[Reach | Ended | Notice]()
    listener = Listener(lines, lambda happening: heard.put(noticed(happening)))
    listener.start()
    left = len(lines)
    while left:
        happening = heard.get()
        if isinstance(happening, Reach):
            key = "reached" if happening.is_reached else "not_reached"
            console.note(console.say(key, user=happening.account.label))
        elif isinstance(happening, Ended):
            left -= 1
            if not left:
                raise happening.error
            console.note(f"{happening.account.label}: {explain(happening.error, console)[1]}")
        elif _show(invocation, happening, is_approving=is_approving) and once:
            listener.stop()
            return


def _show(invocation: Invocation, notice: Notice, *, is_approving: bool) -> bool:
    """Write one line about a request; say whether it was seen at all."""
    console, (asked, sight) = invocation.console, notice
    if sight.is_nowhere:
        if sight.arrives:
            console.note(console.say("heard_unseen", user=asked.line.account.label))
        return False
    state = asked.request.state
    if is_approving and state == "issued":
        try:
            state = decide(
                Asked(asked.line.twin(), asked.request), APPROVE, number=ask_number(invocation, asked.request, None)
            )
        except (PhoneError, RefusalError) as error:
            console.note(f"{asked.line.account.label}: {explain(error, console)[1]}")
            state = error.reason.value if isinstance(error, RefusalError) else error.key
    console.line(_sentence(invocation, asked, state))
    console.json(describe(asked, state) | {"seen": _where(sight)})
    return True


def _sentence(invocation: Invocation, asked: Asked, state: str) -> str:
    console, user = invocation.console, asked.line.account.label
    if state in {"approved", "denied", "reported"}:
        return console.say(f"decided_{state}", user=user)
    if state != "issued":
        return console.say("heard_late", user=user)
    effect = console.say(f"purpose_{asked.request.purpose}")
    return console.say("heard", user=user, effect=effect, seconds=seconds_left(asked.request))


def _where(sight: Sight) -> str:
    if sight.banner is not None:
        return "banner"
    return "lock_screen" if sight.on_lock_screen else "list"
