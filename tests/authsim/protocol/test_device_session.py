"""The answer to the question for a session: a token, or the portal's word on the device."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import device_session
from authsim.protocol.members import INACTIVE
from tests.support.online import SESSION, STATE, TOKEN


def test_the_two_answers_are_told_apart() -> None:
    """A session is a session, a state is a state, and nothing is both."""
    opened = device_session.format_session_reply(device_session.SessionReply(token=TOKEN, expires_in=600))
    closed = device_session.format_state_reply(STATE)
    assert isinstance(device_session.parse_session_reply(opened.encode()), device_session.SessionReply)
    assert isinstance(device_session.parse_session_reply(closed.encode()), device_session.StateReply)
    with pytest.raises(MessageError):
        device_session.parse_session_reply(f"{opened[:-1]},{closed[7:]}".encode())


@pytest.mark.parametrize("state", sorted(INACTIVE))
def test_every_state_that_answers_nothing_can_be_said(state: str) -> None:
    """The phone hears which one it is."""
    reply = device_session.StateReply(state=state, sig=STATE.sig)
    assert device_session.parse_session_reply(device_session.format_state_reply(reply).encode()) == reply


def test_active_is_no_reason_to_refuse_a_session() -> None:
    """The portal never says `active` in the place of a token."""
    body = device_session.format_state_reply(device_session.StateReply(state="active", sig=STATE.sig))
    with pytest.raises(MessageError):
        device_session.parse_session_reply(body.encode())


@given(
    st.builds(
        device_session.SessionRequest,
        device_id=st.binary(min_size=16, max_size=16).map(bytes.hex),
        sn=st.binary(min_size=32, max_size=32),
        cn=st.binary(min_size=16, max_size=16),
        ctr=st.integers(min_value=0, max_value=2**53 - 1),
        sig=st.binary(min_size=64, max_size=64),
    )
)
def test_any_question_is_read_as_it_was_written(request: device_session.SessionRequest) -> None:
    """Whatever nonces and counters there are, they travel."""
    assert device_session.parse_session_request(device_session.format_session_request(request).encode()) == request


def test_a_question_hides_its_signature() -> None:
    """Logs see who asked and with which counter."""
    assert "ctr=8" in repr(SESSION)
    assert "sig" not in repr(SESSION)
