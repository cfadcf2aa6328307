"""The messages between a phone and its portal after the first QR code, with the inputs of the protocol's vectors."""

from typing import Any, Final

from authsim.protocol import add_user, challenges, credentials, device_session, push, trading
from authsim.secret import Secret
from tests.support.vectors import load_vectors

VECTORS: Final = load_vectors("protocol")
INPUTS: Final = VECTORS["inputs"]
KEYS: Final = VECTORS["keys"]
ONLINE: Final = VECTORS["online"]

TOKEN: Final = Secret("BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY")
PASSWORD: Final = Secret("correct horse 馬")
SIGNING_KEYS: Final = {
    "device": Secret(bytes.fromhex(INPUTS["device_sign_seed"])),
    "portal": Secret(bytes.fromhex(INPUTS["portal_sign_seed"])),
}
CONTEXT: Final = push.RequestContext(
    ip=INPUTS["client_address"], agent=INPUTS["client_agent"], place=INPUTS["client_place"]
)
REQUEST: Final = push.RequestInfo(
    request_id=INPUTS["request_id"],
    purpose=INPUTS["purpose"],
    context=CONTEXT,
    sn=bytes.fromhex(INPUTS["server_nonce"]),
    iat=INPUTS["iat"],
    exp=INPUTS["push_exp"],
    digits=6,
    state="issued",
)
NO_CONTEXT: Final = push.RequestContext(ip="", agent="", place="")


def hex_bytes(name: str) -> bytes:
    """Return an input of the vectors."""
    return bytes.fromhex(INPUTS[name])


def signature(name: str) -> bytes:
    """Return a signature of the vectors."""
    return bytes.fromhex(ONLINE[name])


START: Final = add_user.AddUserStart(
    username=INPUTS["username"],
    password=PASSWORD,
    dsk=bytes.fromhex(KEYS["device_sign_pk"]),
    dkx=bytes.fromhex(KEYS["device_kx_pk"]),
    cn=hex_bytes("client_nonce"),
    label=INPUTS["device_label"],
    suite="classic6",
    sig=signature("adduser_start_sig"),
)
FINISH: Final = add_user.AddUserFinish(
    flow_id=INPUTS["request_id"], code=Secret(INPUTS["sms_code"]), sig=signature("adduser_finish_sig")
)
SESSION: Final = device_session.SessionRequest(
    device_id=INPUTS["device_id"],
    sn=hex_bytes("server_nonce"),
    cn=hex_bytes("client_nonce"),
    ctr=INPUTS["session_counter"],
    sig=signature("device_session_sig"),
)
STATE: Final = device_session.StateReply(state="suspended", sig=bytes.fromhex(ONLINE["device_state_sigs"]["suspended"]))
DECISION: Final = push.DecisionRequest(
    decision=push.APPROVE, number=INPUTS["number"], ctr=INPUTS["push_counter"], sig=signature("push_sig")
)

#: Each kind of message: one that is good, how it is written, how it is read.
KINDS: Final[dict[str, Any]] = {
    "add user, start": (START, add_user.format_add_user_start, add_user.parse_add_user_start),
    "add user, started": (
        add_user.AddUserStarted(flow_id=INPUTS["request_id"], expires_in=600),
        add_user.format_add_user_started,
        add_user.parse_add_user_started,
    ),
    "add user, resend": (
        add_user.AddUserResend(flow_id=INPUTS["request_id"]),
        add_user.format_add_user_resend,
        add_user.parse_add_user_resend,
    ),
    "add user, finish": (FINISH, add_user.format_add_user_finish, add_user.parse_add_user_finish),
    "nonce request": (
        device_session.NonceRequest(device_id=INPUTS["device_id"]),
        device_session.format_nonce_request,
        device_session.parse_nonce_request,
    ),
    "nonce": (
        device_session.NonceReply(sn=hex_bytes("server_nonce")),
        device_session.format_nonce_reply,
        device_session.parse_nonce_reply,
    ),
    "session request": (SESSION, device_session.format_session_request, device_session.parse_session_request),
    "session": (
        device_session.SessionReply(token=TOKEN, expires_in=600),
        device_session.format_session_reply,
        device_session.parse_session_reply,
    ),
    "state": (STATE, device_session.format_state_reply, device_session.parse_session_reply),
    "request": (REQUEST, push.format_request, push.parse_request),
    "requests": (
        push.RequestsReply(requests=(REQUEST,), seamless=True),
        push.format_requests_reply,
        push.parse_requests_reply,
    ),
    "challenges": (
        challenges.ChallengesReply(
            challenges=(
                challenges.ChallengeInfo(
                    question="123456", suite="classic6", purpose=1, iat=INPUTS["iat"], exp=INPUTS["exp"]
                ),
            )
        ),
        challenges.format_challenges_reply,
        challenges.parse_challenges_reply,
    ),
    "decision": (DECISION, push.format_decision_request, push.parse_decision_request),
    "decided": (push.DecisionReply(state="approved"), push.format_decision_reply, push.parse_decision_reply),
    "end of a stream": (push.StreamEnd(state="replaced"), push.format_stream_end, push.parse_stream_end),
    "credentials": (
        credentials.Credentials(username="alice", password=PASSWORD),
        credentials.format_credentials,
        credentials.parse_credentials,
    ),
    "trading login": (
        trading.TradingLogin(username="alice", password=PASSWORD),
        trading.format_trading_login,
        trading.parse_trading_login,
    ),
    "trading challenge": (
        trading.TradingChallenge(token=TOKEN, challenge="123456", exp=INPUTS["exp"]),
        trading.format_trading_challenge,
        trading.parse_trading_challenge,
    ),
    "trading response": (
        trading.TradingResponse(token=TOKEN, response="2138 0083"),
        trading.format_trading_response,
        trading.parse_trading_response,
    ),
    "trading entry": (
        trading.TradingEntry(user_label="alice", session=TOKEN),
        trading.format_trading_entry,
        trading.parse_trading_entry,
    ),
    "trading sign-out": (
        trading.TradingSignOut(session=TOKEN),
        trading.format_trading_sign_out,
        trading.parse_trading_sign_out,
    ),
}
