"""`authkey users`: for whom this phone answers. Asks no PIN."""

from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command


@phone_command("users", "List the users of this phone.", pin=False, examples=("authkey users", "authkey users --json"))
def command(invocation: Invocation) -> None:
    """List the users that this phone answers for, and their portals."""
    summary = invocation.learn_phone()
    invocation.require_app(online=False)
    if summary is None:
        raise PhoneError(Exit.MALFORMED, "no_summary", path=invocation.home.path)
    console = invocation.console
    if not summary.users:
        console.note(console.say("no_users"))
    console.table([(console.visible(user.label), console.visible(user.origin)) for user in summary.users])
    users = [{"name": user.label, "portal": user.origin, "suite": user.suite} for user in summary.users]
    console.json({"users": users})
