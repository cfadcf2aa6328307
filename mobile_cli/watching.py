"""A person beside the phone: notifications come, are noticed or pulled down, opened with Enter, and decided on."""

import os
import time
from queue import SimpleQueue
from typing import Final, final

from authsim.authenticator.settings import BannerStyle
from authsim.authenticator.sight import BANNER_SECONDS, Sight, see_push
from authsim.errors import Reason, RefusalError
from authsim.protocol.push import APPROVE, DENY, REPORT
from mobile_cli.ceremonies.decide import Asked, decide, require_open
from mobile_cli.ceremonies.listen import Ended, Happening, Listener, Notice, Reach, noticed
from mobile_cli.ceremonies.session import Line, read_request
from mobile_cli.deciding import ask_number, require_yes, seconds_left, show_request
from mobile_cli.exits import PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.prompts import LineReader, wait_for
from mobile_cli.purposes import is_grave
from mobile_cli.refusals import explain

#: When a person who is thinking is told how long is left.
_ANNOUNCED_S: Final = (60, 30, 10)
_DECISIONS: Final = {"a": APPROVE, "d": DENY, "w": REPORT}


@final
class Watch:
    """The phone's screen while it listens. `_front` is the notification that Enter opens now."""

    __slots__ = ("_front", "_front_until_s", "_heard", "_invocation", "_left", "_lines", "_waiting", "_wake")

    def __init__(self, invocation: Invocation, lines: list[Line]) -> None:
        self._invocation = invocation
        self._lines = lines
        self._left = len(lines)
        self._heard = SimpleQueue[Reach | Ended | Notice]()
        self._wake = os.pipe()
        self._waiting: list[Asked] = []
        self._front: Asked | None = None
        self._front_until_s: float | None = None

    def run(self, *, once: bool) -> None:
        """Show and ask until the person ends it, nothing more can come, or, with `once`, one request is decided."""
        listener = Listener(self._lines, self._tell)
        listener.start()
        with LineReader() as keys:
            while True:
                while not self._heard.empty():
                    self._take(self._heard.get())
                typed = self._wait(keys, self._until_gone())
                if typed is None:
                    self._drop_banner()
                elif self._touch(keys) and once:
                    listener.stop()
                    return

    def _tell(self, happening: Happening) -> None:
        self._heard.put(noticed(happening))
        os.write(self._wake[1], b".")

    def _wait(self, keys: LineReader, seconds: float | None) -> str | None:
        """Return a line that was typed; None when something was heard, or the time is over."""
        ready = wait_for(keys.fileno(), self._wake[0], seconds=seconds)
        if self._wake[0] in ready:
            os.read(self._wake[0], 1)
            return None
        return keys.read() if ready else None

    def _until_gone(self) -> float | None:
        return None if self._front_until_s is None else max(0.0, self._front_until_s - time.monotonic())

    def _drop_banner(self) -> None:
        if self._front_until_s is not None and self._front_until_s <= time.monotonic():
            self._front = self._front_until_s = None
            self._say("banner_gone")

    def _take(self, happening: Reach | Ended | Notice) -> None:
        if isinstance(happening, Reach):
            self._say("reached" if happening.is_reached else "not_reached", user=happening.account.label)
        elif isinstance(happening, Ended):
            self._left -= 1
            if not self._left:
                raise happening.error
            self._explain(happening.error)
        else:
            self._show(happening)

    def _show(self, notice: Notice) -> None:
        """Show a notification that has come, as far as the settings let it be seen."""
        asked, sight = notice
        if sight.is_nowhere or asked.request.state != "issued":
            return
        if sight.in_list:
            self._waiting.append(asked)
        if sight.is_noticed:
            self._draw(asked, sight)
            self._front = asked
            goes = sight.banner is BannerStyle.TEMPORARY
            self._front_until_s = time.monotonic() + BANNER_SECONDS if goes else None
            self._say("tap")
        elif sight.has_badge:
            self._say("badge", count=len(self._waiting))

    def _draw(self, asked: Asked, sight: Sight) -> None:
        console, account = self._invocation.console, asked.line.account
        console.line()
        console.line(console.say("title"))
        if sight.shows_text:
            portal = account.origin.partition("://")[2]
            effect = console.say(f"purpose_{asked.request.purpose}")
            console.line(f"  {console.say('notice', user=account.label, portal=portal, effect=effect)}")
        else:
            console.line(f"  {console.say('notice_hidden')}")

    def _touch(self, keys: LineReader) -> bool:
        """Open what is in front, or else pull down the list; say whether a request was decided."""
        if self._front is not None:
            asked, self._front, self._front_until_s = self._front, None, None
            return self._open(keys, asked)
        sight = see_push(self._invocation.home.settings.read())
        self._waiting = [asked for asked in self._waiting if seconds_left(asked.request)]
        if not self._waiting or not sight.in_list:
            self._say("no_notifications")
            return False
        for asked in self._waiting:
            self._draw(asked, sight)
        self._front = self._waiting[-1]
        self._say("tap")
        return False

    def _open(self, keys: LineReader, asked: Asked) -> bool:
        """Open the app on a request; say whether it was decided, or cannot be any more."""
        line = asked.line.twin()
        try:
            asked = Asked(line, require_open(read_request(line, asked.request.request_id)))
            show_request(self._invocation, asked)
            decision = self._choose(keys, asked)
            if decision is None:
                self._say("later")
                return False
            state = self._decide(asked, decision)
        except (PhoneError, RefusalError) as error:
            self._explain(error)
            if not isinstance(error, RefusalError) or error.reason in _STAYS:
                self._say("later")
                return False
        else:
            self._say(f"decided_{state}", user=line.account.label)
            self._say("done")
        self._waiting = [item for item in self._waiting if item.request.request_id != asked.request.request_id]
        return True

    def _choose(self, keys: LineReader, asked: Asked) -> int | None:
        """Return what the person decides; None for later. Time that runs out is `PUSH_EXPIRED`."""
        console, request = self._invocation.console, asked.request
        console.line(console.say("authorize"))
        keys.prompt(console.say("choices", seconds=seconds_left(request)))
        while True:
            left = seconds_left(request)
            if not left:
                console.line()
                raise RefusalError(Reason.PUSH_EXPIRED)
            following = next((at for at in _ANNOUNCED_S if at < left), 0)
            if wait_for(keys.fileno(), seconds=left - following):
                typed = keys.read().strip().lower()
                if not typed:
                    return None
                if typed in _DECISIONS:
                    return _DECISIONS[typed]
            elif following:
                console.line()
                console.line(console.say("left", seconds=following))
            keys.prompt(console.say("choices", seconds=seconds_left(request)))

    def _decide(self, asked: Asked, decision: int) -> str:
        number = ""
        if decision == APPROVE:
            if is_grave(asked.request.purpose):
                effect = self._invocation.console.say(f"purpose_{asked.request.purpose}")
                require_yes(self._invocation, "ask_approve_effect", yes=False, effect=effect)
            number = ask_number(self._invocation, asked.request, None)
            self._invocation.open_phone()
        return decide(asked, decision, number=number)

    def _say(self, key: str, **facts: object) -> None:
        self._invocation.console.line(self._invocation.console.say(key, **facts))

    def _explain(self, error: Exception) -> None:
        invocation = self._invocation
        invocation.console.note(explain(error, invocation.console, element=invocation.element)[1])


#: After these the request may still be answered.
_STAYS: Final = frozenset({Reason.WRONG_NUMBER, Reason.WRONG_PIN, Reason.PHONE_OFFLINE, Reason.DEVICE_MISMATCH})
