"""What the kit raises: each text says what happened and what to do, and never a secret."""


class KitError(Exception):
    """The root of what the kit raises on purpose."""


class LabError(KitError):
    """The lab declined, or is not there.

    `status` is the HTTP status, 0 when nothing answered. `detail` is the lab's own sentence. `reason` names the refusal
    where a ceremony of the portal or of a phone declined (`docs/refusals.md` lists the names), else None.
    """

    def __init__(self, status: int, detail: str, *, reason: str | None = None) -> None:
        super().__init__(detail if reason is None else f"{detail} ({reason})")
        self.status = status
        self.detail = detail
        self.reason = reason


class LoginError(KitError):
    """The pages of a login do not show what a step of it takes; the text names the page and the way on."""
