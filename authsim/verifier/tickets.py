"""The Message Center: the web tickets of a user, what is said in them, and the evidence that is attached.

Evidence comes here sanitised: what was uploaded is never kept, and what is left is held against the store once more
(`count_secrets`) before anything is written. Answering for the help desk is `help_desk`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Attachment, AttachmentId, Author, CodeId, Reach, Role, Ticket, TicketId, TicketMessage
from authsim.protocol.activation_uri import parse_activation_uri, parse_session_id
from authsim.protocol.encodings import parse_b64u
from authsim.protocol.keys import derive_activation_keys
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.records import client_facts
from authsim.verifier.sessions import SignedIn, require_reach
from authsim.verifier.tokens import TOKEN_BYTES, draw_id, hash_token

MOST_SUBJECT: Final = 100
MOST_BODY: Final = 4000
MOST_REFERENCE: Final = 60

#: Controls, and marks that turn the direction of writing: a line of one ticket must not pass for another's.
_CONTROLS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]"
)
_CODE_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A HAR file after sanitising, as UTF-8 JSON, and the report on it. `uploaded_bytes` is the size of what came in.

    `tokens` are the texts in `har` that look like something of ours.
    """

    har: bytes = field(repr=False)
    report: bytes = field(repr=False)
    uploaded_bytes: int
    tokens: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket with all that is in it, oldest first. `owner` is the name of the user who opened it."""

    ticket: Ticket
    owner: str
    messages: Sequence[TicketMessage]
    attachments: Sequence[Attachment]


def open_ticket(
    verifier: Verifier,
    signed_in: SignedIn,
    *,
    subject: str,
    body: str,
    reference: str = "",
    evidence: Evidence | None = None,
) -> Ticket:
    """Open a ticket with its first message, and return it with its number.

    `subject` is one line of 1 to 100 characters, `body` has 1 to 4000, `reference` is a line of at most 60 (the number
    or the name that somebody was told on the telephone). Raises `MessageError` naming the rule. Refuses with
    `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `NOT_PERMITTED` (the help desk asks itself nothing), and
    `EVIDENCE_UNREADABLE` when the evidence still holds a secret of ours.
    """
    now_ms = verifier.clock.now_ms()
    user = require_member(signed_in).user
    if user.role is Role.HELP_DESK:
        raise RefusalError(Reason.NOT_PERMITTED)
    ticket = Ticket(
        ticket_id=TicketId(draw_id(verifier.entropy)),
        user_id=user.user_id,
        subject=require_line(subject, MOST_SUBJECT, what="a subject"),
        reference=require_line(reference, MOST_REFERENCE, what="a reference", least=0),
        is_open=True,
        opened_ms=now_ms,
    )
    message = TicketMessage(ticket_id=ticket.ticket_id, author=Author.USER, body=require_body(body), at_ms=now_ms)
    attachment = _attach(verifier, signed_in, ticket.ticket_id, evidence, now_ms=now_ms)
    opened = _event(EventKind.TICKET_OPENED, signed_in, ticket.ticket_id, now_ms=now_ms)
    return verifier.store.tickets.open(
        ticket, message, attachment=attachment, events=[opened, *_attached(signed_in, attachment, now_ms=now_ms)]
    )


def reply(
    verifier: Verifier, signed_in: SignedIn, ticket_id: TicketId, *, body: str, evidence: Evidence | None = None
) -> None:
    """Add a message to an own ticket. Raises and refuses as `open_ticket`; with `NOT_YOURS` and `TICKET_CLOSED`."""
    now_ms = verifier.clock.now_ms()
    ticket = _require_own(verifier, signed_in, ticket_id)
    message = TicketMessage(ticket_id=ticket_id, author=Author.USER, body=require_body(body), at_ms=now_ms)
    attachment = _attach(verifier, signed_in, ticket_id, evidence, now_ms=now_ms)
    replied = _event(EventKind.TICKET_REPLIED, signed_in, ticket_id, now_ms=now_ms)
    keep_reply(
        verifier,
        ticket,
        message,
        attachment=attachment,
        events=[replied, *_attached(signed_in, attachment, now_ms=now_ms)],
    )


def close(verifier: Verifier, signed_in: SignedIn, ticket_id: TicketId) -> None:
    """Close an own ticket: nothing more can be added. Refuses as `show_ticket`, and with `TICKET_CLOSED`."""
    now_ms = verifier.clock.now_ms()
    _require_own(verifier, signed_in, ticket_id)
    event = _event(EventKind.TICKET_CLOSED, signed_in, ticket_id, now_ms=now_ms)
    try:
        verifier.store.tickets.close(ticket_id, now_ms=now_ms, event=event)
    except StoreConflictError:
        raise RefusalError(Reason.TICKET_CLOSED) from None


def list_tickets(verifier: Verifier, signed_in: SignedIn) -> Sequence[Ticket]:
    """Return the user's own tickets, newest first. Refuses with `SECOND_FACTOR_REQUIRED` and `OUT_OF_REACH`."""
    return verifier.store.tickets.list_of(require_member(signed_in).user.user_id)


def show_ticket(verifier: Verifier, signed_in: SignedIn, ticket_id: TicketId) -> TicketView:
    """Return an own ticket. Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH` and `NOT_YOURS`."""
    return view(verifier, _require_own(verifier, signed_in, ticket_id), owner=signed_in.user.name)


def show_attachment(verifier: Verifier, signed_in: SignedIn, attachment_id: AttachmentId) -> Attachment:
    """Return what is attached to an own ticket. Refuses as `show_ticket`."""
    require_member(signed_in)
    attachment = verifier.store.tickets.attachment(attachment_id)
    if attachment is None:
        raise RefusalError(Reason.NOT_YOURS)
    _require_own(verifier, signed_in, attachment.ticket_id)
    return attachment


def note_refused_evidence(verifier: Verifier, signed_in: SignedIn, reason: Reason) -> RefusalError:
    """Record that an upload was refused before it came here, and return the refusal for its caller to raise."""
    now_ms = verifier.clock.now_ms()
    event = Event(
        kind=EventKind.EVIDENCE_REFUSED,
        at_ms=now_ms,
        user_id=signed_in.user.user_id,
        reason=reason,
        facts=client_facts(signed_in.session.client),
    )
    verifier.store.audit.append(event)
    return RefusalError(reason)


def count_secrets(verifier: Verifier, texts: Iterable[str]) -> int:
    """Return how many of the texts open something here, or did: tokens of browsers, logins and phones, codes of a QR.

    A text is looked up as what it looks like; nothing that it says is kept.
    """
    return sum(1 for text in set(texts) if _is_token(verifier, text) or _is_code(verifier, text))


def require_no_secret(verifier: Verifier, texts: Iterable[str]) -> None:
    """Return when none of the texts opens anything here; refuses with `EVIDENCE_UNREADABLE`."""
    if count_secrets(verifier, texts):
        raise RefusalError(Reason.EVIDENCE_UNREADABLE)


def require_member(signed_in: SignedIn) -> SignedIn:
    """Return the session when it reaches the Message Center."""
    return require_reach(signed_in, Reach.FULL, Reach.RESTRICTED)


def require_line(text: str, most: int, *, what: str, least: int = 1) -> str:
    """Return one line of text, NFC, without blanks around it; `MessageError` when it is too short or long, or is more.

    Whatever is no character for people is refused: a line must look like what it is.
    """
    line = unicodedata.normalize("NFC", text).strip()
    if not least <= len(line) <= most:
        raise MessageError(f"{what} has {least} to {most} characters")
    if _CONTROLS.search(line):
        raise MessageError(f"{what} is one line without control characters")
    return line


def require_body(text: str) -> str:
    """Return the text of a message, NFC, its lines ended by a line feed; `MessageError` as in `require_line`."""
    body = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not 1 <= len(body) <= MOST_BODY:
        raise MessageError(f"a message has 1 to {MOST_BODY} characters")
    if _CONTROLS.search(body.replace("\n", "").replace("\t", "")):
        raise MessageError("a message has no control characters but line ends and tabs")
    return body


def view(verifier: Verifier, ticket: Ticket, *, owner: str) -> TicketView:
    """Return a ticket with all that is in it, for whoever may read it."""
    return TicketView(
        ticket=ticket,
        owner=owner,
        messages=verifier.store.tickets.messages_of(ticket.ticket_id),
        attachments=verifier.store.tickets.attachments_of(ticket.ticket_id),
    )


def keep_reply(
    verifier: Verifier,
    ticket: Ticket,
    message: TicketMessage,
    *,
    attachment: Attachment | None = None,
    events: Sequence[Event],
) -> None:
    """Add a message to a ticket that is open; refuses with `TICKET_CLOSED`."""
    if not ticket.is_open:
        raise RefusalError(Reason.TICKET_CLOSED)
    try:
        verifier.store.tickets.reply(message, attachment=attachment, events=events)
    except StoreConflictError:
        raise RefusalError(Reason.TICKET_CLOSED) from None


def _require_own(verifier: Verifier, signed_in: SignedIn, ticket_id: TicketId) -> Ticket:
    """Return the user's own ticket: another's is as unknown as one that does not exist."""
    user_id = require_member(signed_in).user.user_id
    ticket = verifier.store.tickets.get(ticket_id)
    if ticket is None or ticket.user_id != user_id:
        raise RefusalError(Reason.NOT_YOURS)
    return ticket


def _attach(
    verifier: Verifier, signed_in: SignedIn, ticket_id: TicketId, evidence: Evidence | None, *, now_ms: int
) -> Attachment | None:
    """Return the evidence as it is kept, not yet kept; refused when anything in it still opens something."""
    if evidence is None:
        return None
    try:
        require_no_secret(verifier, evidence.tokens)
    except RefusalError as refusal:
        raise note_refused_evidence(verifier, signed_in, refusal.reason) from None
    return Attachment(
        attachment_id=AttachmentId(draw_id(verifier.entropy)),
        ticket_id=ticket_id,
        har=evidence.har,
        report=evidence.report,
        uploaded_bytes=evidence.uploaded_bytes,
        attached_ms=now_ms,
    )


def _attached(signed_in: SignedIn, attachment: Attachment | None, *, now_ms: int) -> list[Event]:
    if attachment is None:
        return []
    return [_event(EventKind.EVIDENCE_ATTACHED, signed_in, attachment.ticket_id, now_ms=now_ms)]


def _event(kind: EventKind, signed_in: SignedIn, ticket_id: TicketId, *, now_ms: int) -> Event:
    facts: Mapping[str, str] = {"by": "user", "ticket": ticket_id} | dict(client_facts(signed_in.session.client))
    return Event(kind=kind, at_ms=now_ms, user_id=signed_in.user.user_id, facts=facts)


def _is_token(verifier: Verifier, text: str) -> bool:
    try:
        parse_b64u(text, length=TOKEN_BYTES)
    except MessageError:
        return False
    store, hashed = verifier.store, hash_token(Secret(text))
    found = (store.sessions.find, store.logins.find, store.device_sessions.find, store.decoys.find)
    return any(find(hashed) is not None for find in found)


def _is_code(verifier: Verifier, text: str) -> bool:
    for parse in (_parse_code, _parse_typed, _parse_uri):
        try:
            code = parse(text)
        except MessageError:
            continue
        return verifier.store.activations.get(CodeId(derive_activation_keys(code).code_id)) is not None
    return False


def _parse_code(text: str) -> Secret:
    return Secret(parse_b64u(text, length=_CODE_BYTES))


def _parse_typed(text: str) -> Secret:
    return parse_session_id(text)


def _parse_uri(text: str) -> Secret:
    return parse_activation_uri(text).code
