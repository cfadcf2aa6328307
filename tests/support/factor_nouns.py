"""Builders of second factors, prompts, decoys and tickets, as `nouns` builds the rest."""

from typing import Any

from authsim import ports, states
from authsim.events import EventKind
from authsim.model import (
    Attachment,
    AttachmentId,
    Author,
    Decoy,
    DecoyId,
    Factor,
    FactorId,
    FactorKind,
    LoginId,
    LoginTransaction,
    Prompt,
    PromptId,
    Ticket,
    TicketId,
    TicketMessage,
    UserId,
)
from tests.support import nouns
from tests.support.nouns import HASH, NOW_MS, SOON_MS, new_hex, sealed


def factor(user_id: UserId, **fields: Any) -> Factor:
    """Return an active authenticator app."""
    values = {
        "factor_id": FactorId(new_hex()),
        "user_id": user_id,
        "kind": FactorKind.AUTHENTICATOR_APP,
        "state": states.Factor.ACTIVE,
        "secret": sealed(),
        "made_ms": NOW_MS,
        **fields,
    }
    is_active = values["state"] is states.Factor.ACTIVE
    return Factor(**{"activated_ms": NOW_MS if is_active else None, **values})


def add_factor(store: ports.Store, user_id: UserId, **fields: Any) -> Factor:
    """Keep a new factor, which closes nothing."""
    added = factor(user_id, **fields)
    fact = nouns.event(EventKind.FACTOR_REQUESTED, user_id=user_id)
    store.factors.add(added, closes=frozenset(), event=fact)
    return added


def offer(store: ports.Store, user_id: UserId, **fields: Any) -> LoginTransaction:
    """Begin a login whose second factor is still to be chosen."""
    begun = nouns.login(user_id, **fields)
    store.logins.offer(begun, judged=HASH, events=[nouns.event(EventKind.LOGIN_STARTED, user_id=user_id)])
    return begun


def prompt(login_id: LoginId, of: Factor, **fields: Any) -> Prompt:
    """Return an issued prompt of a factor, with three tries."""
    return Prompt(
        **{
            "prompt_id": PromptId(new_hex()),
            "login_id": login_id,
            "user_id": of.user_id,
            "factor_id": of.factor_id,
            "kind": of.kind,
            "question": "",
            "state": states.OneShot.ISSUED,
            "attempts": 0,
            "attempts_allowed": 3,
            "issued_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def issue(store: ports.Store, of: Factor, **fields: Any) -> Prompt:
    """Begin a login and let it ask the factor."""
    asked = prompt(offer(store, of.user_id).login_id, of, **fields)
    store.prompts.issue(asked, event=nouns.event(EventKind.PROMPT_ISSUED, user_id=of.user_id))
    return asked


def decoy(**fields: Any) -> Decoy:
    """Return an open decoy with three tries."""
    return Decoy(
        **{
            "decoy_id": DecoyId(new_hex()),
            "token_hash": bytes.fromhex(new_hex(32)),
            "question": "1234567",
            "number": "407182",
            "request_id": new_hex(),
            "attempts": 0,
            "attempts_allowed": 3,
            "is_open": True,
            "issued_ms": NOW_MS,
            "expires_ms": SOON_MS,
            **fields,
        }
    )


def ticket(user_id: UserId, **fields: Any) -> Ticket:
    """Return an open ticket."""
    return Ticket(
        **{
            "ticket_id": TicketId(new_hex()),
            "user_id": user_id,
            "subject": "ログインできません",
            "reference": "",
            "is_open": True,
            "opened_ms": NOW_MS,
            **fields,
        }
    )


def message(of: TicketId, **fields: Any) -> TicketMessage:
    """Return a message of a ticket, written by its user."""
    return TicketMessage(**{"ticket_id": of, "author": Author.USER, "body": "See the file.", "at_ms": NOW_MS, **fields})


def attachment(of: TicketId, **fields: Any) -> Attachment:
    """Return a sanitised file."""
    return Attachment(
        **{
            "attachment_id": AttachmentId(new_hex()),
            "ticket_id": of,
            "har": b"{}",
            "report": b"[]",
            "uploaded_bytes": 1_000,
            "attached_ms": NOW_MS,
            **fields,
        }
    )


def open_ticket(store: ports.Store, user_id: UserId, **fields: Any) -> Ticket:
    """Keep a new ticket with one message."""
    opened = ticket(user_id, **fields)
    fact = nouns.event(EventKind.TICKET_OPENED, user_id=user_id)
    return store.tickets.open(opened, message(opened.ticket_id), attachment=None, events=[fact])
