"""The dialogue of the commands that enrol by credentials and a texted code: the articles' steps in the articles' order.

iOS asks the security element after the code, Android together with it. A script brings the password in a file and the
code on standard input, where it is awaited until the text has come.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import click

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.activate import Activated
from authsim.authenticator.device import PendingEnrolment, Phone, Platform
from authsim.authenticator.keystore import Unlocked
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.messages import InstanceInfo
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from mobile_cli.ceremonies.enrol import (
    Wish,
    adopt_enrolment,
    begin_enrolment,
    finish_enrolment,
    resend_code,
    resume_enrolment,
)
from mobile_cli.ceremonies.trust import ask_portal
from mobile_cli.enrolling import compare_key, known_address, open_again, show_portal
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import yes_option
from mobile_cli.portal import require_address
from mobile_cli.prompts import Terminal, is_interactive, read_pin_file
from mobile_cli.refusals import explain

_MOST_CODE_BYTES: Final = 64


class Sources(NamedTuple):
    """What a script says of where things stand: the portal, the password, the code. `password` was typed before."""

    portal: str | None
    password_file: str | None
    code_stdin: bool
    label: str
    yes: bool
    password: Secret | None = None


class Screens(NamedTuple):
    """What one command shows: its way through the app, what is read before *Continue*, and its buttons.

    `ask` is the button after the credentials where the platform has one, `send` the one that sends the code.
    """

    way: tuple[str, ...]
    read: str
    ask: str | None
    send: str = "activate"


class Opening(NamedTuple):
    """A phone that is still locked, or yet to be made: what can be seen of it, and how it is opened after the code."""

    face: Phone
    open: Callable[[], Unlocked]


def opening_of(invocation: Invocation) -> "Unlocked | Opening":
    """Open the phone now where a script says its PIN; else leave that for later, as the articles do."""
    if invocation.has_pin:
        return invocation.open_phone()
    return Opening(face_of(invocation), lambda: open_again(invocation))


def face_of(invocation: Invocation) -> Phone:
    """Return as much of a phone as can be seen from outside; what is sealed judges when it is open."""
    return Phone(platform=invocation.platform, pin_policy=invocation.policy or PinPolicy.CLASSIC, created_ms=0)


def with_sources(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where things stand, as one argument `sources`."""

    @functools.wraps(function)
    def packed(
        invocation: Invocation,
        *,
        portal: str | None,
        password_file: str | None,
        code_stdin: bool,
        label: str,
        yes: bool,
        **rest: Any,
    ) -> None:
        function(invocation, sources=Sources(portal, password_file, code_stdin, label, yes), **rest)

    result: Callable[..., None] = packed
    for option in (_label, yes_option, _code_stdin, _password_file, _portal):
        result = option(result)
    return result


_portal = click.option("--portal", metavar="URL", help="Where the portal is; the one that this phone knows.")
_password_file = click.option("--password-file", metavar="FILE", help="Read the password from a file.")
_code_stdin = click.option("--code-stdin", is_flag=True, help="Read the texted code from standard input.")
_label = click.option("--label", default="authkey", show_default=True, help="What the portal's page calls this phone.")


def require_answers(invocation: Invocation, sources: Sources) -> None:
    """Raise before anything is asked when a script left out what nobody could be asked for."""
    if sources.code_stdin and invocation.pin_stdin:
        raise PhoneError(Exit.USAGE, "code_and_pin", element=invocation.element)
    if not sources.code_stdin and not is_interactive():
        raise PhoneError(Exit.USAGE, "need_code")


def meet_portal(invocation: Invocation, sources: Sources) -> tuple[InstanceInfo, str]:
    """Ask the portal who it is; one that this phone does not know shows its key first. Return also its address."""
    address = known_address(invocation) if sources.portal is None else require_address(sources.portal)
    if address is None:
        raise PhoneError(Exit.USAGE, "need_portal_url")
    info = ask_portal(invocation.home, address)
    summary = invocation.home.read_summary()
    known = set() if summary is None else {*summary.portals, *(user.origin for user in summary.users)}
    if info.origin not in known:
        if info.suite == STRICT10:
            raise PhoneError(Exit.REFUSED, "need_trust", origin=address)
        show_portal(invocation, origin=info.origin, psk=info.psk)
        compare_key(invocation, yes=sources.yes, with_what="compare_portal")
    return info, address


def show_steps(invocation: Invocation, *keys: str, **facts: object) -> None:
    """Show labels and sentences of the app's screens, to a person only."""
    if is_interactive() and not invocation.console.as_json:
        for key in keys:
            invocation.console.line(invocation.console.say(key, **facts))


def ask_password(invocation: Invocation, file: str | None) -> Secret:
    """Return the password from its file, or as it is typed without echo."""
    if file is not None:
        return read_pin_file(file)
    try:
        return Terminal().ask_hidden(invocation.console.say("password"))
    except OSError:
        raise PhoneError(Exit.USAGE, "need_password") from None


def ask_username(invocation: Invocation, name: str | None, *, command: str) -> str:
    """Return the username: as it was said, shown again, or as it is typed."""
    if name is None:
        if not is_interactive():
            raise PhoneError(Exit.USAGE, "need_username", command=command)
        return invocation.ask("username").strip()
    console = invocation.console
    if is_interactive() and not console.as_json:
        console.line(f"{console.say('username')}: {console.visible(name)}")
    return name


def enrol(
    invocation: Invocation, wish: Wish, screens: Screens, sources: Sources, *, phone: "Unlocked | Opening"
) -> Activated:
    """Go from the password to the account. `phone` is open already, or says how it is opened after the code."""
    home, entropy = invocation.home, SystemEntropy()
    typed = sources.password
    password = ask_password(invocation, sources.password_file) if typed is None else typed
    show_steps(invocation, "continue", *(() if screens.ask is None else (screens.ask,)))
    opened = phone.dek if isinstance(phone, Unlocked) else phone.face
    pending = begin_enrolment(home, wish, password, opened=opened, entropy=entropy)
    invocation.console.note(invocation.console.say("code_sent"))
    code = _ask_code(invocation, pending, sources)
    if isinstance(phone, Unlocked):
        show_steps(invocation, screens.send)
        return _try_codes(invocation, phone.dek, pending, code, sources)
    if invocation.platform is Platform.IOS:
        show_steps(invocation, screens.send)
    dek = phone.open().dek
    if invocation.platform is Platform.ANDROID:
        show_steps(invocation, screens.send)
    adopt_enrolment(home, dek, wish, pending, entropy=entropy)
    return _try_codes(invocation, dek, pending, code, sources)


def resume(invocation: Invocation, dek: Secret, pending: PendingEnrolment, sources: Sources) -> Activated:
    """Go on where an earlier run ended: send the code again that had no reply, else ask for it."""
    if pending.code is not None:
        return resume_enrolment(invocation.home, dek, pending, entropy=SystemEntropy())
    require_answers(invocation, sources)
    return _try_codes(invocation, dek, pending, _ask_code(invocation, pending, sources), sources)


def _try_codes(
    invocation: Invocation, dek: Secret, pending: PendingEnrolment, code: Secret, sources: Sources
) -> Activated:
    """Send codes until one is right or none may be tried any more; a script has one."""
    while True:
        try:
            return finish_enrolment(invocation.home, dek, pending, code, entropy=SystemEntropy())
        except MessageError:
            mistake = PhoneError(Exit.MALFORMED, "malformed_code")
            if not is_interactive():
                raise mistake from None
            invocation.console.note(explain(mistake, invocation.console)[1])
        except RefusalError as refused:
            may_go_on = refused.reason is Reason.WRONG_CODE and refused.attempts_remaining != 0
            if not (may_go_on and is_interactive()):
                raise
            invocation.console.note(explain(refused, invocation.console)[1])
        code = _ask_code(invocation, pending, sources)


def _ask_code(invocation: Invocation, pending: PendingEnrolment, sources: Sources) -> Secret:
    """Return the code as a script pipes it or a person types it, who may have it sent again as often as it takes."""
    if sources.code_stdin:
        line = sys.stdin.buffer.readline(_MOST_CODE_BYTES)
        if not line.strip():
            raise PhoneError(Exit.USAGE, "need_code")
        return Secret(line.strip())
    console = invocation.console
    while True:
        typed = invocation.ask("activation_code_again").strip()
        if typed.casefold() != "r":
            return Secret(typed)
        try:
            resend_code(invocation.home, pending)
            console.note(console.say("code_sent_again"))
        except RefusalError as refused:
            if refused.reason not in {Reason.TEXT_TOO_SOON, Reason.TEXTS_SPENT}:
                raise
            console.note(explain(refused, console)[1])
