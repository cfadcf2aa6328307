"""`authkey troubleshoot`: no notification came; the help article's checklist, walked by the phone itself."""

import click

from authsim.authenticator.device import Platform
from authsim.authenticator.respond import respond
from authsim.authenticator.settings import Settings
from authsim.authenticator.sight import Hindrance
from authsim.errors import MessageError, RefusalError
from mobile_cli.ceremonies.session import Line
from mobile_cli.ceremonies.troubleshoot import Cause, Finding, find_cause, look_into
from mobile_cli.deciding import open_lines
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import biometric_option, phone_command
from mobile_cli.prompts import is_interactive
from mobile_cli.refusals import explain
from mobile_cli.seen import explain_hindrance


@phone_command(
    "troubleshoot",
    "Find out why no notification comes.",
    pin=True,
    examples=(
        "authkey troubleshoot",
        "authkey troubleshoot --user alice --pin-file alice.pin --json",
        "authkey troubleshoot --challenge 123456 --pin-file alice.pin",
    ),
)
@click.option("--challenge", metavar="CODE", help="Prove at the end that IB Key works without a notification.")
@click.option("--user", metavar="NAME", help="Only for this user.")
@biometric_option
def command(invocation: Invocation, challenge: str | None, user: str | None, biometric: str | None) -> None:
    """Walk the checklist for a missing notification, in its order, and name the cause with its remedy.

    At the end comes the proof that IB Key works without a notification: log in, show the challenge code, and answer
    it. Exit status 0 when nothing is wrong, 77 when a cause was found.
    """
    invocation.learn_phone()
    settings = invocation.home.settings.read()
    lines = _open(invocation, settings, user, biometric)
    findings = look_into(settings, lines)
    for finding in findings:
        _show(invocation, finding, settings.platform)
    response = _prove(invocation, lines, challenge)
    cause = find_cause(findings)
    console = invocation.console
    console.line()
    if cause is None or cause.cause is None:
        console.line(console.say("nothing_found"))
    else:
        sentence = _explain(invocation, cause.cause, settings.platform)
        console.line(console.say("cause_found", sentence=sentence.partition("\n")[0]))
    console.json(
        {
            "cause": None if cause is None else _name(cause.cause),
            "findings": [_describe(finding) for finding in findings],
            "response": response,
        }
    )
    if cause is not None:
        raise click.exceptions.Exit(Exit.REFUSED)


def _open(invocation: Invocation, settings: Settings, user: str | None, biometric: str | None) -> list[Line]:
    """Open the phone, if its app can ask anybody: a checklist that finds airplane mode needs no PIN."""
    if settings.app.needs_recovery or not settings.app.is_installed or not settings.conditions.is_online:
        return []
    return open_lines(invocation, invocation.open_phone(biometric), user)


def _show(invocation: Invocation, finding: Finding, platform: Platform) -> None:
    console = invocation.console
    title = console.say(f"look_{finding.step.value}")
    if finding.user is not None:
        title = f"{title} ({console.visible(finding.user)})"
    if not finding.is_known:
        console.line(f"  --  {title}: {console.say('not_asked')}")
    elif finding.cause is None:
        console.line(f"  ok  {title}")
    else:
        console.line(f"  no  {title}")
        for line in _explain(invocation, finding.cause, platform).splitlines():
            console.line(f"      {line}")


def _prove(invocation: Invocation, lines: list[Line], challenge: str | None) -> str | None:
    """Answer a challenge of the one user whom the checklist is about; return the response."""
    console = invocation.console
    console.line(f"  >>  {console.say('prove')}")
    if len(lines) != 1:
        return None
    if challenge is None and is_interactive() and not console.as_json:
        challenge = invocation.ask("challenge_or_none").strip()
    if not challenge:
        return None
    try:
        response = respond(lines[0].account, challenge).text
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "bad_challenge") from None
    console.code("response", response)
    return response


def _explain(invocation: Invocation, cause: Cause, platform: Platform) -> str:
    if isinstance(cause, Hindrance):
        return explain_hindrance(invocation.console, cause, platform)
    return explain(cause, invocation.console, element=invocation.element)[1]


def _name(cause: Cause | None) -> str | None:
    if cause is None:
        return None
    if isinstance(cause, Hindrance):
        return cause.value
    return cause.reason.value if isinstance(cause, RefusalError) else cause.key


def _describe(finding: Finding) -> dict[str, object]:
    verdict = "unknown" if not finding.is_known else "fine" if finding.cause is None else "cause"
    return {"cause": _name(finding.cause), "step": finding.step.value, "user": finding.user, "verdict": verdict}
