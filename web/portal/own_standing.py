"""How the person at this page stands towards the secure login system: for each page that says so."""

from collections.abc import Sequence

from authsim.verifier.secure_login import Standing, has_right, list_standings, who_may
from authsim.verifier.sessions import SignedIn

from .. import scope


def find_standing(signed_in: SignedIn) -> Standing:
    """Return the user's own standing. Refuses with `SECOND_FACTOR_REQUIRED` and `OUT_OF_REACH`."""
    standings = list_standings(scope.verifier(), signed_in)
    return next(one for one in standings if one.user_id == signed_in.user.user_id)


def name_rightful(signed_in: SignedIn) -> Sequence[str]:
    """Return who may change the settings instead of a user without the right; nobody where the user may."""
    return () if has_right(signed_in.user) else who_may(scope.verifier(), signed_in.user)
