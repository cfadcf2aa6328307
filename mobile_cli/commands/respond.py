"""`authkey respond`: a challenge code becomes the response string. Works without any network."""

import click

from authsim.authenticator.device import Account, Phone, Platform, accounts_named, full_name
from authsim.authenticator.respond import respond
from authsim.authenticator.summary import Enrolled
from authsim.errors import MessageError
from authsim.protocol.codes import Purpose, purpose_of, require_challenge
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import biometric_option, phone_command, purpose_option, yes_option
from mobile_cli.prompts import is_interactive


@phone_command(
    "respond",
    "Answer a challenge code.",
    pin=True,
    examples=(
        "authkey respond 123456",
        "authkey respond 123 456 --user alice",
        "authkey respond 123456 --purpose secure-login",
        "authkey respond 123456 --pin-file alice.pin",
    ),
)
@click.argument("challenge", nargs=-1, metavar="CHALLENGE...")
@click.option("--user", metavar="NAME", help="For which user, when the phone answers for several.")
@purpose_option
@biometric_option
@yes_option
def command(
    invocation: Invocation,
    challenge: tuple[str, ...],
    user: str | None,
    purpose: str | None,
    biometric: str | None,
    yes: bool,
) -> None:
    """Compute the response string to the challenge code that the trading device or the portal shows."""
    wanted = None if purpose is None else _read_purpose(purpose)
    candidates = _learn(invocation, user)
    invocation.require_app(online=False)
    if not challenge and not is_interactive():
        raise PhoneError(Exit.USAGE, "need_challenge")
    chosen = _choose_user(invocation, candidates) if len(candidates) > 1 else user
    suite = candidates[0].suite if len({item.suite for item in candidates}) == 1 else None
    digits, phone = _open(invocation, " ".join(challenge), suite, biometric)
    account = _find_account(phone, chosen)
    digits = _require_challenge(account.suite, digits)
    _approve(invocation, account, digits, wanted, yes=yes)
    response = respond(account, digits, purpose=wanted)
    invocation.console.code("response", response.text)
    invocation.console.json(
        {"portal": account.origin, "purpose": response.purpose, "response": response.text, "user": account.label}
    )


def _read_purpose(text: str) -> Purpose:
    from mobile_cli.purposes import read_purpose

    return read_purpose(text)


def _learn(invocation: Invocation, user: str | None) -> tuple[Enrolled, ...]:
    """Return the users that may be meant, as far as the phone shows them without its PIN."""
    summary = invocation.learn_phone()
    if summary is None:
        return ()
    return tuple(item for item in summary.users if user in (None, item.label, full_name(item.label, item.origin)))


def _choose_user(invocation: Invocation, candidates: tuple[Enrolled, ...]) -> str:
    names = [full_name(item.label, item.origin) for item in candidates]
    if not is_interactive():
        raise _ambiguous([(item.label, item.origin) for item in candidates])
    console = invocation.console
    console.line(console.say("authenticate"))
    for number, name in enumerate(names, start=1):
        console.line(f"  {number}  {console.visible(name)}")
    while True:
        typed = invocation.ask("which_user", most=len(names)).strip()
        if typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= len(names):
            return names[int(typed) - 1]


def _open(invocation: Invocation, challenge: str, suite: str | None, biometric: str | None) -> tuple[str, Phone]:
    """Return challenge and phone, in the order of the platform: iOS asks the element last, Android first."""
    if invocation.platform is Platform.IOS or biometric is not None:
        digits = _ask_challenge(invocation, challenge, suite)
        _show_button(invocation)
        return digits, invocation.open_phone(biometric).phone
    pin = invocation.ask_pin()
    digits = _ask_challenge(invocation, challenge, suite)
    _show_button(invocation)
    return digits, invocation.unlock(pin).phone


def _ask_challenge(invocation: Invocation, challenge: str, suite: str | None) -> str:
    text = challenge or invocation.ask("challenge")
    # A mistyped challenge is noticed before the PIN is tried, where the phone shows which suite it is of.
    return text if suite is None else _require_challenge(suite, text)


def _show_button(invocation: Invocation) -> None:
    if is_interactive() and not invocation.console.as_json:
        invocation.console.line(invocation.console.say(f"generate_{invocation.platform.value}"))


def _require_challenge(suite: str, text: str) -> str:
    try:
        return require_challenge(suite, text)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "bad_challenge") from None


def _find_account(phone: Phone, user: str | None) -> Account:
    """Return the one account that is meant; the sealed truth decides, whatever the plain file showed."""
    found = phone.accounts if user is None else accounts_named(phone.accounts, user)
    if not found:
        raise PhoneError(Exit.REFUSED, "no_users" if user is None else "no_such_user", user=user)
    if len(found) > 1:
        raise _ambiguous([(item.label, item.origin) for item in found])
    return found[0]


def _ambiguous(users: list[tuple[str, str]]) -> PhoneError:
    labels = [label for label, _ in users]
    names = [label if labels.count(label) == 1 else full_name(label, origin) for label, origin in users]
    return PhoneError(Exit.USAGE, "need_user", names=", ".join(names))


def _approve(invocation: Invocation, account: Account, digits: str, purpose: Purpose | None, *, yes: bool) -> None:
    """Name what the response is for, and ask once more where it is more than one login."""
    console = invocation.console
    said = purpose_of(account.suite, digits, purpose or Purpose.LOG_IN)
    if said == Purpose.LOG_IN and purpose in (None, said):
        return
    from mobile_cli.purposes import is_grave

    effect = console.say(f"purpose_{said}")
    if purpose not in (None, said):
        raise PhoneError(Exit.MALFORMED, "bad_purpose", effect=effect)
    console.note(f"{console.say('purpose')}: {effect}")
    # In a pipe, --purpose is the confirmation: the script named the effect itself.
    is_said_already = purpose is not None and not is_interactive()
    if not is_grave(said) or is_said_already:
        return
    if not invocation.confirm("ask_purpose", yes=yes, effect=effect):
        raise PhoneError(Exit.REFUSED, "stopped")
