"""The device session over the wire: a nonce for everybody, a token for whoever signs it, the truth for a dead phone."""

import json

from authsim.model import User
from authsim.protocol.device_session import NonceRequest, StateReply, format_nonce_request, format_session_request
from authsim.verifier import operators
from tests.support.device_line import API, Line, OnlinePhone, enrols, error_of, post
from tests.support.site import Site


def test_a_nonce_for_everybody(site: Site, online: OnlinePhone, line: Line) -> None:
    """A phone that is known and one that is not get a nonce alike, and nothing is kept of either."""
    before = site.rows()
    for device_id in (online.phone.device_id, "0" * 32):
        answer = post(line, f"{API}/nonce", format_nonce_request(NonceRequest(device_id=device_id)))
        assert answer.status == 200
        assert json.loads(answer.text).keys() == {"v", "sn"}
    assert site.rows() == before


def test_unknown_phones_look_like_wrong_signatures(site: Site, online: OnlinePhone, line: Line) -> None:
    """No such phone, a foreign signature, an old nonce: one status and one word."""
    user = site.adds("bob")
    stranger = enrols(site.verifier, user.user_id)
    operators.remove_user(site.verifier, user)
    assert error_of(stranger.asks_for_session(line)) == (401, "auth_failed")
    stranger.phone.reply = online.phone.reply
    assert error_of(stranger.asks_for_session(line)) == (401, "auth_failed")
    old = online.phone.asks_for_session(site.verifier)
    site.clock.advance(seconds=60)
    assert error_of(post(line, f"{API}/session", format_session_request(old))) == (401, "auth_failed")


def test_a_repeated_counter(online: OnlinePhone, line: Line) -> None:
    """A good signature with a used counter is refused like any wrong one; the second time the phone is suspended."""
    for _ in range(2):
        assert error_of(online.asks_for_session(line, ctr=1)) == (401, "auth_failed")
    reply = online.opens_session(line)
    assert isinstance(reply, StateReply)
    assert reply.state == "suspended"


def test_a_token_ends(site: Site, online: OnlinePhone, line: Line) -> None:
    """After ten minutes the token is nobody's."""
    assert online.requests(line).requests == ()
    site.clock.advance(seconds=599)
    assert online.requests(line).requests == ()
    site.clock.advance(seconds=1)
    assert error_of(line("GET", f"{API}/requests", None, online.bearer)) == (401, "auth_failed")


def test_a_phone_that_is_out_of_use_is_told_so(site: Site, alice: User, online: OnlinePhone, line: Line) -> None:
    """Its token is nothing any more, and its signature gets the state, which the portal signed."""
    operators.suspend(site.verifier, alice)
    assert line("GET", f"{API}/requests", None, online.bearer).status in (401, 409)
    reply = online.opens_session(line)
    assert isinstance(reply, StateReply)
    assert reply.state == "suspended"
    operators.resume(site.verifier, alice)
    online.opens_session(line)
    assert online.requests(line).requests == ()
