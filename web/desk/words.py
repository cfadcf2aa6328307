"""What the console says to the person at the desk, where the words for users would be the wrong ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.errors import MessageError, Reason, RefusalError

from .. import scope
from ..answers import Carried
from ..refusals import explain
from ..rules import name_rule

#: A refusal as the desk has to hear it: what happened, and what can be done from here.
REFUSALS: Final[Mapping[Reason, tuple[LazyString, LazyString]]] = MappingProxyType(
    {
        Reason.NO_SUCH_USER: (
            _l("Nobody was found."),
            _l("Ask how the name is spelt: it is in lower case. A number is fictional: +1 AAA 555 01XX."),
        ),
        Reason.NOT_PERMITTED: (
            _l("The help desk does not act on users of the help desk."),
            _l("The operator of this simulator does, on the command line."),
        ),
        Reason.NO_ACTIVE_DEVICE: (
            _l("This user has no phone that could be suspended or resumed."),
            _l("A new one is activated by logging in to the portal, or with a temporary passcode first."),
        ),
        Reason.NO_PHONE_NUMBER: (
            _l("There is no number that a passcode could be texted to."),
            _l("Change the number first, when you are sure who is calling."),
        ),
        Reason.PASSCODE_STILL_VALID: (
            _l("A temporary passcode is still valid."),
            _l("Ask the user to look for the text that holds it."),
        ),
        Reason.PASSCODE_NOT_AGAIN: (
            _l("No temporary passcode may follow another one."),
            _l("The user activates a lasting device first: IB Key, an authenticator app or a card."),
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRefusal:
    """What a page of the console shows in its panel."""

    what: str
    remedy: str
    reference: str


def explain_to_desk(error: MessageError | RefusalError) -> DeskRefusal:
    """Return what the desk is told of a form that was not taken."""
    explanation = explain(error)
    if isinstance(error, MessageError):
        rule = name_rule(error)
        return DeskRefusal(what=str(_l("The form is not complete.")), remedy=rule, reference=scope.reference())
    what, remedy = REFUSALS.get(error.reason, (explanation.what, explanation.remedy))
    return DeskRefusal(what=str(what), remedy=str(remedy), reference=scope.reference())


def explain_carried(carried: Carried) -> DeskRefusal:
    """Return what the desk is told of a refusal that a redirect brought."""
    explanation = carried.explanation
    what, remedy = REFUSALS.get(Reason(explanation.name), (explanation.what, explanation.remedy))
    return DeskRefusal(what=str(what), remedy=str(remedy), reference=carried.reference)
