"""`authkey status`: what kind of phone this is, and how many PIN tries are left. Asks no PIN."""

from authsim.authenticator.app import Stage
from authsim.authenticator.device import Platform
from mobile_cli.ceremonies.app import read_app
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command

_PLATFORMS = {Platform.IOS: "iOS", Platform.ANDROID: "Android"}


@phone_command("status", "Show this phone.", pin=False, examples=("authkey status", "authkey --home DIR status --json"))
def command(invocation: Invocation) -> None:
    """Show platform, users, tries left, known portals, an activation under way, and an app that is not in use."""
    console, home = invocation.console, invocation.home
    state = home.state()
    members: dict[str, object] = {"home": home.path, "state": state.value}
    if state is State.READY:
        rows = [(console.say("home"), console.visible(home.path))]
        summary = home.read_summary()
        tries = home.count_tries_left()
        members["tries_left"] = tries
        if summary is not None:
            members["platform"] = summary.platform.value
            members["pin_policy"] = summary.pin_policy.value
            members["users"] = [user.label for user in summary.users]
            members["portals"] = list(summary.portals)
            members["pending"] = summary.pending
            rows.append((console.say("platform"), _PLATFORMS[summary.platform]))
            rows.append((console.say("users"), ", ".join(console.visible(user.label) for user in summary.users) or "-"))
            rows += [(console.say("portal"), origin) for origin in summary.portals]
            rows += [(console.say("pending"), summary.pending)] if summary.pending else []
            stage = read_app(home).stage
            members["app"] = stage.value
            rows += [(console.say("app"), console.say(f"stage_{stage.value}"))] if stage is not Stage.OPENED else []
        rows.append((console.say("tries"), str(tries)))
        console.table(rows)
    else:
        console.line(console.say("no_phone_yet" if state is State.NONE else "wiped_state", path=home.path))
    console.json(members)
