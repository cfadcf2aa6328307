"""What the commands that decide on a request ask and show alike: who, what for, from where, and how it ended."""

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.authenticator.device import accounts_named, full_name
from authsim.authenticator.keystore import Unlocked
from authsim.protocol.push import RequestInfo
from mobile_cli.ceremonies.decide import Asked
from mobile_cli.ceremonies.session import Line
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.prompts import is_interactive
from mobile_cli.purposes import is_grave, read_purpose


def open_lines(invocation: Invocation, unlocked: Unlocked, user: str | None) -> list[Line]:
    """Return a line to the portal of each account that `user` means; of all, when it is None."""
    accounts = unlocked.phone.accounts if user is None else accounts_named(unlocked.phone.accounts, user)
    if not accounts:
        raise PhoneError(Exit.REFUSED, "no_users" if user is None else "no_such_user", user=user)
    return [Line(invocation.home, unlocked.dek, account, entropy=SystemEntropy()) for account in accounts]


def choose_request(found: list[Asked]) -> Asked:
    """Return the newest request, if all are for one user; else the user must be said."""
    names = {full_name(asked.line.account.label, asked.line.account.origin) for asked in found}
    if len(names) > 1:
        raise PhoneError(Exit.USAGE, "need_user", names=", ".join(sorted(names)))
    return found[0]


def show_request(invocation: Invocation, asked: Asked) -> None:
    """Show who asks for what, from where, and for how long: beside the result, so that a pipe stays clean."""
    console, request, account = invocation.console, asked.request, asked.line.account
    rows = [
        (console.say("user"), console.visible(account.label)),
        (console.say("portal"), console.visible(account.origin)),
        (console.say("purpose"), console.say(f"purpose_{request.purpose}")),
        (console.say("address"), console.visible(request.context.ip or "-")),
        (console.say("browser"), console.visible(request.context.agent or "-")),
        (console.say("place"), console.visible(request.context.place or "-")),
        (console.say("valid_for"), console.say("seconds", seconds=seconds_left(request))),
    ]
    console.table(rows, write=console.note)


def seconds_left(request: RequestInfo) -> int:
    """Return for how long the portal may still take a decision. Its clock judges; this one only counts down."""
    return max(0, (request.exp - SystemClock().now_ms() + 999) // 1000)


def ask_number(invocation: Invocation, request: RequestInfo, given: str | None) -> str:
    """Return the number that stands on the portal's page, where this request asks for one; else nothing."""
    if not request.digits:
        return ""
    if given is None and not is_interactive():
        raise PhoneError(Exit.USAGE, "need_number", digits=request.digits)
    typed = given if given is not None else invocation.ask("number", digits=request.digits)
    number = typed.replace(" ", "")
    if not (number.isascii() and number.isdigit() and len(number) == request.digits):
        raise PhoneError(Exit.MALFORMED, "bad_number", digits=request.digits)
    return number


def confirm_approval(invocation: Invocation, request: RequestInfo, said: str | None, *, yes: bool) -> None:
    """Ask a person whether to approve; more than a login is asked for by what it does.

    In a pipe the command itself is the person's word for a login. For more, `said` (--purpose) must name it, or --yes.
    """
    wanted, effect = None if said is None else read_purpose(said), invocation.console.say(f"purpose_{request.purpose}")
    if wanted not in (None, request.purpose):
        raise PhoneError(Exit.REFUSED, "other_purpose", effect=effect)
    if is_grave(request.purpose):
        if is_interactive() or wanted is None:
            require_yes(invocation, "ask_approve_effect", yes=yes, effect=effect)
    elif is_interactive():
        require_yes(invocation, "ask_approve", yes=yes)


def require_yes(invocation: Invocation, key: str, *, yes: bool, **facts: object) -> None:
    """Ask; anything but yes ends the command, and the request still waits."""
    if not invocation.confirm(key, yes=yes, **facts):
        raise PhoneError(Exit.REFUSED, "not_approved")


def report(invocation: Invocation, asked: Asked, state: str) -> None:
    """Say what became of the request."""
    console, account = invocation.console, asked.line.account
    console.line(console.say(f"decided_{state}", user=account.label))
    console.json(describe(asked, state))


def describe(asked: Asked, state: str) -> dict[str, object]:
    """Return what a script reads of a request."""
    request, account = asked.request, asked.line.account
    return {
        "context": {
            "address": request.context.ip,
            "browser": request.context.agent,
            "place": request.context.place,
        },
        "expires_ms": request.exp,
        "portal": account.origin,
        "purpose": request.purpose,
        "request": request.request_id,
        "state": state,
        "user": account.label,
    }
