"""A phone of a scenario that the lab holds: the same code of the device, without a process and without a home."""

from pathlib import Path
from typing import Any, Final, final

from authsim.scenarios.phones import Source, Typing
from authsim.scenarios.seen import ActError, Seen
from authsim.terminal.outcome import DONE
from authsim.testing import Lab, LabError
from authsim.testing.patience import wait_for

_HEAR_S: Final = 30.0


@final
class VirtualPhone:
    """A phone of kind `virtual`. `phone_id` is the lab's name for it; it hears nothing within `patience_s` at most."""

    def __init__(self, lab: Lab, phone_id: str, *, patience_s: float = _HEAR_S) -> None:
        self._lab = lab
        self._patience_s = patience_s
        self.phone_id = phone_id
        self._heard = 0

    def activate(self, source: Source, *, address: str = "") -> Seen:
        """Scan a code. It knows no second way to the portal, and nobody types a Session ID into it."""
        if address or source.session_id:
            raise ActError("a virtual phone scans a code and takes no other way. Make it a phone of kind authkey")
        text = source.text or decode_picture(source.picture)
        return self._try("activate", {"activation": text})

    def respond(self, challenge: str, *, user: str = "", purpose: str = "") -> Seen:
        """Let it compute the response."""
        names = {"user": user or None, "purpose": purpose or None}
        seen = self._try("respond", {"challenge": challenge, **names})
        return Seen(value=seen.facts.get("response"), said=seen.said, refusal=seen.refusal, status=seen.status)

    def decide(self, decision: str, *, user: str = "", number: str = "", picture: Path | None = None) -> Seen:
        """Answer the request that waits, or the login whose QR code stands in a picture."""
        login = None if picture is None else decode_picture(picture)
        return self._try(decision, {"user": user or None, "number": number or None, "login": login})

    def enrol(self, command: str, typing: Typing) -> Seen:
        """Add a user by password and the text that the phone reads itself."""
        if command not in {"register", "add-user"} or typing.code != "right" or typing.dawdle_ms:
            raise ActError("a virtual phone adds a user, and types the code at once. Make it a phone of kind authkey")
        return self._try("add-user", {"user": typing.user, "password": typing.password})

    def listen(self) -> None:
        """Approve what comes from now on."""
        self._heard = read_newest(self._lab)
        self._lab.phones.change(self.phone_id, policy="approve")

    def hear(self) -> Seen:
        """Wait until the portal has its answer, and let it do nothing by itself again."""
        told = wait_for(self._list_approved, seconds=self._patience_s)
        self._lab.phones.change(self.phone_id, policy="manual")
        if not told:
            raise ActError("the phone has heard nothing")
        return Seen(facts={"user": told[0]["user"], "state": "approved"}, status=DONE)

    def _list_approved(self, wait_ms: int) -> list[dict[str, Any]]:
        return self._lab.list_events(after=self._heard, most=1, end="portal", what="push:approved", wait_ms=wait_ms)

    def _try(self, deed: str, members: dict[str, Any]) -> Seen:
        given = {name: value for name, value in members.items() if value is not None}
        try:
            told = self._lab.call("POST", f"phones/{self.phone_id}/{deed}", given)
        except LabError as error:
            return Seen(said=error.detail, refusal=error.detail, status=error.status)
        return Seen(value=told.get("state"), facts=told, status=DONE)


def read_newest(lab: Lab) -> int:
    """Return the number of the newest entry of the story, 0 when there is none."""
    events = lab.list_events()
    return int(events[-1]["number"]) if events else 0


def decode_picture(picture: Path | None) -> str:
    """Return what the QR code in a picture says, as a camera reads it. Raises `ActError` when there is none."""
    if picture is None:
        raise ActError("there is no code to scan")
    import zxingcpp
    from PIL import Image

    with Image.open(picture) as image:
        found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if not found:
        raise ActError("the picture shows no QR code")
    return str(found[0].text)
