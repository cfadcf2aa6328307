"""Why something about a web ticket or its evidence was declined."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from authsim.errors import Reason

from .entries import Entry, Next

TICKET_REASONS: Final[Mapping[Reason, Entry]] = MappingProxyType(
    {
        Reason.TICKET_UNKNOWN: Entry(
            status=404,
            code="not_found",
            what=_l("There is no such web ticket."),
            remedy=_l("The Message Center lists the web tickets of this user."),
            next=Next.HOME,
        ),
        Reason.TICKET_CLOSED: Entry(
            status=409,
            code="state",
            what=_l("This web ticket is closed."),
            remedy=_l("Nothing can be added to it. Create a new web ticket and name the number of this one."),
            next=Next.HOME,
        ),
        Reason.EVIDENCE_UNREADABLE: Entry(
            status=400,
            code="malformed",
            what=_l("The attached file is not a HAR file that can be read."),
            remedy=_l(
                "Nothing was sent, and nothing of the file was kept. Record the file again as the steps say, "
                "or send the web ticket without it."
            ),
            next=Next.HOME,
        ),
        Reason.EVIDENCE_TOO_LARGE: Entry(
            status=413,
            code="too_large",
            what=_l("The attached file is too large."),
            remedy=_l(
                "Nothing was sent. A file of evidence has at most 10 MiB: clear the list of requests before you "
                "reproduce the issue, and record nothing else."
            ),
            next=Next.HOME,
        ),
    }
)
