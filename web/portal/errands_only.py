"""Where logins are uniform, the pages of the second factor serve errands of an open session, and no login of its own.

Whether a login is behind a browser's token is what the uniform page hides; so these pages answer as if there were none.
"""

from flask import Response

from authsim.errors import Reason, RefusalError
from authsim.verifier.tokens import hash_token

from .. import scope
from ..answers import redirect_refused
from ..sessions import forget_login, login_token


def refuse_plain_login() -> Response | None:
    """Lead a login that no open session vouches for back to the login page; None lets a request through."""
    verifier, token = scope.verifier(), login_token()
    if not verifier.policy.uniform_login or token is None:
        return None
    login = verifier.store.logins.find(hash_token(token))
    if login is not None and login.session_id is not None:
        return None
    return forget_login(redirect_refused(RefusalError(Reason.LOGIN_FAILED), "login.show"))
