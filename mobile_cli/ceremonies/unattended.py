"""Answering the challenge of a login with nobody at the phone: the one that is named, or the one that the portal asks.

Nothing but a login is answered so. Between two answers only the key of the opened phone is kept: what it opens is read
anew, so that nobody is answered for who was taken off the phone meanwhile.
"""

from typing import TYPE_CHECKING, NamedTuple, final

from authsim.authenticator.device import Account, accounts_named, full_name
from authsim.authenticator.respond import respond
from authsim.errors import MessageError
from authsim.protocol.codes import Purpose, purpose_of, require_challenge
from authsim.secret import Secret
from mobile_cli.ceremonies.connection import require_app
from mobile_cli.ceremonies.session import Line, read_challenge
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome

if TYPE_CHECKING:
    from authsim.ports import Entropy


class Given(NamedTuple):
    """A response, 8 digits, and whose it is."""

    user: str
    response: Secret


@final
class Unattended:
    """A phone that was opened once, and answers for `user`, or for everybody on it. Safe for several threads."""

    __slots__ = ("_dek", "_entropy", "_home", "_user")

    def __init__(self, home: PhoneHome, dek: Secret, *, user: str | None, entropy: "Entropy") -> None:
        self._home = home
        self._dek = dek
        self._user = user
        self._entropy = entropy

    def require_users(self) -> tuple[Account, ...]:
        """Return for whom this phone answers now. Raises when that is nobody, or the phone or its app is gone."""
        self._home.require_phone()
        require_app(self._home)
        try:
            accounts = self._home.read(self._dek).accounts
        except MessageError as error:
            raise PhoneError(Exit.MALFORMED, "damaged", path=self._home.path, rule=error) from None
        found = accounts if self._user is None else accounts_named(accounts, self._user)
        if not found:
            raise PhoneError(Exit.REFUSED, "no_users" if self._user is None else "no_such_user", user=self._user)
        return found

    def respond(self, name: str | None, challenge: str) -> Given:
        """Return the response to a challenge that was read from a page; no portal is asked.

        `name` may be left out where there is one user. `bad_challenge` is one that was mistyped, `not_a_login` one that
        says that it is for more. A challenge of six digits says nothing of it: the response is a login's all the same.
        """
        return _respond(self._find_account(name), challenge, Purpose.LOG_IN)

    def respond_to_portal(self, name: str | None) -> Given:
        """Return the response to the newest challenge that the portal has for this user; `no_challenge` without one.

        Raises as `respond`; `UNREACHABLE` when the portal does not answer; refuses as a device session does.
        """
        account = self._find_account(name)
        asked = read_challenge(Line(self._home, self._dek, account, entropy=self._entropy))
        if asked is None:
            raise PhoneError(Exit.REFUSED, "no_challenge", user=account.label)
        if asked.suite != account.suite:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=account.origin)
        return _respond(account, asked.question, asked.purpose)

    def _find_account(self, name: str | None) -> Account:
        accounts = self.require_users()
        found = accounts if name is None else accounts_named(accounts, name)
        if not found:
            raise PhoneError(Exit.REFUSED, "no_such_user", user=name)
        if len(found) > 1:
            names = ", ".join(full_name(one.label, one.origin) for one in found)
            raise PhoneError(Exit.USAGE, "serve_need_user", names=names)
        return found[0]


def _respond(account: Account, challenge: str, purpose: int) -> Given:
    try:
        digits = require_challenge(account.suite, challenge)
    except MessageError:
        raise PhoneError(Exit.USAGE, "bad_challenge") from None
    if purpose_of(account.suite, digits, purpose) != Purpose.LOG_IN:
        raise PhoneError(Exit.REFUSED, "not_a_login")
    return Given(account.label, Secret(respond(account, digits, purpose=Purpose.LOG_IN).text))
