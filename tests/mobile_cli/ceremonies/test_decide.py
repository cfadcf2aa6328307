"""Decisions: signed once and sent until the portal has answered, never with a counter of before."""

from collections.abc import Callable

import pytest

from authsim.errors import Reason, RefusalError
from authsim.protocol.login_uri import LoginUri
from authsim.protocol.push import APPROVE, DECIDED, DENY, REPORT
from mobile_cli.ceremonies.decide import Asked, decide, find_requests, find_scanned, require_open
from mobile_cli.ceremonies.session import Line, read_request
from mobile_cli.exits import Exit, PhoneError
from tests.support.notice_portal import API, NoticePortal, Reply

ID = "31" * 16
PUSH = f"{API}/push/{ID}"


def reason_of(act: Callable[[], object]) -> Reason:
    """Return why the act is refused."""
    with pytest.raises(RefusalError) as refused:
        act()
    return refused.value.reason


def asked_by(line: Line, notices: NoticePortal) -> Asked:
    """Return a request as the phone knows it."""
    return Asked(line, notices.asks(ID))


@pytest.mark.parametrize("decision", [*DECIDED])
def test_a_decision_arrives(line: Line, notices: NoticePortal, decision: int) -> None:
    """Approved, denied or reported, as the portal says it."""
    assert decide(asked_by(line, notices), decision) == DECIDED[decision]
    assert notices.decisions == [(ID, decision)]


@pytest.mark.parametrize("decision", [*DECIDED])
@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_reply_is_asked_for_again(line: Line, notices: NoticePortal, decision: int, times: int) -> None:
    """With a new counter each time: decided once, no clone alarm, and the person hears what was decided."""
    notices.lost[PUSH] = times

    assert decide(asked_by(line, notices), decision) == DECIDED[decision]

    assert notices.decisions == [(ID, decision)]
    assert notices.calls.count(f"POST /push/{ID}") == times + 1
    assert notices.alarms == 0


def test_a_portal_that_never_answers_is_unreachable(line: Line, notices: NoticePortal) -> None:
    """After three tries the person is told; the next command goes on from there."""
    notices.lost[PUSH] = 3
    asked = asked_by(line, notices)

    with pytest.raises(PhoneError) as lost:
        decide(asked, APPROVE)

    assert lost.value.status is Exit.UNREACHABLE
    assert notices.calls.count(f"POST /push/{ID}") == 3


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("superseded", Reason.PUSH_SUPERSEDED),
        ("expired", Reason.PUSH_EXPIRED),
        ("consumed", Reason.PUSH_CLOSED),
        ("failed", Reason.PUSH_CLOSED),
        ("cancelled", Reason.PUSH_CLOSED),
    ],
)
def test_a_late_tap_is_told_why(line: Line, notices: NoticePortal, state: str, reason: Reason) -> None:
    """Whether the phone knows it already, or the portal says no: the request is no longer valid, and why."""
    asked = asked_by(line, notices)
    notices.becomes(ID, state)

    assert reason_of(lambda: decide(asked, APPROVE)) is reason
    assert reason_of(lambda: decide(Asked(line, read_request(line, ID)), APPROVE)) is reason
    assert reason_of(lambda: require_open(read_request(line, ID))) is reason
    assert notices.decisions == []


def test_only_this_decision_counts_as_sent(line: Line, notices: NoticePortal) -> None:
    """After a lost reply, a request that is closed in another way was not approved."""
    notices.lost[PUSH] = 1
    asked = asked_by(line, notices)
    notices.becomes(ID, "superseded")

    assert reason_of(lambda: decide(asked, APPROVE)) is Reason.PUSH_SUPERSEDED


def test_a_number_is_typed_where_one_is_asked_for(line: Line, notices: NoticePortal) -> None:
    """The right one approves; a wrong one is said, and the request still waits; denying needs none."""
    notices.number = "042917"
    asked = asked_by(line, notices)

    assert reason_of(lambda: decide(asked, APPROVE, number="042918")) is Reason.WRONG_NUMBER
    assert decide(asked, APPROVE, number="042917") == "approved"
    second = Asked(line, notices.asks("32" * 16))
    assert decide(second, DENY, number="042917") == "denied"


def test_a_phone_that_is_not_accepted_says_so(line: Line, notices: NoticePortal) -> None:
    """Its counter was used by a copy: nothing is approved, and the alarm is the portal's."""
    asked = asked_by(line, notices)
    line.token()
    notices.counter = 100

    assert reason_of(lambda: decide(asked, APPROVE)) is Reason.DEVICE_MISMATCH
    assert notices.decisions == []


def test_a_request_that_is_gone_is_none(line: Line, notices: NoticePortal) -> None:
    """The portal knows nothing of it."""
    asked = asked_by(line, notices)
    notices.requests.clear()

    assert reason_of(lambda: decide(asked, REPORT)) is Reason.NO_REQUEST


@pytest.mark.parametrize("reply", [Reply(status=200, body="{}"), Reply(status=418)])
def test_what_is_no_portal_is_said(line: Line, notices: NoticePortal, reply: Reply) -> None:
    """Anything but the protocol is `MALFORMED`."""
    asked = asked_by(line, notices)
    notices.odd[f"/push/{ID}"] = reply

    with pytest.raises(PhoneError) as odd:
        decide(asked, APPROVE)

    assert odd.value.key == "not_a_portal"


def test_the_newest_request_comes_first(notices: NoticePortal, opens: Callable[..., list[Line]]) -> None:
    """Of all users of the phone; none at all is said."""
    with NoticePortal(label="bob", user="23").serving() as other:
        lines = opens(notices.account, other.account)
        assert reason_of(lambda: find_requests(lines)) is Reason.NO_REQUEST
        notices.asks(ID)
        other.asks("32" * 16, iat=notices.requests[0].iat + 1)
        notices.asks("33" * 16, iat=notices.requests[0].iat + 2)

        found = find_requests(lines)

    assert [asked.request.request_id[:2] for asked in found] == ["33", "32", "31"]
    assert [asked.line.account.label for asked in found] == ["alice", "bob", "alice"]


# a scanned login


def uri_of(notices: NoticePortal, **changes: str) -> LoginUri:
    """Return what the QR code of a login says."""
    uri = LoginUri(
        instance_id=notices.account.instance_id, origin=notices.origin, request_id=ID, expires_s=1_750_000_000
    )
    return LoginUri(**({name: getattr(uri, name) for name in uri.__slots__} | changes))  # type: ignore[arg-type]


def test_scanning_approves_nothing(line: Line, notices: NoticePortal) -> None:
    """It finds the request; the decision is the person's."""
    request = notices.asks(ID)

    assert find_scanned([line], uri_of(notices)).request == request
    assert notices.decisions == []


@pytest.mark.parametrize("change", [{"instance_id": "77" * 16}, {"origin": "http://127.0.0.1:1"}])
def test_a_login_elsewhere_is_said(line: Line, notices: NoticePortal, change: dict[str, str]) -> None:
    """No user of this phone is at that portal."""
    with pytest.raises(PhoneError) as elsewhere:
        find_scanned([line], uri_of(notices, **change))

    assert elsewhere.value.key == "login_elsewhere"
    assert notices.calls == []


def test_a_login_of_somebody_else_is_none(line: Line, notices: NoticePortal) -> None:
    """The request is not for this phone."""
    assert reason_of(lambda: find_scanned([line], uri_of(notices))) is Reason.NO_REQUEST


def test_a_phone_that_is_not_active_scans_in_vain(line: Line, notices: NoticePortal) -> None:
    """And is told why."""
    notices.state = "replaced"

    assert reason_of(lambda: find_scanned([line], uri_of(notices))) is Reason.DEVICE_REPLACED
