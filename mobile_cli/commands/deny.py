"""`authkey deny`: the request that waits is refused, or reported as somebody else's."""

import click

from authsim.protocol.push import DENY, REPORT
from mobile_cli.ceremonies.decide import decide, find_requests
from mobile_cli.deciding import choose_request, open_lines, report, show_request
from mobile_cli.invocation import Invocation
from mobile_cli.options import biometric_option, phone_command


@phone_command(
    "deny",
    "Deny a login.",
    pin=True,
    examples=("authkey deny", "authkey deny --user alice", "authkey deny --report"),
)
@click.option("--report", "is_report", is_flag=True, help="It wasn't me: somebody else knows the password.")
@click.option("--user", metavar="NAME", help="For which user, when the phone answers for several.")
@biometric_option
def command(invocation: Invocation, is_report: bool, user: str | None, biometric: str | None) -> None:
    """Deny the request that waits: its login ends. With --report, say as well that it was not yours."""
    invocation.learn_phone()
    invocation.require_app(online=True)
    lines = open_lines(invocation, invocation.open_phone(biometric), user)
    asked = choose_request(find_requests(lines))
    show_request(invocation, asked)
    report(invocation, asked, decide(asked, REPORT if is_report else DENY))
