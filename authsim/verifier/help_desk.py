"""The person who answers the telephone: finds a user, reads why the last attempts were refused, and helps.

Everything here takes the desk's own session of two factors, and what is done leaves a row with the desk user's name and
the reason that was given, also when it is refused. The desk never sees a secret and never chooses one: what it is shown
is made of plain facts (`desk_files`), and what it issues goes to the user's own number. It cannot act on a help-desk
user, itself included.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import (
    Attachment,
    AttachmentId,
    Author,
    Lockout,
    Reach,
    Role,
    Ticket,
    TicketId,
    TicketMessage,
    User,
    UserId,
)
from authsim.verifier import Verifier, operators, temporary_passcode, tickets
from authsim.verifier.desk_files import DeskFile, read_file
from authsim.verifier.number_rules import require_phone
from authsim.verifier.passwords import find_user
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.tickets import TicketView

MOST_REASON: Final = 200
#: As many open tickets as one page lists.
MOST_TICKETS: Final = 100
#: How far back a look-up of this session is searched.
_ROWS_SEARCHED: Final = 500
_BY: Final = "help_desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTicket:
    """An open ticket, and the name of the user who waits for an answer."""

    ticket: Ticket
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """What a desk user is about to do: to whom (None: nobody is known), since when, and why."""

    kind: EventKind
    at_ms: int
    user: User | None
    desk: SignedIn
    why: str

    def event(self, reason: Reason | None = None, **facts: str) -> Event:
        """Return the row of it, or of its refusal."""
        return Event(
            kind=self.kind,
            at_ms=self.at_ms,
            user_id=None if self.user is None else self.user.user_id,
            reason=reason,
            facts={"by": self.desk.user.name, "why": self.why} | facts | dict(client_facts(self.desk.session.client)),
        )


def find(verifier: Verifier, desk: SignedIn, *, query: str, reason: str) -> DeskFile:
    """Return the file of the user of that name, or of the first one with that number; the others are named in it.

    Refuses with `NOT_PERMITTED` and `NO_SUCH_USER`; raises `MessageError` without a reason of 1 to 200 characters.
    """
    _require_desk(desk)
    act = _begin(verifier, desk, _look_up(verifier, query), EventKind.DESK_LOOKED_UP, reason)
    with _recorded(verifier, act):
        user = _require_helpable(act)
    return read_file(verifier, user, now_ms=act.at_ms)


def show(verifier: Verifier, desk: SignedIn, user_id: UserId) -> DeskFile:
    """Return the file again of a user whom this desk user looked up in this session; anybody else is `NOT_YOURS`."""
    now_ms = verifier.clock.now_ms()
    acting = _require_desk(desk)
    rows = verifier.store.audit.list_of(user_id, most=_ROWS_SEARCHED)
    if not any(
        row.event.kind is EventKind.DESK_LOOKED_UP
        and row.event.reason is None
        and row.event.facts.get("by") == acting.user.name
        and row.event.at_ms >= acting.session.opened_ms
        for row in rows
    ):
        raise RefusalError(Reason.NOT_YOURS)
    return read_file(verifier, require_row(verifier.store.users.get(user_id)), now_ms=now_ms)


def unlock(verifier: Verifier, desk: SignedIn, user_id: UserId, *, reason: str) -> None:
    """Lift a lock, and forget the failures that led to it and wrong answers.

    Refuses with `NOT_PERMITTED` and `NO_SUCH_USER`; raises `MessageError` without a reason. So does all that follows.
    """
    act, user = _begin_for(verifier, desk, user_id, EventKind.DESK_UNLOCKED, reason)
    before, after = verifier.store.users.change_lockout(user.user_id, lambda _: Lockout(), event=act.event())
    if before == after:
        verifier.store.audit.append(act.event())
    operators.forgive(verifier, user)


def suspend(verifier: Verifier, desk: SignedIn, user_id: UserId, *, reason: str) -> None:
    """Stop a lost phone, at once. Refuses with `NO_ACTIVE_DEVICE` too."""
    act, user = _begin_for(verifier, desk, user_id, EventKind.DESK_SUSPENDED, reason)
    with _recorded(verifier, act):
        operators.suspend(verifier, user, by=_BY)


def resume(verifier: Verifier, desk: SignedIn, user_id: UserId, *, reason: str) -> None:
    """Let a suspended phone answer again. Refuses with `NO_ACTIVE_DEVICE` too."""
    act, user = _begin_for(verifier, desk, user_id, EventKind.DESK_RESUMED, reason)
    with _recorded(verifier, act):
        operators.resume(verifier, user, by=_BY)


def issue_passcode(verifier: Verifier, desk: SignedIn, user_id: UserId, *, reason: str) -> str:
    """Text a temporary passcode to the user's own number, and return that number as the desk may see it: "…01".

    Refuses with `NO_PHONE_NUMBER`, `PASSCODE_STILL_VALID` and `PASSCODE_NOT_AGAIN` too.
    """
    act, user = _begin_for(verifier, desk, user_id, EventKind.DESK_PASSCODE, reason)
    with _recorded(verifier, act):
        temporary_passcode.issue_passcode(verifier, user, by=desk.user.name, reason=act.why)
    return mask_number(user.phone or "")


def set_number(verifier: Verifier, desk: SignedIn, user_id: UserId, *, number: str, reason: str) -> None:
    """Replace the number on the account; it counts as unverified until its user has verified it.

    Raises `MessageError` for a number that is not fictional.
    """
    fictional = require_phone(number)
    act, user = _begin_for(verifier, desk, user_id, EventKind.DESK_NUMBER_SET, reason)
    event = act.event(number=mask_number(fictional))
    verifier.store.users.set_phone(user.user_id, fictional, verified_ms=None, event=event)


def list_tickets(verifier: Verifier, desk: SignedIn) -> Sequence[DeskTicket]:
    """Return the open tickets, oldest first. Refuses with `NOT_PERMITTED`."""
    _require_desk(desk)
    names = {user.user_id: user.name for user in verifier.store.users.list_all()}
    open_tickets = verifier.store.tickets.list_open(most=MOST_TICKETS)
    return [DeskTicket(ticket=ticket, owner=names.get(ticket.user_id, "")) for ticket in open_tickets]


def show_ticket(verifier: Verifier, desk: SignedIn, ticket_id: TicketId) -> TicketView:
    """Return a ticket with all that is in it. Refuses with `NOT_PERMITTED` and `TICKET_UNKNOWN`."""
    _require_desk(desk)
    ticket = _require_ticket(verifier, ticket_id)
    owner = verifier.store.users.get(ticket.user_id)
    return tickets.view(verifier, ticket, owner="" if owner is None else owner.name)


def show_attachment(verifier: Verifier, desk: SignedIn, attachment_id: AttachmentId) -> Attachment:
    """Return what is attached to a ticket: it was sanitised before it was kept. Refuses as `show_ticket`."""
    _require_desk(desk)
    attachment = verifier.store.tickets.attachment(attachment_id)
    if attachment is None:
        raise RefusalError(Reason.TICKET_UNKNOWN)
    return attachment


def reply(verifier: Verifier, desk: SignedIn, ticket_id: TicketId, *, body: str) -> None:
    """Answer a ticket. Refuses with `NOT_PERMITTED`, `TICKET_UNKNOWN` and `TICKET_CLOSED`."""
    now_ms = verifier.clock.now_ms()
    _require_desk(desk)
    ticket = _require_ticket(verifier, ticket_id)
    message = TicketMessage(ticket_id=ticket_id, author=Author.HELP_DESK, body=tickets.require_body(body), at_ms=now_ms)
    event = _ticket_event(EventKind.TICKET_REPLIED, desk, ticket, now_ms=now_ms)
    tickets.keep_reply(verifier, ticket, message, events=[event])


def close(verifier: Verifier, desk: SignedIn, ticket_id: TicketId) -> None:
    """Close a ticket. Refuses with `NOT_PERMITTED`, `TICKET_UNKNOWN` and `TICKET_CLOSED`."""
    now_ms = verifier.clock.now_ms()
    _require_desk(desk)
    ticket = _require_ticket(verifier, ticket_id)
    event = _ticket_event(EventKind.TICKET_CLOSED, desk, ticket, now_ms=now_ms)
    try:
        verifier.store.tickets.close(ticket_id, now_ms=now_ms, event=event)
    except StoreConflictError:
        raise RefusalError(Reason.TICKET_CLOSED) from None


def mask_number(number: str) -> str:
    """Return a number as somebody is told where a text went: its last two digits."""
    return f"…{number[-2:]}"


def _require_desk(desk: SignedIn) -> SignedIn:
    """Return the session of a help-desk user that reaches everything, or refuse with `NOT_PERMITTED`."""
    require_reach(desk, Reach.FULL)
    if desk.user.role is not Role.HELP_DESK:
        raise RefusalError(Reason.NOT_PERMITTED)
    return desk


def _begin(verifier: Verifier, desk: SignedIn, user: User | None, kind: EventKind, reason: str) -> _Act:
    """Return the act, once its doer may and says why."""
    return _Act(
        kind=kind,
        at_ms=verifier.clock.now_ms(),
        user=user,
        desk=_require_desk(desk),
        why=tickets.require_line(reason, MOST_REASON, what="a reason"),
    )


def _begin_for(verifier: Verifier, desk: SignedIn, user_id: UserId, kind: EventKind, reason: str) -> tuple[_Act, User]:
    """Return the act and whom it is about, as they stand now; that it is about nobody is recorded."""
    act = _begin(verifier, desk, verifier.store.users.get(user_id), kind, reason)
    try:
        return act, _require_helpable(act)
    except RefusalError as refusal:
        verifier.store.audit.append(act.event(refusal.reason))
        raise


def _require_helpable(act: _Act) -> User:
    """Return whom the act is about: somebody who is no help-desk user."""
    if act.user is None:
        raise RefusalError(Reason.NO_SUCH_USER)
    if act.user.role is Role.HELP_DESK:
        raise RefusalError(Reason.NOT_PERMITTED)
    return act.user


@contextmanager
def _recorded(verifier: Verifier, act: _Act) -> Iterator[None]:
    """Record what is done inside, or why it was refused."""
    try:
        yield
    except RefusalError as refusal:
        verifier.store.audit.append(act.event(refusal.reason))
        raise
    verifier.store.audit.append(act.event())


def _look_up(verifier: Verifier, query: str) -> User | None:
    """Return the user of that name, or the first by name with that number."""
    wanted = query.strip()
    user = find_user(verifier, wanted)
    if user is not None:
        return user
    try:
        number = require_phone(wanted)
    except MessageError:
        return None
    return next((user for user in verifier.store.users.list_all() if user.phone == number), None)


def _require_ticket(verifier: Verifier, ticket_id: TicketId) -> Ticket:
    ticket = verifier.store.tickets.get(ticket_id)
    if ticket is None:
        raise RefusalError(Reason.TICKET_UNKNOWN)
    return ticket


def _ticket_event(kind: EventKind, desk: SignedIn, ticket: Ticket, *, now_ms: int) -> Event:
    facts = {"by": desk.user.name, "ticket": ticket.ticket_id} | dict(client_facts(desk.session.client))
    return Event(kind=kind, at_ms=now_ms, user_id=ticket.user_id, facts=facts)
