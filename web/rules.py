"""The rules of what people type and attach, as the core names them when one is broken, in the reader's language."""

from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from authsim.errors import MessageError, RefusalError

#: Listed so that they are translated; a rule that is missing here is said in English.
RULES: Final = (
    _l("a HAR file has at most 10 MiB"),
    _l("a HAR file is UTF-8"),
    _l("a HAR file is JSON"),
    _l("a HAR file is a JSON object with an object named log"),
    _l("each entry of a HAR file has a request"),
    _l("a HAR file has at most 1400000 strings"),
    _l("a HAR file has at most 700000 values"),
    _l("a HAR file has at most 200000 objects and arrays"),
    _l("a HAR file nests at most 32 levels"),
    _l("a member stands once"),
    _l("a string of a HAR file has at most 256 KiB, unless it is a body"),
    _l("a number is finite"),
    _l("the entries of a HAR file are an array of objects"),
    _l("the pages of a HAR file are an array of objects"),
    _l("a HAR file has at most 5,000 entries"),
    _l("a HAR file has at most 1,000 pages"),
    _l("a known secret would be left in the file: it is not handed out"),
    _l("a subject has 1 to 100 characters"),
    _l("a subject is one line without control characters"),
    _l("a reference has 0 to 60 characters"),
    _l("a reference is one line without control characters"),
    _l("a message has 1 to 4000 characters"),
    _l("a message has no control characters but line ends and tabs"),
    _l("a reason has 1 to 200 characters"),
    _l("a reason is one line without control characters"),
    _l("a telephone number is fictional: +1 AAA 555 01XX or +44 7700 900XXX"),
)


def name_rule(error: MessageError | RefusalError) -> str:
    """Return the rule that was broken, or nothing. A refusal may have been caused by one."""
    broken = error if isinstance(error, MessageError) else error.__cause__
    return str(gettext(str(broken))) if isinstance(broken, MessageError) else ""
