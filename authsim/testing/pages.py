"""What a login program knows the portal's pages by: the words of success, and the names of what it looks for.

It is the contract with login programs, in one place for the kit and for what is built of it; no step stands here.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authsim.ends.browser import Page

#: What stands alone in the first `pre` of a page when both factors are proven.
SUCCESS: Final = "Client login succeeds"
NAME_FORM: Final = ".xyzform-username"
CHOOSER: Final = ".xyz-multipleselect"
CHALLENGE: Final = ".xyz-goldchallenge"
RESPONSE_FORM: Final = ".xyzform-gold"
RESPONSE: Final = "gold-response"
SESSION_ID: Final = ".xyz-sessionid"


def says_success(page: "Page") -> bool:
    """Say whether a page says that both factors are proven."""
    proof = page.find("pre")
    return proof is not None and proof.text == SUCCESS
