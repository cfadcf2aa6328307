"""All verbs, in the order in which documentation names them. How one adds a verb is told in `authsim.scenarios`."""

from typing import Final

from authsim.scenarios.verb import Verb
from authsim.scenarios.verbs import at_the_desk, at_the_portal, in_the_lab, logging_in, on_the_phone, with_cards

VERBS: Final[tuple[Verb, ...]] = (
    *logging_in.VERBS,
    *at_the_portal.VERBS,
    *on_the_phone.VERBS,
    *with_cards.VERBS,
    *at_the_desk.VERBS,
    *in_the_lab.VERBS,
)
