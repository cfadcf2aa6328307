"""A thousand at once: child processes whose threads all do one thing to one store at one moment, and what came of it.

`python -m tests.support.race STORE THREADS DEED PARAMETER` is one child. It says `ready`, waits for a line, runs, and
prints how often each outcome happened.
"""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from authsim import states
from authsim.adapters.sql import SqlStore, open_postgres, open_sqlite
from authsim.adapters.system import SystemEntropy
from authsim.errors import StoreConflictError, StoreError
from authsim.events import EventKind
from authsim.model import (
    Challenge,
    ChallengeId,
    CodeId,
    Decision,
    DeviceId,
    FlowId,
    Lockout,
    LoginId,
    RequestId,
    SessionId,
    UserId,
)
from tests.support import nouns
from tests.support.race_factors import FACTOR_DEEDS, fresh_hex, new_session
from tests.support.race_gateways import GATEWAY_DEEDS

PROCESSES = 8
THREADS = 125
_LONGEST_S = 300  # a slow disk or a busy machine is not what a race asks about
_MOST_FAILURES = 10
_ROOT = Path(__file__).parents[2]


def run_race(
    store: str, deed: str, parameter: str, *, processes: int = PROCESSES, threads: int = THREADS
) -> Counter[str]:
    """Let `processes` times `threads` do `deed` at once; return how often each outcome happened.

    `store` is the path of a SQLite file or the address of a PostgreSQL database.
    """
    command = [sys.executable, "-m", "tests.support.race", store, str(threads), deed, parameter]
    with ExitStack() as stack:
        children = [
            stack.enter_context(
                subprocess.Popen(command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            )
            for _ in range(processes)
        ]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        outcomes: Counter[str] = Counter()
        for child in children:
            output, _ = child.communicate(timeout=_LONGEST_S)
            outcomes.update(json.loads(output))
    return outcomes


def answer_rightly(store: SqlStore, parameter: str) -> None:
    """Count a response and complete the login, as a right answer does."""
    user_id, challenge_id = parameter.split(",")
    challenge, _, _ = _count(store, challenge_id)
    store.logins.complete(
        challenge,
        session=new_session(user_id),
        replaces=None,
        sessions_allowed=5,
        now_ms=nouns.NOW_MS,
        locked_until_ms=None,
        events=[nouns.event(EventKind.LOGIN_COMPLETED)],
    )


def answer_wrongly(store: SqlStore, parameter: str) -> None:
    """Count a response, as every answer does before anyone compares."""
    _count(store, parameter)


def redeem(store: SqlStore, parameter: str) -> None:
    """Redeem one activation for a phone of one's own."""
    user_id, code_id = parameter.split(",")
    store.activations.redeem(
        CodeId(code_id),
        device=nouns.device(UserId(user_id), device_id=DeviceId(fresh_hex())),
        request_digest=bytes(32),
        reply="{}",
        now_ms=nouns.NOW_MS,
        event=nouns.event(EventKind.ACTIVATION_CONSUMED),
    )


def approve(store: SqlStore, request_id: str) -> None:
    """Count a decision, with a counter of one's own, and approve."""
    counted = store.pushes.count_decision(
        RequestId(request_id),
        counter=int(fresh_hex(6), 16),
        now_ms=nouns.NOW_MS,
        event=nouns.event(EventKind.PUSH_COUNTED),
    )
    store.pushes.decide(
        counted, Decision.APPROVE, digest=bytes(32), now_ms=nouns.NOW_MS, event=nouns.event(EventKind.PUSH_APPROVED)
    )


def collect(store: SqlStore, request_id: str) -> None:
    """Complete the login of an approved request."""
    push = store.pushes.get(RequestId(request_id))
    assert push is not None
    store.logins.complete_approved(
        push,
        session=new_session(push.user_id),
        replaces=None,
        sessions_allowed=5,
        locked_until_ms=None,
        now_ms=nouns.NOW_MS,
        events=[nouns.event(EventKind.LOGIN_COMPLETED)],
    )


def open_device_session(store: SqlStore, device_id: str) -> None:
    """Open a device session with the one counter that everybody signed."""
    device = store.devices.get(DeviceId(device_id))
    assert device is not None
    session = nouns.device_session(device, token_hash=bytes.fromhex(fresh_hex(32)))
    store.device_sessions.open(session, counter=1, event=nouns.event(EventKind.DEVICE_SESSION_OPENED))


def bring_code(store: SqlStore, flow_id: str) -> None:
    """Count a try on an enrolment, and complete it for a phone of one's own."""
    enrolment = store.enrolments.count_try(
        FlowId(flow_id), now_ms=nouns.NOW_MS, event=nouns.event(EventKind.ENROLMENT_COUNTED)
    )
    store.enrolments.complete(
        enrolment.flow_id,
        device=nouns.device(enrolment.user_id, device_id=DeviceId(fresh_hex())),
        request_digest=bytes(32),
        reply="{}",
        now_ms=nouns.NOW_MS,
        events=[nouns.event(EventKind.ENROLMENT_COMPLETED)],
    )


def guess_code(store: SqlStore, flow_id: str) -> None:
    """Count a try on an enrolment, as every code does before anyone compares."""
    store.enrolments.count_try(FlowId(flow_id), now_ms=nouns.NOW_MS, event=nouns.event(EventKind.ENROLMENT_COUNTED))


def decide_either_way(store: SqlStore, request_id: str) -> None:
    """Approve or deny, whichever one's own randomness says."""
    push = store.pushes.get(RequestId(request_id))
    assert push is not None
    decision = Decision.DENY if SystemEntropy().randbelow(2) else Decision.APPROVE
    store.pushes.decide(push, decision, digest=bytes(32), now_ms=nouns.NOW_MS, event=nouns.event(EventKind.PUSH_DENIED))


def ask_for_text(store: SqlStore, flow_id: str) -> None:
    """Ask for another text, at a distance from the last one."""
    store.enrolments.resend(
        FlowId(flow_id),
        code_mac=bytes(32),
        text=nouns.text(),
        sends_allowed=9,
        not_since_ms=nouns.NOW_MS,
        now_ms=nouns.LATER_MS,
        event=nouns.event(EventKind.ENROLMENT_RESENT),
    )


def replace_phone(store: SqlStore, parameter: str) -> None:
    """Get a phone of one's own in, by text or by QR code, over and over, and look each time who is active."""
    user_id = UserId(parameter)
    try:
        if SystemEntropy().randbelow(3):
            _enrol_anew(store, user_id)
        else:
            offered = nouns.code(user_id, code_id=CodeId(fresh_hex()))
            store.activations.issue(offered, event=nouns.event(EventKind.ACTIVATION_ISSUED))
            redeem(store, f"{user_id},{offered.code_id}")
    finally:
        active = [row for row in store.devices.list_of(user_id) if row.state is states.Device.ACTIVE]
        if len(active) != 1:
            raise StoreError(f"{len(active)} devices are active")


def _enrol_anew(store: SqlStore, user_id: UserId) -> None:
    begun = nouns.enrolment(user_id, flow_id=FlowId(fresh_hex()))
    store.enrolments.begin(
        begun,
        text=nouns.text(),
        judged=nouns.HASH,
        not_since_ms=nouns.LATER_MS,
        event=nouns.event(EventKind.ENROLMENT_STARTED),
    )
    bring_code(store, begun.flow_id)


def begin_or_replace_password(store: SqlStore, parameter: str) -> None:
    """Begin a login, a session or an enrolment on a password that was judged; now and then replace that password."""
    user_id, device_id = UserId(parameter.partition(",")[0]), DeviceId(parameter.partition(",")[2])
    deed = SystemEntropy().randbelow(25)
    if deed == 0:
        store.users.set_password(user_id, "another hash", event=nouns.event(EventKind.PASSWORD_SET))
    elif deed < 9:
        session = nouns.session(user_id, session_id=SessionId(fresh_hex()), token_hash=bytes.fromhex(fresh_hex(32)))
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=nouns.event(EventKind.SESSION_OPENED))
    elif deed < 17:
        _enrol_anew(store, user_id)
    else:
        begun = nouns.login(user_id, login_id=LoginId(fresh_hex()), token_hash=bytes.fromhex(fresh_hex(32)))
        asked = nouns.challenge(begun, device_id, challenge_id=ChallengeId(fresh_hex()), question=fresh_hex())
        sent = nouns.push(begun, device_id, request_id=RequestId(fresh_hex()))
        facts = [nouns.event(EventKind.LOGIN_STARTED)]
        store.logins.begin(begun, challenge=asked, push=sent, judged=nouns.HASH, events=facts)


DEEDS: dict[str, Callable[[SqlStore, str], None]] = {
    "answer_rightly": answer_rightly,
    "answer_wrongly": answer_wrongly,
    "redeem": redeem,
    "approve": approve,
    "collect": collect,
    "open_device_session": open_device_session,
    "bring_code": bring_code,
    "guess_code": guess_code,
    "decide_either_way": decide_either_way,
    "ask_for_text": ask_for_text,
    **FACTOR_DEEDS,
    "replace_phone": replace_phone,
    "begin_or_replace_password": begin_or_replace_password,
    **GATEWAY_DEEDS,
}


def _count(store: SqlStore, challenge_id: str) -> tuple[Challenge, Lockout, Lockout]:
    return store.logins.count_response(
        ChallengeId(challenge_id),
        now_ms=nouns.NOW_MS,
        change=lambda lockout: Lockout(failures_ms=(*lockout.failures_ms, nouns.NOW_MS)[-_MOST_FAILURES:]),
        event=nouns.event(EventKind.RESPONSE_COUNTED),
    )


def _open(address: str) -> SqlStore:
    if "://" in address:
        return open_postgres(address, longest_wait_s=_LONGEST_S)
    return open_sqlite(Path(address), longest_wait_s=_LONGEST_S)


def _main(address: str, threads: str, deed: str, parameter: str) -> None:
    store, number = _open(address), int(threads)
    barrier, outcomes = threading.Barrier(number + 1), Counter[str]()

    def work() -> None:
        barrier.wait(_LONGEST_S)
        try:
            DEEDS[deed](store, parameter)
            outcome = "done"
        except StoreConflictError:
            outcome = "refused"
        except StoreError as error:
            outcome = f"failed: {error}"
        outcomes.update([outcome])

    workers = [threading.Thread(target=work) for _ in range(number)]
    for worker in workers:
        worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    barrier.wait(_LONGEST_S)
    for worker in workers:
        worker.join(_LONGEST_S)
    store.close()
    sys.stdout.write(json.dumps(outcomes))


if __name__ == "__main__":
    _main(*sys.argv[1:])
