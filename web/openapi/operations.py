"""Every operation of the JSON surface, in the order in which a program meets them."""

from typing import Final

from .operation import STREAM, Access, Operation, Parameter

_DEVICE: Final = "Device API"
_TRADING: Final = "Trading API"
_INBOX: Final = "Inbox"
_PAGES: Final = "Beside the pages"

_ID: Final = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_PLACE: Final = {"type": "string", "pattern": "^[0-9]{1,18}$"}
_REQUEST_ID: Final = Parameter(name="request_id", place="path", says="Which request.", schema=_ID)
_NUMBER: Final = Parameter(
    name="number",
    place="path",
    says="A telephone number of a user, such as +15555550123.",
    schema={"type": "string", "pattern": r"^\+[0-9]{8,15}$"},
)
_SEEN: Final = Parameter(
    name="Last-Event-ID", place="header", says="Go on behind this place of the stream.", schema=_PLACE
)
_AFTER: Final = Parameter(name="after", place="query", says="Only what came after this place.", schema=_PLACE)
_WAIT: Final = Parameter(
    name="wait_ms",
    place="query",
    says="Wait so long for a text when there is none.",
    schema={"type": "integer", "minimum": 0, "maximum": 30_000, "default": 0},
)

_PHONES: Final = (
    Operation(
        method="GET",
        path="/api/device/v1/instance",
        name="showInstance",
        says="Who this portal is: id, origin, public key and suite.",
        group=_DEVICE,
        reply="Instance",
    ),
    Operation(
        method="POST",
        path="/api/device/v1/activate",
        name="activate",
        says="Redeem an activation code (A1); the reply is signed (A2).",
        group=_DEVICE,
        message="ActivateRequest",
        reply="ActivateReply",
        declined=(401, 409, 429),
    ),
    Operation(
        method="POST",
        path="/api/device/v1/adduser/start",
        name="startAddUser",
        says="Judge credentials and text a code (B1).",
        group=_DEVICE,
        message="AddUserStart",
        reply="AddUserStarted",
        status=202,
        declined=(401, 409, 429),
    ),
    Operation(
        method="POST",
        path="/api/device/v1/adduser/resend",
        name="resendCode",
        says="Text another code; wrong tries stay counted.",
        group=_DEVICE,
        message="AddUserResend",
        reply="AddUserStarted",
        status=202,
        declined=(404, 409, 429),
    ),
    Operation(
        method="POST",
        path="/api/device/v1/adduser/finish",
        name="finishAddUser",
        says="Judge the texted code (B2); the reply is that of an activation.",
        group=_DEVICE,
        message="AddUserFinish",
        reply="ActivateReply",
        declined=(401, 404, 409, 429),
    ),
    Operation(
        method="POST",
        path="/api/device/v1/nonce",
        name="drawNonce",
        says="A nonce to sign. It says nothing about which phones there are.",
        group=_DEVICE,
        message="NonceRequest",
        reply="Nonce",
    ),
    Operation(
        method="POST",
        path="/api/device/v1/session",
        name="openDeviceSession",
        says="A token for whoever signs the nonce, or, signed, why the phone answers nothing any more.",
        group=_DEVICE,
        message="SessionRequest",
        reply="SessionReply",
        declined=(401, 409),
    ),
    Operation(
        method="POST",
        path="/api/device/v1/credentials",
        name="confirmCredentials",
        says="Judge name and password of this phone's own user.",
        group=_DEVICE,
        message="Credentials",
        reply="Done",
        access=Access.PHONE,
        declined=(409, 429),
    ),
    Operation(
        method="GET",
        path="/api/device/v1/requests",
        name="listRequests",
        says="What waits for this phone, and whether its user is notified.",
        group=_DEVICE,
        reply="Requests",
        access=Access.PHONE,
        declined=(409,),
    ),
    Operation(
        method="GET",
        path="/api/device/v1/requests/{request_id}",
        name="showRequest",
        says="One request of this phone, as a QR code names it.",
        group=_DEVICE,
        reply="Request",
        access=Access.PHONE,
        declined=(404, 409),
        parameters=(_REQUEST_ID,),
    ),
    Operation(
        method="GET",
        path="/api/device/v1/challenges",
        name="listChallenges",
        says="The newest challenge that this phone can answer with a typed response, or none.",
        group=_DEVICE,
        reply="Challenges",
        access=Access.PHONE,
        declined=(409,),
    ),
    Operation(
        method="POST",
        path="/api/device/v1/push/{request_id}",
        name="decide",
        says="The signed decision of the person at the phone; no token is asked for.",
        group=_DEVICE,
        message="Decision",
        reply="Decided",
        declined=(401, 404, 409, 429),
        parameters=(_REQUEST_ID,),
    ),
    Operation(
        method="GET",
        path="/api/device/v1/events",
        name="listenForRequests",
        says="Requests as they happen, and at the end why nothing follows.",
        group=_DEVICE,
        reply=STREAM,
        events=(("request", "Request"), ("end", "StreamEnd")),
        access=Access.PHONE,
        declined=(409,),
        parameters=(_SEEN, _AFTER),
    ),
)
_TRADERS: Final = (
    Operation(
        method="POST",
        path="/api/trading/v1/login",
        name="logInToTrade",
        says="Judge credentials: a challenge, or the session of a user who has opted out.",
        group=_TRADING,
        message="TradingLogin",
        reply="TradingAnswer",
        declined=(401, 409, 429),
    ),
    Operation(
        method="POST",
        path="/api/trading/v1/respond",
        name="respondToTrade",
        says="Judge the response; a right one opens the session.",
        group=_TRADING,
        message="TradingResponse",
        reply="TradingEntry",
        declined=(401, 409, 429),
    ),
    Operation(
        method="POST",
        path="/api/trading/v1/sign-out",
        name="signOutOfTrading",
        says="End a session.",
        group=_TRADING,
        message="TradingSignOut",
        reply="Done",
        declined=(401,),
    ),
)
_READERS: Final = (
    Operation(
        method="GET",
        path="/inbox/{number}/texts",
        name="listTexts",
        says="The simulated texts of a number, oldest first. Only where the operator opened the inbox.",
        group=_INBOX,
        reply="Texts",
        declined=(403, 404),
        parameters=(_NUMBER, _AFTER, _WAIT, _SEEN),
    ),
    Operation(
        method="GET",
        path="/inbox/{number}/events",
        name="listenForTexts",
        says="The same as they happen. Only where the operator opened the inbox.",
        group=_INBOX,
        reply=STREAM,
        events=(("text", "Text"),),
        declined=(403, 404),
        parameters=(_NUMBER, _SEEN, _AFTER),
    ),
    Operation(
        method="GET",
        path="/sso/SecondFactor/state",
        name="showLoginState",
        says="How the login of this browser stands, in a word; `over` without one.",
        group=_PAGES,
        reply="LoginState",
    ),
    Operation(
        method="GET",
        path="/sso/SecondFactor/events",
        name="listenToLogin",
        says="The same whenever it changes, until nothing can follow.",
        group=_PAGES,
        reply=STREAM,
        events=(("state", "LoginState"),),
    ),
    Operation(
        method="GET",
        path="/sso/TwoStep/state",
        name="showTwoStepState",
        says="How a login stands whose page is the same for everybody: only in the profile `hardened`.",
        group=_PAGES,
        reply="LoginState",
        leads_away=True,
    ),
    Operation(
        method="GET",
        path="/sso/TwoStep/events",
        name="listenToTwoStep",
        says="The same whenever it changes, until nothing can follow.",
        group=_PAGES,
        reply=STREAM,
        events=(("state", "LoginState"),),
        leads_away=True,
    ),
    Operation(
        method="GET",
        path="/portal/activation/state",
        name="showActivationState",
        says="What became of the QR code of this session.",
        group=_PAGES,
        reply="ActivationState",
        access=Access.BROWSER,
        declined=(403, 409),
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        name="describe",
        says="This description; from another machine there is none.",
        group=_PAGES,
        reply="Description",
        declined=(404,),
    ),
)

OPERATIONS: Final = (*_PHONES, *_TRADERS, *_READERS)
#: What is there only where the operator opened the inbox.
INBOX: Final = _INBOX
