"""`authkey serve`: the phone answers the challenges of logins for programs on this machine, unattended."""

import click

from authsim.adapters.system import SystemEntropy
from mobile_cli.ceremonies.unattended import Unattended
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.response_server import ResponseApp, address_of, open_listener, serve
from mobile_cli.token_file import require_token

_PORT = 8766


@phone_command(
    "serve",
    "Answer challenges for programs on this machine.",
    pin=True,
    examples=(
        "authkey serve --token-file token --pin-file alice.pin",
        "authkey serve --token-file token --pin-file alice.pin --user alice --port 0",
    ),
)
@click.option("--token-file", metavar="FILE", required=True, help="The token to show; made when it is not there.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, metavar="N", help="0 picks a free one."
)
@click.option("--user", metavar="NAME", help="Only for this user.")
def command(invocation: Invocation, token_file: str, port: int, user: str | None) -> None:
    """Give responses to programs on this machine, as bare text, until interrupted. For tests.

    GET /response?user=NAME answers the login that waits at the portal; with challenge=123456 that challenge, without
    the portal. It takes Authorization: Bearer and the token. Only logins are answered.
    """
    invocation.learn_phone()
    invocation.require_app(online=False)
    token = require_token(token_file, entropy=SystemEntropy())
    listener = open_listener(port)
    phone = Unattended(invocation.home, invocation.open_phone().dek, user=user, entropy=SystemEntropy())
    phone.require_users()
    console, address = invocation.console, address_of(listener)

    def announce() -> None:
        console.line(console.say("serving", address=address))
        console.json({"address": address})

    serve(ResponseApp(phone, token=token, console=console), listener, ready=announce)
