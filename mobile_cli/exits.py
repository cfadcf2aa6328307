"""How `authkey` ends: the exit statuses, and the one exception of this shell. Sentences live in `labels`."""

import enum


class Exit(enum.IntEnum):
    """Exit statuses after sysexits.h. Scripts rely on them."""

    DONE = 0
    USAGE = 64
    MALFORMED = 65
    UNREACHABLE = 69
    BUG = 70
    IO = 74
    REFUSED = 77
    INTERRUPTED = 130


class PhoneError(Exception):
    """This shell ends with `status`, and says the sentence `key` of `labels` filled with `facts`."""

    def __init__(self, status: Exit, key: str, **facts: object) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.facts = facts
