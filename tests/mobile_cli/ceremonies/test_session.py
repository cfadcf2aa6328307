"""A device session: counters that were never used, a token used again, and what the portal says of the phone."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from authsim.authenticator.settings import with_value
from authsim.errors import Reason, RefusalError
from mobile_cli.ceremonies.session import Line, read_request, read_requests
from mobile_cli.exits import Exit, PhoneError
from tests.support.notice_portal import API, NoticePortal, Reply
from tests.support.phones import PIN


def reason_of(act: Callable[[], object]) -> Reason:
    """Return why the act is refused."""
    with pytest.raises(RefusalError) as refused:
        act()
    return refused.value.reason


def counter_on_disk(line: Line) -> int:
    """Return the counter that the phone would go on from after a crash."""
    return line.home.unlock(PIN).phone.accounts[0].ctr


def test_what_waits_is_read(line: Line, notices: NoticePortal) -> None:
    """The requests and whether notifications are on; one by its id."""
    request = notices.asks()

    reply = read_requests(line)

    assert reply.requests == (request,)
    assert reply.seamless
    assert read_request(line, request.request_id) == request


def test_the_token_is_used_again(line: Line, notices: NoticePortal) -> None:
    """One signature serves many questions."""
    for _ in range(3):
        read_requests(line)

    assert notices.calls == ["POST /nonce", "POST /session", *["GET /requests"] * 3]


def test_a_token_that_ended_is_replaced(line: Line, notices: NoticePortal) -> None:
    """The phone shows its key anew, with a new counter, and asks once more."""
    read_requests(line)
    notices.tokens.clear()
    read_requests(line)

    assert notices.calls.count("POST /session") == 2
    assert notices.counter == counter_on_disk(line) == 2
    assert notices.alarms == 0


def test_the_counter_is_on_disk_before_it_is_sent(line: Line, notices: NoticePortal) -> None:
    """A lost reply costs a counter, never a clone alarm."""
    notices.lost[f"{API}/session"] = 1

    with pytest.raises(PhoneError) as lost:
        read_requests(line)
    assert lost.value.status is Exit.UNREACHABLE
    assert counter_on_disk(line) == 1
    read_requests(line)

    assert notices.counter == counter_on_disk(line) == 2
    assert notices.alarms == 0


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("replaced", Reason.DEVICE_REPLACED),
        ("revoked", Reason.DEVICE_REVOKED),
        ("suspended", Reason.DEVICE_SUSPENDED),
        ("pending", Reason.NO_ACTIVE_DEVICE),
    ],
)
def test_a_phone_that_is_not_active_is_told(line: Line, notices: NoticePortal, state: str, reason: Reason) -> None:
    """Asking anew or in the middle of a session, the portal's signed word is what counts."""
    read_requests(line)
    notices.state = state

    assert reason_of(lambda: read_requests(line)) is reason
    assert reason_of(lambda: read_requests(line)) is reason


def test_a_word_that_somebody_else_signed_is_not_believed(line: Line, notices: NoticePortal) -> None:
    """Only the portal's own key can say that this phone is replaced."""
    notices.state = "replaced"
    stranger = notices.psk_seed.reveal()[::-1][:-1] + b"\x09"
    notices.psk_seed = type(notices.psk_seed)(stranger)

    assert reason_of(lambda: read_requests(line)) is Reason.PORTAL_NOT_TRUSTED


def test_a_phone_that_is_not_accepted_says_so(line: Line, notices: NoticePortal) -> None:
    """An old copy of a phone has used up its counters: it is refused, and the portal has its alarm."""
    notices.counter = 100

    assert reason_of(lambda: read_requests(line)) is Reason.DEVICE_MISMATCH
    assert notices.alarms == 1


@pytest.mark.parametrize("switch", [("airplane", "on"), ("internet", "off")])
def test_without_a_connection_nothing_leaves(line: Line, notices: NoticePortal, switch: tuple[str, str]) -> None:
    """No request, and no counter is used up."""
    line.home.settings.change(lambda settings: with_value(settings, *switch))

    assert reason_of(lambda: read_requests(line)) is Reason.PHONE_OFFLINE
    assert notices.calls == []
    assert counter_on_disk(line) == 0


def test_a_request_of_somebody_else_is_none(line: Line) -> None:
    """It does not exist for this phone."""
    assert reason_of(lambda: read_request(line, "99" * 16)) is Reason.NO_REQUEST


def test_a_user_who_was_taken_off_asks_nothing(line: Line) -> None:
    """The account is gone from the phone, whatever this process still holds."""
    line.home.change(line.home.unlock(PIN).dek, lambda phone: phone._replace(accounts=()), entropy=line._entropy)

    assert reason_of(lambda: read_requests(line)) is Reason.NOT_ENROLLED


def test_counters_are_sent_in_the_order_in_which_they_were_drawn(line: Line, notices: NoticePortal) -> None:
    """Many threads of one phone, no alarm: nobody else signs until the portal has answered."""
    lines = [line, *(line.twin() for _ in range(7))]
    threads = [Thread(target=item.token) for item in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert notices.alarms == 0
    assert notices.counter == len(lines)


@pytest.mark.parametrize("path", ["/nonce", "/session", "/requests", "/requests/" + "31" * 16])
@pytest.mark.parametrize("reply", [Reply(status=200, body="{}"), Reply(status=302), Reply(status=404, body="<p>")])
def test_what_is_no_portal_is_said(line: Line, notices: NoticePortal, path: str, reply: Reply) -> None:
    """Anything but the protocol is `MALFORMED`; only a request by its id may not exist."""
    notices.asks()
    notices.odd[path] = reply
    if "31" in path and reply.status == 404:
        assert reason_of(lambda: read_request(line, "31" * 16)) is Reason.NO_REQUEST
        return
    with pytest.raises(PhoneError) as odd:
        read_request(line, "31" * 16) if "31" in path else read_requests(line)

    assert odd.value.key == "not_a_portal"
    assert odd.value.status is Exit.MALFORMED


@pytest.mark.parametrize("path", ["/nonce", "/session", "/requests"])
def test_a_busy_portal_is_tried_later(line: Line, notices: NoticePortal, path: str) -> None:
    """It does not answer now, and nothing is wrong with the phone."""
    notices.odd[path] = Reply(status=503)

    with pytest.raises(PhoneError) as busy:
        read_requests(line)

    assert busy.value.status is Exit.UNREACHABLE


def test_an_erased_phone_leaves_no_trace_of_signing(line: Line) -> None:
    """Only the folder's own lock stays."""
    line.token()
    line.home.erase()

    assert [path.name for path in Path(line.home.path).iterdir()] == ["lock"]
