"""A device session: this phone shows its key, and may then read what it is asked to approve, for ten minutes.

The counter of the account is raised and durable before a signature leaves, and raised again for every retry: the portal
takes each value once, and a repeated one looks like a copy of the phone.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, final

from authsim.authenticator.approve import format_nonce_request, format_session_request, parse_session_answer
from authsim.authenticator.device import Account, Phone, with_counter
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.challenges import ChallengeInfo, parse_challenges_reply
from authsim.protocol.device_session import parse_nonce_reply
from authsim.protocol.push import RequestInfo, RequestsReply, parse_request, parse_requests_reply
from authsim.secret import Secret
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome
from mobile_cli.transport import Answer, fetch

if TYPE_CHECKING:
    from authsim.ports import Entropy

_API: Final = "/api/device/v1"
_NONCE: Final = f"{_API}/nonce"
_SESSION: Final = f"{_API}/session"
_REQUESTS: Final = f"{_API}/requests"
_CHALLENGES: Final = f"{_API}/challenges"
_CLIENT_NONCE_BYTES: Final = 16
#: A token that is about to end is not used any more.
_MARGIN_S: Final = 20.0


class Token(NamedTuple):
    """What the portal gave for a signature, and until when it is used, on this machine's monotonic clock."""

    secret: Secret
    until_s: float


@final
class Line:
    """What one account of an unlocked phone says to its portal; the token is used again until it ends.

    Safe for one thread at a time; several lines of one phone may be used at once.
    """

    __slots__ = ("_account", "_dek", "_entropy", "_token", "home")

    def __init__(self, home: PhoneHome, dek: Secret, account: Account, *, entropy: "Entropy") -> None:
        self.home = home
        self._dek = dek
        self._account = account
        self._entropy = entropy
        self._token: Token | None = None

    @property
    def account(self) -> Account:
        """The account, with the counter that was used last."""
        return self._account

    def twin(self) -> "Line":
        """Return another line of the same account, for another thread."""
        return Line(self.home, self._dek, self._account, entropy=self._entropy)

    def send_signed(self, path: str, sign: Callable[[Account], bytes]) -> Answer:
        """Return the answer to what `sign` makes of the account, with a counter that no signature ever had."""
        require_connection(self.home)
        with self.home.signing():
            return self.send("POST", path, body=sign(self._raise_counter()))

    def _raise_counter(self) -> Account:
        raised: list[Account] = []

        def raise_counter(phone: Phone) -> Phone:
            changed, account = with_counter(phone, self._account)
            raised.append(account)
            return changed

        self.home.change(self._dek, raise_counter, entropy=self._entropy)
        self._account = raised[-1]
        return self._account

    def send(self, method: str, path: str, *, body: bytes | None = None, bearer: Secret | None = None) -> Answer:
        """Return the portal's answer. A phone without a connection sends nothing; a busy portal is `UNREACHABLE`."""
        require_connection(self.home)
        origin = self._account.origin
        certificate = self.home.read_certificate(origin)
        answer = fetch(origin, method, path, body=body, bearer=bearer, certificate=certificate)
        if answer.status >= 500:
            raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin)
        return answer

    def token(self) -> Secret:
        """Return the token of a session that is open.

        Refuses with `DEVICE_REPLACED`, `DEVICE_REVOKED` or `DEVICE_SUSPENDED` when the portal says so, signed; with
        `DEVICE_MISMATCH` when it does not accept this phone.
        """
        if self._token is None or self._token.until_s <= time.monotonic():
            self._token = self._open()
        return self._token.secret

    def forget_token(self) -> None:
        """Show the key anew the next time."""
        self._token = None

    def ask(self, path: str) -> Answer:
        """Return the answer to a question that needs a session; one that ended meanwhile is opened anew, once."""
        answer = self.send("GET", path, bearer=self.token())
        if answer.status in {401, 409}:
            self.forget_token()
            answer = self.send("GET", path, bearer=self.token())
        return answer

    def judged(self, answer: Answer) -> bytes:
        """Return the body of an answer that is one; anything else is `MALFORMED`."""
        if answer.status != 200 or not answer.is_json:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=self._account.origin)
        return answer.body

    def _open(self) -> Token:
        begun_s = time.monotonic()
        asked = self.judged(self.send("POST", _NONCE, body=format_nonce_request(self._account)))
        try:
            nonce = parse_nonce_reply(asked).sn
            cn = self._entropy.token_bytes(_CLIENT_NONCE_BYTES)
            answer = self.send_signed(_SESSION, lambda account: format_session_request(account, nonce, cn))
            if answer.status in {401, 403}:
                raise RefusalError(Reason.DEVICE_MISMATCH)
            reply = parse_session_answer(self._account, self.judged(answer), nonce, cn)
        except MessageError:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=self._account.origin) from None
        return Token(reply.token, begun_s + reply.expires_in - _MARGIN_S)


def read_challenge(line: Line) -> ChallengeInfo | None:
    """Return the newest challenge that this account can answer with a typed response, or None."""
    try:
        found = parse_challenges_reply(line.judged(line.ask(_CHALLENGES))).challenges
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=line.account.origin) from None
    return found[0] if found else None


def read_requests(line: Line) -> RequestsReply:
    """Return what waits for this account's answer, and whether its user has notifications on at the portal."""
    try:
        return parse_requests_reply(line.judged(line.ask(_REQUESTS)))
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=line.account.origin) from None


def read_request(line: Line, request_id: str) -> RequestInfo:
    """Return one request as it stands now. Refuses with `NO_REQUEST` one that is not for this account."""
    answer = line.ask(f"{_REQUESTS}/{request_id}")
    if answer.status == 404:
        raise RefusalError(Reason.NO_REQUEST)
    try:
        return parse_request(line.judged(answer))
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=line.account.origin) from None
