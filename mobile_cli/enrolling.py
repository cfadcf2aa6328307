"""What the commands that enrol a user ask and show alike: which portal, which phone, how it ended."""

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.authenticator.activate import Activated
from authsim.authenticator.app import App, Stage
from authsim.authenticator.device import Phone, Platform, Portal, with_portal
from authsim.authenticator.keystore import Unlocked
from authsim.authenticator.pin import PinPolicy
from authsim.errors import Reason, RefusalError
from authsim.protocol.keys import fingerprint
from authsim.secret import Secret
from mobile_cli.ceremonies.app import answer_permission, asks_permission, open_app, read_app
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.prompts import is_interactive
from mobile_cli.refusals import explain


def known_address(invocation: Invocation) -> str | None:
    """Return the address of the one portal that this phone knows; None when there is none, or several."""
    if invocation.home.state() is State.READY:
        summary = invocation.home.read_summary()
        if summary is not None and len(set(summary.portals)) == 1:
            return summary.portals[0]
    return None


def show_portal(invocation: Invocation, *, origin: str, psk: bytes) -> None:
    """Show whose key it is, beside the result."""
    console = invocation.console
    rows = [(console.say("portal"), origin), (console.say("fingerprint"), fingerprint(psk))]
    console.table(rows, write=console.note)


def compare_key(invocation: Invocation, *, yes: bool, with_what: str = "compare") -> None:
    """Ask whether the fingerprint is the right one; where nobody can be asked, it was shown for a person to compare."""
    console = invocation.console
    console.note(console.say(with_what))
    if is_interactive() and not invocation.confirm("ask_continue", yes=yes):
        raise PhoneError(Exit.REFUSED, "not_same")


def make_phone(invocation: Invocation, policy: PinPolicy, *, known: Portal | None = None) -> tuple[Secret, Phone]:
    """Make a phone of the invocation's platform; return the PIN that was chosen for it, normalised, and the phone."""
    pin = invocation.ask_new_pin(policy)
    phone = Phone(platform=invocation.platform, pin_policy=policy, created_ms=SystemClock().now_ms())
    phone = phone if known is None else with_portal(phone, known)
    invocation.home.create(phone, pin=pin, entropy=SystemEntropy())
    return pin, phone


def enter_app(invocation: Invocation) -> None:
    """Have the app at hand, online; opened for the first time it asks whether it may send notifications.

    An empty home is no obstacle: whoever needs a phone there makes one.
    """
    if invocation.home.state() is State.NONE:
        return
    invocation.learn_phone()
    invocation.require_app(online=True)
    if invocation.home.has_settings and read_app(invocation.home).stage is Stage.INSTALLED:
        ask_permission(invocation, open_app(invocation.home))


def open_phone(invocation: Invocation) -> Unlocked:
    """Ask the security element and open the phone; in an empty home it becomes the one of a new iOS phone."""
    if invocation.home.state() is State.NONE:
        invocation.platform = Platform.IOS
        pin = make_phone(invocation, PinPolicy.CLASSIC)[0]
        invocation.console.note(invocation.console.say("made_first", path=invocation.home.path))
        return invocation.unlock(pin)
    return invocation.open_phone()


def open_again(invocation: Invocation) -> Unlocked:
    """Open the phone; a person who mistypes the security element is asked again, as long as there are tries."""
    while True:
        try:
            return invocation.open_phone()
        except (RefusalError, PhoneError) as refused:
            if not _is_mistyped(refused) or invocation.has_pin or not is_interactive():
                raise
            invocation.console.note(explain(refused, invocation.console, element=invocation.element)[1])


def _is_mistyped(refused: RefusalError | PhoneError) -> bool:
    if isinstance(refused, RefusalError):
        return refused.reason is Reason.WRONG_PIN
    return refused.key in {f"pin_{policy.value}" for policy in PinPolicy}


def ask_permission(invocation: Invocation, app: App) -> App:
    """Let an app that never asked ask whether it may send notifications; in a pipe the answer is the article's."""
    if not asks_permission(app):
        return app
    console = invocation.console
    is_allowed = not is_interactive() or console.as_json or _is_yes(invocation.ask("ask_allow"))
    console.line(console.say("allow" if is_allowed else "dont_allow"))
    return answer_permission(invocation.home, is_allowed=is_allowed)


def _is_yes(answer: str) -> bool:
    return answer.strip().casefold() in {"", "y", "yes"}


def report_active(invocation: Invocation, activated: Activated, *, note: str | None = None) -> None:
    """Say that the user is active on this phone, and Done. `note` says what became of another phone.

    Where the portal asks for a confirmation, say its code instead: the user waits, and no other phone gave way yet.
    """
    console, account = invocation.console, activated.account
    if activated.confirmation is not None:
        console.code("confirmation", activated.confirmation)
        console.line(console.say("waiting", user=account.label))
    else:
        console.line(console.say("active", user=account.label))
        if note is not None:
            console.line(console.say(note, user=account.label))
    console.line(console.say("done"))
    console.json(
        {
            "user": account.label,
            "portal": account.origin,
            "device_id": account.device_id,
            "confirmation": activated.confirmation,
        }
    )
