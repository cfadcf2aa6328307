"""Every method of a store's ports, once: for tests that look at what each of them does to the store."""

from authsim import states
from authsim.model import Decision, Device, User
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import NOW_MS
from tests.support.steps_factors import Step, one_more, walk_factors


def walk(store: Store, step: Step) -> None:
    """Take every step once; `step` is given the name of each, and what to do."""
    fact = nouns.event()
    user: User = nouns.user()
    step("users.add", lambda: store.users.add(user, event=fact))
    step("users.get", lambda: store.users.get(user.user_id))
    step("users.find", lambda: store.users.find(user.name))
    step("users.change_lockout", lambda: store.users.change_lockout(user.user_id, one_more, event=fact))
    failed, redeemed = nouns.code(user.user_id), nouns.code(user.user_id)
    step("activations.issue", lambda: store.activations.issue(failed, event=fact))
    failing = states.OneShot.FAILED
    step("activations.close", lambda: store.activations.close(failed.code_id, failing, now_ms=NOW_MS, event=fact))
    store.activations.issue(redeemed, event=fact)
    device: Device = nouns.device(user.user_id)
    step(
        "activations.redeem",
        lambda: store.activations.redeem(
            redeemed.code_id, device=device, request_digest=bytes(32), reply="{}", now_ms=NOW_MS, event=fact
        ),
    )
    step("activations.get", lambda: store.activations.get(redeemed.code_id))
    step("devices.active_of", lambda: store.devices.active_of(user.user_id))
    step("devices.list_of", lambda: store.devices.list_of(user.user_id))
    begun = nouns.login(user.user_id)
    asked = nouns.challenge(begun, device.device_id)
    step("logins.begin", lambda: store.logins.begin(begun, challenge=asked, judged=nouns.HASH, events=[fact, fact]))
    step("logins.find", lambda: store.logins.find(begun.token_hash))
    step("logins.challenge_of", lambda: store.logins.challenge_of(begun.login_id))
    step(
        "logins.open_challenge_of",
        lambda: store.logins.open_challenge_of(device.device_id, user_id=user.user_id, now_ms=NOW_MS),
    )
    step("logins.count_questions", lambda: store.logins.count_questions(device.device_id))
    step(
        "logins.count_response",
        lambda: store.logins.count_response(asked.challenge_id, now_ms=NOW_MS, change=one_more, event=fact),
    )
    session = nouns.session(user.user_id)
    step(
        "logins.complete",
        lambda: store.logins.complete(
            asked,
            session=session,
            replaces=session.session_id,
            sessions_allowed=1,
            now_ms=NOW_MS,
            locked_until_ms=None,
            events=[fact, fact],
        ),
    )
    started = nouns.login(user.user_id, state=states.Login.STARTED)
    store.logins.begin(started, challenge=None, judged=nouns.HASH, events=[fact])
    second = nouns.challenge(started, device.device_id)
    step("logins.advance", lambda: store.logins.advance(started, challenge=second, events=[fact, fact]))
    step("logins.fail", lambda: store.logins.fail(second, reason="wrong", now_ms=NOW_MS, event=fact))
    third = nouns.ask(store, device)
    step("logins.expire", lambda: store.logins.expire(third.login_id, now_ms=NOW_MS, event=fact))
    _walk_phones(store, step, device)
    opened, another = nouns.session(user.user_id), nouns.session(user.user_id)
    step("sessions.open", lambda: store.sessions.open(opened, judged=nouns.HASH, sessions_allowed=1, event=fact))
    step("sessions.find", lambda: store.sessions.find(opened.token_hash))
    step("sessions.list_open", lambda: store.sessions.list_open(user.user_id, now_ms=NOW_MS))
    step("sessions.touch", lambda: store.sessions.touch(opened.session_id, now_ms=NOW_MS + 1))
    step("sessions.end_all", lambda: store.sessions.end_all(user.user_id, now_ms=NOW_MS, event=fact))
    store.sessions.open(another, judged=nouns.HASH, sessions_allowed=1, event=fact)
    step("sessions.end", lambda: store.sessions.end(another.session_id, user.user_id, now_ms=NOW_MS, event=fact))
    step("audit.append", lambda: store.audit.append(fact))
    step("audit.list_of", lambda: store.audit.list_of(user.user_id, most=20))
    step("audit.read", lambda: store.audit.read(after=0, most=20))
    walk_factors(store, step, user)
    step("users.set_seamless", lambda: store.users.set_seamless(user.user_id, False, event=fact))
    step("users.set_password", lambda: store.users.set_password(user.user_id, "new", event=fact))
    step("users.remove", lambda: store.users.remove(user.user_id, event=fact))


def _walk_phones(store: Store, step: Step, device: Device) -> None:
    """Take every step of a phone: its session, requests and decisions, and the one that replaces it."""
    fact = nouns.event()
    kept = nouns.device_session(device)
    step("devices.current_of", lambda: store.devices.current_of(device.user_id))
    step("devices.count_signature", lambda: store.devices.count_signature(device.device_id, counter=1))
    step("device_sessions.open", lambda: store.device_sessions.open(kept, counter=2, event=fact))
    step("device_sessions.find", lambda: store.device_sessions.find(kept.token_hash))
    login = nouns.login(device.user_id)
    asked, push = nouns.challenge(login, device.device_id), nouns.push(login, device.device_id)
    step(
        "logins.begin with a request",
        lambda: store.logins.begin(login, challenge=asked, push=push, judged=nouns.HASH, events=[fact, fact, fact]),
    )
    again, closed = nouns.push(login, device.device_id), nouns.push(login, device.device_id)
    step("pushes.issue", lambda: store.pushes.issue(again, event=fact))
    step("pushes.get", lambda: store.pushes.get(again.request_id))
    step("pushes.latest_of_login", lambda: store.pushes.latest_of_login(login.login_id))
    step("pushes.list_notified", lambda: store.pushes.list_notified(device.device_id, after=0, most=9))
    step("pushes.list_open", lambda: store.pushes.list_open(device.device_id, now_ms=NOW_MS))
    step("pushes.count_notified", lambda: store.pushes.count_notified(device.user_id, since_ms=0))
    step("pushes.list_decided", lambda: store.pushes.list_decided(device.user_id, most=9))
    step(
        "pushes.count_decision",
        lambda: store.pushes.count_decision(again.request_id, counter=3, now_ms=NOW_MS, event=fact),
    )
    step(
        "pushes.decide",
        lambda: store.pushes.decide(again, Decision.APPROVE, digest=bytes(32), now_ms=NOW_MS, event=fact),
    )
    session = nouns.session(device.user_id)
    step(
        "logins.complete_approved",
        lambda: store.logins.complete_approved(
            again,
            session=session,
            replaces=None,
            sessions_allowed=1,
            locked_until_ms=None,
            now_ms=NOW_MS,
            events=[fact, fact],
        ),
    )
    denied = nouns.send(store, device)
    step(
        "pushes.decide no",
        lambda: store.pushes.decide(denied, Decision.DENY, digest=bytes(32), now_ms=NOW_MS, event=fact),
    )
    closed, expired = nouns.send(store, device), states.OneShot.EXPIRED
    step("pushes.close", lambda: store.pushes.close(closed.request_id, expired, now_ms=NOW_MS, event=fact))
    failed, enrolment = nouns.enrolment(device.user_id), nouns.enrolment(device.user_id)
    text, long_ago = nouns.text(), NOW_MS + 1
    step(
        "enrolments.begin",
        lambda: store.enrolments.begin(failed, text=text, judged=nouns.HASH, not_since_ms=long_ago, event=fact),
    )
    step("enrolments.close", lambda: store.enrolments.close(failed.flow_id, expired, now_ms=NOW_MS, event=fact))
    store.enrolments.begin(enrolment, text=text, judged=nouns.HASH, not_since_ms=long_ago, event=fact)
    step("enrolments.get", lambda: store.enrolments.get(enrolment.flow_id))
    step("enrolments.last_sent_ms", lambda: store.enrolments.last_sent_ms(device.user_id))
    step(
        "enrolments.resend",
        lambda: store.enrolments.resend(
            enrolment.flow_id,
            code_mac=b"",
            text=text,
            sends_allowed=9,
            not_since_ms=long_ago,
            now_ms=NOW_MS,
            event=fact,
        ),
    )
    step("enrolments.count_try", lambda: store.enrolments.count_try(enrolment.flow_id, now_ms=NOW_MS, event=fact))
    step("texts.list_of", lambda: store.texts.list_of(text.number, after=0, most=9))
    step("texts.list_numbers", lambda: store.texts.list_numbers())
    step(
        "devices.count_alarm",
        lambda: store.devices.count_alarm(device.device_id, alarms_allowed=9, now_ms=NOW_MS, event=fact),
    )
    step(
        "devices.count_alarm too many",
        lambda: store.devices.count_alarm(device.device_id, alarms_allowed=0, now_ms=NOW_MS, event=fact),
    )
    resume = states.DeviceEvent.RESUME
    step("devices.change back", lambda: store.devices.change(device.device_id, resume, now_ms=NOW_MS, event=fact))
    another = nouns.device(device.user_id)
    step(
        "enrolments.complete",
        lambda: store.enrolments.complete(
            enrolment.flow_id, device=another, request_digest=b"", reply="", now_ms=NOW_MS, events=[fact]
        ),
    )
    step("devices.change", lambda: _revoke(store, another))


def _revoke(store: Store, device: Device) -> None:
    store.devices.change(device.device_id, states.DeviceEvent.REVOKE, now_ms=NOW_MS, event=nouns.event())
