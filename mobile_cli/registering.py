"""Registering a user inside the app, as `activate --username` and `add-user` both do, and going on after a crash."""

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.device import Platform
from mobile_cli.adding import (
    Screens,
    Sources,
    ask_username,
    enrol,
    meet_portal,
    opening_of,
    require_answers,
    resume,
    show_steps,
)
from mobile_cli.ceremonies.enrol import Wish, require_not_here
from mobile_cli.ceremonies.scan_code import complete_scan
from mobile_cli.enrolling import enter_app, open_phone, report_active
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.portal import require_address


def register(invocation: Invocation, username: str, sources: Sources) -> None:
    """Activate this phone for its first user, by credentials and a texted code."""
    _register(invocation, username, sources, way=("register_two_factor",))


def add_user(invocation: Invocation, username: str | None, sources: Sources) -> None:
    """Add a user to a phone that answers for others already; the first one is registered."""
    is_first = invocation.home.state() is State.NONE
    if not is_first:
        summary = invocation.home.read_summary()
        is_first = summary is not None and not summary.users
    way = ("register_two_factor",) if is_first else ("authenticate", "add_user")
    _register(invocation, username, sources, way=way)


def resume_any(invocation: Invocation, sources: Sources, *, expected: str) -> None:
    """Ask again for the reply that did not come: to a scanned code, or to a texted one.

    `expected` is the sentence that says which of them could have been under way.
    """
    invocation.learn_phone()
    invocation.require_app(online=True)
    unlocked = invocation.open_phone()
    pending = unlocked.phone.pending
    if pending is None:
        enrolment = unlocked.phone.enrolment
        if enrolment is None or enrolment.flow_id is None:
            raise PhoneError(Exit.REFUSED, expected)
        report_active(invocation, resume(invocation, unlocked.dek, enrolment, sources), note="replaced")
        return
    address = pending.address if sources.portal is None else require_address(sources.portal)
    activated = complete_scan(invocation.home, unlocked.dek, pending, address=address, entropy=SystemEntropy())
    report_active(invocation, activated)


def _register(invocation: Invocation, username: str | None, sources: Sources, *, way: tuple[str, ...]) -> None:
    require_answers(invocation, sources)
    enter_app(invocation)
    is_new = invocation.home.state() is State.NONE
    phone = open_phone(invocation) if is_new else opening_of(invocation)
    info, address = meet_portal(invocation, sources)
    screens = screens_of(invocation, way)
    show_steps(invocation, *screens.way, screens.read, "continue")
    name = ask_username(invocation, username, command="add-user")
    wish = Wish(info=info, address=address, username=name, label=sources.label)
    require_not_here(invocation.home, wish)
    report_active(invocation, enrol(invocation, wish, screens, sources, phone=phone), note="replaced")


def screens_of(invocation: Invocation, way: tuple[str, ...]) -> Screens:
    """Return what the platform shows on this way through the app."""
    is_android = invocation.platform is Platform.ANDROID
    return Screens(way=way, read="read_register", ask="get_activation_code" if is_android else None)
