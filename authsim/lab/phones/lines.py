"""The line of one account to the portal: a device session, signatures with a counter that none before had.

As `mobile_cli.ceremonies.session` has it: the counter is raised and kept before a signature leaves, and nobody else of
the phone signs until the portal has answered.
"""

from collections.abc import Callable
from typing import Final, final

from authsim.authenticator.approve import format_nonce_request, format_session_request, parse_session_answer
from authsim.authenticator.device import Account, Phone, with_counter
from authsim.errors import Reason, RefusalError
from authsim.lab.phones.fleet import Fleet, Opened, require_online
from authsim.lab.phones.wire import Answer, read_json, require_reached
from authsim.protocol.device_session import parse_nonce_reply
from authsim.protocol.push import RequestInfo, RequestsReply, parse_request, parse_requests_reply
from authsim.secret import Secret

API: Final = "/api/device/v1"
_CLIENT_NONCE_BYTES: Final = 16
_UNKNOWN: Final = frozenset({401, 403})


@final
class Line:
    """What one account of an opened phone says to its portal; an open session is used again until it ends."""

    __slots__ = ("_fleet", "_opened", "account")

    def __init__(self, fleet: Fleet, opened: Opened, account: Account) -> None:
        self._fleet = fleet
        self._opened = opened
        self.account = account

    def read_requests(self) -> RequestsReply:
        """Return what waits for an answer. Refuses with what the portal says, signed, of this device."""
        return parse_requests_reply(read_json(self._ask(f"{API}/requests")))

    def read_request(self, request_id: str) -> RequestInfo:
        """Return one request as it stands now. Refuses with `NO_REQUEST` one that is not for this account."""
        answer = self._ask(f"{API}/requests/{request_id}")
        if answer.status == 404:
            raise RefusalError(Reason.NO_REQUEST)
        return parse_request(read_json(answer))

    def send_signed(self, path: str, sign: Callable[[Account], bytes]) -> Answer:
        """Return the answer to what `sign` makes of the account, with a counter that no signature ever had."""
        require_online(self._opened)
        with self._fleet.drawer.signing(self._opened.phone_id):
            self._fleet.drawer.require_world(self._opened.world)
            body = sign(self._raise_counter())
            return require_reached(self._fleet.portal.send("POST", path, body=body))

    def _raise_counter(self) -> Account:
        raised: list[Account] = []

        def raise_counter(phone: Phone) -> Phone:
            changed, account = with_counter(phone, self.account)
            raised.append(account)
            return changed

        self._fleet.drawer.change_phone(self._opened.phone_id, self._opened.dek, raise_counter)
        return raised[-1]

    def _ask(self, path: str) -> Answer:
        """Return the answer to a question that needs a session; one that ended meanwhile is opened anew, once."""
        require_online(self._opened)
        held = (self._opened.phone_id, self.account.device_id)
        token = self._fleet.drawer.find_session(*held)
        if token is not None:
            answer = require_reached(self._fleet.portal.send("GET", path, bearer=token))
            if answer.status not in {401, 409}:
                return answer
        token = self._open()
        self._fleet.drawer.keep_session(*held, token)
        return require_reached(self._fleet.portal.send("GET", path, bearer=token))

    def _open(self) -> Secret:
        asked = self._fleet.portal.send("POST", f"{API}/nonce", body=format_nonce_request(self.account))
        nonce = parse_nonce_reply(read_json(asked)).sn
        cn = self._fleet.entropy.token_bytes(_CLIENT_NONCE_BYTES)
        answer = self.send_signed(f"{API}/session", lambda account: format_session_request(account, nonce, cn))
        if answer.status in _UNKNOWN:
            raise RefusalError(Reason.DEVICE_MISMATCH)
        return parse_session_answer(self.account, read_json(answer), nonce, cn).token
