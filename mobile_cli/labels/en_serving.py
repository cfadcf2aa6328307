"""What `authkey serve` says, in English, at its terminal and to the programs that ask it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serving": "authkey serves at {address}",
        "serve_given": "{user}: a response was given.",
        # refused, by the program's own doing
        "serve_foreign": "Only programs on this machine are answered, at 127.0.0.1 or localhost, and no web page.",
        "serve_no_page": "There is nothing here. Ask for /response?user=NAME.",
        "serve_only_get": "Only GET is answered here: GET /response?user=NAME.",
        "serve_no_token": (
            "The token is missing or wrong. Send Authorization: Bearer TOKEN, with what stands in the file of "
            "--token-file."
        ),
        "serve_bad_query": "Ask for /response?user=NAME or /response?user=NAME&challenge=123456, each name once.",
        "serve_need_user": "This phone answers for several users. Say which one with user=NAME: {names}.",
        # refused, by what is asked
        "no_challenge": (
            "No login of {user} waits for a response. Begin one at the portal, and where it asks for the device choose "
            "IB Key; then ask again. Or name the challenge on its page: challenge=123456."
        ),
        "not_a_login": (
            "The challenge asks for more than a login, and only logins are answered unattended. Answer it with authkey "
            "respond."
        ),
        # at the start
        "bad_token_file": (
            "The token in {path} is none: it has 32 to 128 letters, digits, - and _. Remove the file, and authkey "
            "serve makes a new one."
        ),
        "no_token_folder": "There is no folder {path} to make the token's file in. Make it, or name another file.",
        "port_taken": "Port {port} is taken by another program. Stop it, or choose another port: --port 0 picks one.",
        "port_denied": "Port {port} needs rights that this user does not have. Choose a port above 1023.",
    }
)
