"""Every method of the ports of second factors, the secure login system, limits and tickets, once; see `steps`."""

from collections.abc import Callable

from authsim import states
from authsim.model import Channel, Decision, Device, FactorKind, Lockout, SecureLogin, User
from authsim.ports import Store
from tests.support import factor_nouns, nouns
from tests.support.gateway_nouns import gateway
from tests.support.nouns import NOW_MS, SOON_MS

Step = Callable[[str, Callable[[], object]], None]


def one_more(lockout: Lockout) -> Lockout:
    """Return the lock-out after one more failure."""
    return Lockout(failures_ms=(*lockout.failures_ms, NOW_MS))


def walk_factors(store: Store, step: Step, user: User) -> None:
    """Take every step of second factors that are no phone, of prompts and choices, and what stands beside them."""
    _walk_prompts(store, step, user)
    _walk_endings(store, step, user)
    _walk_confirmation(store, step, user)
    _walk_limits(store, step)
    _walk_tickets(store, step, user)
    _walk_gateways(store, step)
    fact, session = nouns.event(), nouns.session(user.user_id, verified_purpose=3, verified_ms=NOW_MS)
    store.sessions.open(session, judged=nouns.HASH, sessions_allowed=1, event=fact)
    spend = store.sessions.spend_verification
    step("sessions.spend_verification", lambda: spend(session.session_id, purpose=3, since_ms=NOW_MS))
    step(
        "users.set_secure_login",
        lambda: store.users.set_secure_login(
            user.user_id, before=SecureLogin.ENROLLED, after=SecureLogin.OPTED_OUT, opts_out_ms=NOW_MS, event=fact
        ),
    )
    step("users.set_phone", lambda: store.users.set_phone(user.user_id, "1", verified_ms=None, event=fact))


def _walk_prompts(store: Store, step: Step, user: User) -> None:
    fact, login = nouns.event(), nouns.login(user.user_id)
    held, nothing = factor_nouns.factor(user.user_id, state=states.Factor.PENDING), frozenset[FactorKind]()
    step("factors.add", lambda: store.factors.add(held, closes=nothing, event=fact))
    activate = store.factors.activate
    step("factors.activate", lambda: activate(held.factor_id, step=1, closes=nothing, now_ms=NOW_MS, event=fact))
    step("factors.get", lambda: store.factors.get(held.factor_id))
    step("factors.list_of", lambda: store.factors.list_of(user.user_id))
    step("logins.offer", lambda: store.logins.offer(login, judged=nouns.HASH, events=[fact]))
    step("logins.get", lambda: store.logins.get(login.login_id))
    asked, failed = (factor_nouns.prompt(login.login_id, held) for _ in range(2))
    step("prompts.issue", lambda: store.prompts.issue(asked, text=nouns.text(), event=fact))
    step("prompts.latest_of_login", lambda: store.prompts.latest_of_login(login.login_id))
    step("prompts.latest_of_user", lambda: store.prompts.latest_of_user(user.user_id, held.kind))
    step(
        "prompts.resend",
        lambda: store.prompts.resend(
            asked.prompt_id,
            code_mac=bytes(32),
            channel=Channel.VOICE,
            sends_allowed=9,
            text=nouns.text(),
            now_ms=NOW_MS,
            event=fact,
        ),
    )
    step(
        "prompts.count",
        lambda: store.prompts.count(asked.prompt_id, now_ms=NOW_MS, change=one_more, event=fact),
    )
    step("prompts.expire", lambda: store.prompts.expire(asked.prompt_id, now_ms=NOW_MS, event=fact))
    store.prompts.issue(failed, event=fact)
    step("prompts.fail", lambda: store.prompts.fail(failed, reason="wrong", now_ms=NOW_MS, event=fact))
    last = factor_nouns.issue(store, held)
    session = nouns.session(user.user_id)
    step(
        "prompts.complete",
        lambda: store.prompts.complete(
            last,
            session=session,
            replaces=None,
            sessions_allowed=1,
            locked_until_ms=None,
            step=2,
            spends=True,
            now_ms=NOW_MS,
            events=[fact],
        ),
    )


def _walk_endings(store: Store, step: Step, user: User) -> None:
    fact, card = nouns.event(), factor_nouns.add_factor(store, user.user_id, kind=FactorKind.CODE_CARD)
    other = nouns.add_user(store)
    shared = factor_nouns.factor(other.user_id, kind=FactorKind.CODE_CARD, secret=None, shared_factor_id=card.factor_id)
    nothing = frozenset[FactorKind]()
    step("factors.add shared", lambda: store.factors.add(shared, closes=nothing, event=fact))
    new = factor_nouns.factor(user.user_id, kind=FactorKind.SECURITY_CARD)
    closes = frozenset({FactorKind.CODE_CARD})
    step("factors.add closing", lambda: store.factors.add(new, closes=closes, text=nouns.text(), event=fact))
    revoke = states.FactorEvent.REVOKE
    step("factors.change", lambda: store.factors.change(new.factor_id, revoke, now_ms=NOW_MS, event=fact))
    store.users.remove(other.user_id, event=fact)


def _walk_confirmation(store: Store, step: Step, user: User) -> None:
    fact = nouns.event()
    waiting = {"state": states.Device.PENDING, "confirmations_allowed": 3, "expires_ms": SOON_MS}
    pending: Device = nouns.add_device(store, user.user_id, **waiting)
    step("devices.pending_of", lambda: store.devices.pending_of(user.user_id, now_ms=NOW_MS))
    count = store.devices.count_confirmation
    step("devices.count_confirmation", lambda: count(pending.device_id, now_ms=NOW_MS, event=fact))
    confirm = store.devices.confirm
    step("devices.confirm", lambda: confirm(pending.device_id, approved_by=None, now_ms=NOW_MS, events=[fact]))
    another, begun = nouns.device(user.user_id, **waiting), nouns.enrol(store, user.user_id)
    store.enrolments.complete(begun.flow_id, device=another, request_digest=b"", reply="", now_ms=NOW_MS, events=[fact])
    about = nouns.login(user.user_id, subject=another.device_id)
    sent = nouns.send(store, pending, of=about)
    store.pushes.decide(sent, Decision.APPROVE, digest=bytes(32), now_ms=NOW_MS, event=fact)
    step(
        "devices.confirm by the other",
        lambda: confirm(another.device_id, approved_by=about.login_id, now_ms=NOW_MS, events=[fact]),
    )
    login = nouns.login(user.user_id)
    store.logins.offer(login, judged=nouns.HASH, events=[])
    asked, push = nouns.challenge(login, another.device_id), nouns.push(login, another.device_id)
    ask = store.logins.ask
    step("logins.ask", lambda: ask(login.login_id, challenge=asked, push=push, now_ms=NOW_MS, events=[fact]))
    step("logins.count_challenges", lambda: store.logins.count_challenges(user.user_id, since_ms=NOW_MS))


def _walk_limits(store: Store, step: Step) -> None:
    fact, decoy, spans, key = nouns.event(), factor_nouns.decoy(), [(9, 60_000)], bytes.fromhex(nouns.new_hex(32))
    step("decoys.begin", lambda: store.decoys.begin(decoy, events=[fact]))
    step("decoys.find", lambda: store.decoys.find(decoy.token_hash))
    step("decoys.count", lambda: store.decoys.count(decoy.decoy_id, now_ms=NOW_MS, event=fact))
    renew = store.decoys.renew
    step(
        "decoys.renew",
        lambda: renew(decoy.decoy_id, number="1", request_id="2", expires_ms=SOON_MS, event=fact),
    )
    step("tallies.take", lambda: store.tallies.take(key, now_ms=NOW_MS, spans=spans))
    step("tallies.count", lambda: store.tallies.count(key, since_ms=NOW_MS))
    step("tallies.give_back", lambda: store.tallies.give_back(key, at_ms=NOW_MS))
    step("tallies.clear", lambda: store.tallies.clear(key))


def _walk_tickets(store: Store, step: Step, user: User) -> None:
    fact, ticket = nouns.event(), factor_nouns.ticket(user.user_id)
    message, file = factor_nouns.message(ticket.ticket_id), factor_nouns.attachment(ticket.ticket_id)
    step("tickets.open", lambda: store.tickets.open(ticket, message, attachment=file, events=[fact]))
    step("tickets.get", lambda: store.tickets.get(ticket.ticket_id))
    step("tickets.list_of", lambda: store.tickets.list_of(user.user_id))
    step("tickets.list_open", lambda: store.tickets.list_open(most=9))
    step("tickets.messages_of", lambda: store.tickets.messages_of(ticket.ticket_id))
    step("tickets.attachments_of", lambda: store.tickets.attachments_of(ticket.ticket_id))
    step("tickets.attachment", lambda: store.tickets.attachment(file.attachment_id))
    step("tickets.reply", lambda: store.tickets.reply(message, attachment=None, events=[fact]))
    step("tickets.close", lambda: store.tickets.close(ticket.ticket_id, now_ms=NOW_MS, event=fact))


def _walk_gateways(store: Store, step: Step) -> None:
    opened, fact = gateway(), nouns.event()
    step("gateways.open", lambda: store.gateways.open(opened, event=fact))
    step("gateways.get", lambda: store.gateways.get())
    step("gateways.touch", lambda: store.gateways.touch(opened.handle, now_ms=NOW_MS + 1))
    begin = states.BrokerageEvent.BEGIN
    step("gateways.move", lambda: store.gateways.move(opened, begin, now_ms=NOW_MS + 2, event=fact))
    step("sessions.get", lambda: store.sessions.get(opened.session_id))
