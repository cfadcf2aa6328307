"""Who comes in: users of the help desk, with both factors. To anybody else there is no such room."""

from werkzeug.exceptions import NotFound

from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import Role, UserId
from authsim.protocol.encodings import require_id
from authsim.verifier import help_desk
from authsim.verifier.desk_files import DeskFile
from authsim.verifier.sessions import SignedIn

from .. import look, scope
from ..sessions import require_full


def require_desk() -> SignedIn:
    """Return the desk user. Refuses as `require_full`; whoever is not of the help desk hears 404."""
    signed_in = require_full()
    if signed_in.user.role is not Role.HELP_DESK:
        raise NotFound
    look.prefer(signed_in.user.locale)
    return signed_in


def read_id(text: str) -> str:
    """Return an id that stands in a path; 404 for what can be none."""
    try:
        return require_id(text)
    except MessageError:
        raise NotFound from None


def open_file(signed_in: SignedIn, user_id: str) -> DeskFile:
    """Return the file of a user whom this session looked up; anybody else is unknown, whether there or not."""
    try:
        return help_desk.show(scope.verifier(), signed_in, UserId(read_id(user_id)))
    except RefusalError as refusal:
        if refusal.reason is Reason.NOT_YOURS:
            raise RefusalError(Reason.NO_SUCH_USER) from None
        raise
