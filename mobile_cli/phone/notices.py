"""What becomes of a request that reached the phone."""

import enum


class Answer(enum.Enum):
    """What became of a request."""

    APPROVED = "approved"
    DENIED = "denied"
    REPORTED = "reported"
