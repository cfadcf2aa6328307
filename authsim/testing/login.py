"""One login in a browser of its own, step by step over the portal's real pages, as a login program takes them."""

from collections.abc import Mapping
from contextlib import closing
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Final, Self, final

from authsim.testing.client import Lab
from authsim.testing.errors import LoginError
from authsim.testing.pages import CHALLENGE, CHOOSER, RESPONSE, RESPONSE_FORM, SESSION_ID, says_success
from authsim.testing.qr_code import read_qr

if TYPE_CHECKING:
    from authsim.ends.browser import Browser, Element, Page

#: The form of each kind of code that is typed, and the name of its field.
_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".xyzform-silver": "silver-response",
        ".xyzform-bronze": "bronze-response",
        ".xyzform-temp": "temp-response",
        ".xyzform-confirmation": "confirmation",
    }
)
_UNIFORM: Final = "login_failed"
#: While the page says one of these, the phone may still answer.
_OPEN: Final = frozenset({"", "waiting", "none"})


@final
class Login:
    """A login after its password step. `page` is what the browser shows just now; `browser` opens anything else.

    Steps that the page does not offer raise `LoginError`, which says what the page shows instead.
    """

    def __init__(self, lab: Lab, browser: "Browser", page: "Page", *, name: str, label: str) -> None:
        self._lab = lab
        self.browser = browser
        self.page = page
        self.name = name
        self.label = label

    def __repr__(self) -> str:
        return f"Login({self.name!r}, at {self.page.path!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the browser; the portal keeps the session until it expires."""
        self.browser.close()

    # ---- what the page says

    @property
    def authenticated(self) -> bool:
        """Whether the page says that both factors are proven."""
        return says_success(self.page)

    @property
    def refusal(self) -> str | None:
        """The name of the newest refusal of this login (`docs/refusals.md`), None when there is none, or it succeeded.

        Where the page is the same for everybody (profile `hardened`) it is what the portal's own record says, and
        `login_failed` where that says nothing.
        """
        if self.authenticated:
            return None
        told = [entry for entry in self._lab.list_events(label=self.label) if entry["why"] is not None]
        if not told:
            return None
        newest = str(told[-1]["why"])
        return self._recall(told[-1]["number"]) if newest == _UNIFORM else newest

    def _recall(self, before: int) -> str:
        """Return what the record says of a refusal that a uniform page calls by no name: its row stands just before."""
        began = self._lab.list_events(label=self.label, most=1)[0]["number"]
        rows = self._lab.list_events(after=began, end="portal", user=self.name)
        whys = [str(row["why"]) for row in rows if row["why"] is not None and row["number"] < before]
        return whys[-1] if whys else _UNIFORM

    @property
    def message(self) -> str:
        """What the page tells the person about what went wrong, "" when nothing did."""
        return self.page.refusal

    @property
    def offered(self) -> list[str]:
        """The second factors that the page lets one choose from, by their names; none where it asks for one already."""
        return list(self._read_choices())

    @property
    def number(self) -> str:
        """The number that the page shows for the phone to type. Raises `LoginError` when it shows none."""
        return self._require(".xyz-typednumber", "shows no number to type on the phone").text

    @property
    def session_id(self) -> str:
        """The Session ID under the QR code, of a user who has no phone yet."""
        return self._require(SESSION_ID, "shows no QR code that activates a phone").text

    @property
    def activation_uri(self) -> str:
        """What the QR code says that activates a phone, of a user who has none yet: `phone.activate(…)` takes it."""
        self._require(SESSION_ID, "shows no QR code that activates a phone")
        return read_qr(self.page)

    @property
    def login_uri(self) -> str:
        """What the QR code of this login says: `phone.approve(scanned=…)` takes it. Goes on to the page that has it."""
        link = self.page.find(".xyz-showqr")
        if self.page.find(".qr-plate") is None and link is not None:
            self.page = self.browser.open(link.attributes["href"])
        return read_qr(self.page)

    # ---- steps

    def challenge(self) -> str:
        """Return the challenge code; from the page of a notification, go on to the page that shows it."""
        link = self.page.find(".xyz-showchallenge")
        if self.page.find(CHALLENGE) is None and link is not None:
            self.page = self.browser.open(link.attributes["href"])
        return self._require(CHALLENGE, "shows no challenge").text

    def respond(self, response: str) -> bool:
        """Type the response to the challenge; return `authenticated`."""
        form = self._require(RESPONSE_FORM, "takes no response")
        return self.submit(form, **{RESPONSE: response})

    def enter_code(self, code: str) -> bool:
        """Type a code: a texted one, that of an authenticator app, card values, a passcode. Return `authenticated`."""
        for selector, field in _CODES.items():
            form = self.page.find(selector)
            if form is not None:
                return self.submit(form, **{field: code})
        raise self._complain("takes no code")

    def choose(self, name: str) -> None:
        """Choose a second factor by its name, for instance `IB Key` or `Mobile Authenticator App`."""
        choices = self._read_choices()
        if name not in choices:
            raise self._complain(f"offers no {name}" + (f": it offers {', '.join(choices)}" if choices else ""))
        self.submit(self.page.form_to("/sso/SecondFactor/choose"), factor=choices[name])

    def wait(self, *, seconds: float = 10) -> bool:
        """Wait for the phone's decision, by the real clock; press *Continue* when it has approved.

        Returns `authenticated`: False also when nothing was decided in time, or the login is over already. With
        0 seconds it is one look at how the login stands.
        """
        stream = next((element for element in self.page.root.walk() if "data-follow" in element.attributes), None)
        if stream is None and self.message:
            return False
        if stream is None:
            raise self._complain("waits for no phone")
        state = self._follow(stream.attributes["data-follow"], seconds)
        if state not in _OPEN:
            self.page = self.browser.open(self.page.path)
        form = self.page.find(".goes-on")
        return self.submit(form) if state == "approved" and form is not None else self.authenticated

    def resend(self) -> None:
        """Have the notification sent again."""
        self.submit(self._form("/resend", "sends no notification again"))

    def resend_code(self, channel: str = "text") -> None:
        """Have a fresh code sent, by `text` or `voice`."""
        self.submit(self._form("/resend-code", "sends no code again"), channel=channel)

    def sign_in_with_phone(self) -> None:
        """After the phone was activated: ask it for the second factor in this same session."""
        self.page = self.browser.open("/portal/activation")
        self.submit(self._form("/sign-in", "shows no phone that is active"))

    def is_signed_in(self) -> bool:
        """Ask the portal once more whether this browser is signed in with both factors."""
        self.page = self.browser.open("/sso/Dispatcher")
        return self.authenticated

    def sign_out(self) -> None:
        """End the session by the page's own button."""
        self.submit(self._form("/portal/sign-out", "has no button to sign out"))

    def submit(self, form: "Element", **typed: str) -> bool:
        """Send any form of the page with what was typed; return `authenticated`."""
        self.page = self.browser.submit(form, **typed)
        return self.authenticated

    # ---- how the page is read

    def _follow(self, path: str, seconds: float) -> str:
        """Return the first word that is said of the login which is no longer open, else the last one."""
        state = ""
        with closing(self.browser.follow(path, seconds=seconds)) as said:
            for message in said:
                state = str(message["state"])
                if state not in _OPEN:
                    break
        return state

    def _read_choices(self) -> dict[str, str]:
        chooser = self.page.find(CHOOSER)
        found = [] if chooser is None else [element for element in chooser.walk() if element.tag == "option"]
        return {option.text: option.attributes["value"] for option in found if option.attributes.get("value")}

    def _form(self, ending: str, otherwise: str) -> "Element":
        for element in self.page.root.walk():
            if element.tag == "form" and element.attributes.get("action", "").endswith(ending):
                return element
        raise self._complain(otherwise)

    def _require(self, selector: str, otherwise: str) -> "Element":
        found = self.page.find(selector)
        if found is None:
            raise self._complain(otherwise)
        return found

    def _complain(self, what: str) -> LoginError:
        said = f" It says: {self.message}" if self.message else ""
        refusal = self.refusal
        why = f" ({refusal})" if refusal else ""
        choices = self._read_choices()
        way = f" Call choose() first, with one of: {', '.join(choices)}." if choices else ""
        return LoginError(f"{self.page.path} ({self.page.status}) {what}.{said}{why}{way}")
