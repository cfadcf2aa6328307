"""The trading device as a program: login, response, sign-out. JSON, no cookies; the tokens stand in the messages."""

from typing import Final

from flask import Blueprint, Response

from authsim.protocol.trading import (
    TradingChallenge,
    TradingEntry,
    TradingLogin,
    format_trading_challenge,
    format_trading_done,
    format_trading_entry,
    parse_trading_login,
    parse_trading_response,
    parse_trading_sign_out,
)
from authsim.verifier.passwords import require_password
from authsim.verifier.sessions import end_session, require_session
from authsim.verifier.trading_entry import EnteredTrading, enter_trading
from authsim.verifier.uniform_login import begin_uniform_trading

from .. import scope
from ..answers import answer_json
from ..envelope import read_body, require_no_cookie
from .answering import answer

api: Final = Blueprint("trading_api", __name__)
api.before_request(require_no_cookie)


@api.post("/api/trading/v1/login")
def log_in() -> Response:
    """Judge the password and ask for a response; nothing is announced to the phone.

    Who has opted out of the secure login system is in.
    """
    given = parse_trading_login(read_body())
    verifier = scope.verifier()
    if verifier.policy.uniform_login:
        return _log_in_uniformly(given)
    first = require_password(verifier, name=given.username, password=given.password, client=scope.client())
    entered = enter_trading(verifier, first)
    if isinstance(entered, EnteredTrading):
        return answer_json(format_trading_entry(TradingEntry(user_label=entered.user.name, session=entered.token)))
    asked = entered.challenge
    return answer_json(
        format_trading_challenge(TradingChallenge(token=entered.token, challenge=asked.question, exp=asked.expires_ms))
    )


@api.post("/api/trading/v1/respond")
def respond() -> Response:
    """Judge the response, and hand out the session that it opens."""
    given = parse_trading_response(read_body())
    proof = answer(given.token, given.response)
    return answer_json(format_trading_entry(TradingEntry(user_label=proof.user.name, session=proof.token)))


@api.post("/api/trading/v1/sign-out")
def sign_out() -> Response:
    """End a session. Refuses one that is over already."""
    given = parse_trading_sign_out(read_body())
    verifier = scope.verifier()
    end_session(verifier, require_session(verifier, given.session).session)
    return answer_json(format_trading_done())


def _log_in_uniformly(given: TradingLogin) -> Response:
    """Answer with a challenge, whatever was wrong."""
    shown = begin_uniform_trading(scope.verifier(), name=given.username, password=given.password, client=scope.client())
    if isinstance(shown, EnteredTrading):
        return answer_json(format_trading_entry(TradingEntry(user_label=shown.user.name, session=shown.token)))
    return answer_json(
        format_trading_challenge(TradingChallenge(token=shown.token, challenge=shown.question, exp=shown.expires_ms))
    )
