"""The hands that act for virtual phones when a notification comes: a few threads of this worker.

The lab's bus tells which device something happened to; if a virtual phone holds its key, a hand looks at the phone's
requests through the device API and does what its person would (`Policy`). So whatever stops, delays or doubles a
notification stops, delays or doubles it here. A phone remembers what it has answered, so each request is answered once,
however many look; it looks again when its person changes their mind.
"""

import logging
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Final, final

from authsim.errors import AuthsimError, RefusalError, StoreError
from authsim.lab.agenda import ANSWER, Agenda
from authsim.lab.phones.answering import Asked, Wanted, claim, decide, decide_on, find_requests, hear
from authsim.lab.phones.drawer import UnknownPhoneError, WorldLeftError
from authsim.lab.phones.fleet import Fleet, Opened, choose_accounts
from authsim.lab.phones.handset import Handset, Policy, Seen
from authsim.lab.phones.wire import UnreachableError
from authsim.protocol.push import APPROVE, DENY, REPORT

_HANDS: Final = 4
_DEVICE: Final = "device:"
#: How long a phone waits, on the lab's clock, before it asks a broken portal again.
_AGAIN_MS: Final = 1_000
_LOGGER: Final = logging.getLogger("authsim.lab")
_QUIET: Final = frozenset({Policy.MANUAL, Policy.OFFLINE})
_DECISIONS: Final[Mapping[Policy, int]] = MappingProxyType(
    {
        Policy.APPROVE: APPROVE,
        Policy.DELAY: APPROVE,
        Policy.WRONG_RESPONSE: APPROVE,
        Policy.DENY: DENY,
        Policy.REPORT: REPORT,
    }
)


@final
class Hands:
    """The threads. They start with the first phone that has something to do, and end with the portal."""

    __slots__ = ("__weakref__", "_acting", "_agenda", "_busy", "_fleet", "_is_over", "_lock", "_pool", "_waiting")

    def __init__(self, fleet: Fleet, agenda: Agenda) -> None:
        self._fleet = fleet
        self._agenda = agenda
        self._lock = threading.Condition()
        self._busy = 0
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: set[str] = set()
        self._acting: dict[int, str] = {}
        self._is_over = False
        agenda.when_due(ANSWER, self._answer_due)
        _begin_anew_after_fork(self)

    def hear(self, topic: str) -> None:
        """Let phones look to which a topic of the bus is news. It returns at once, and never raises."""
        if not topic.startswith(_DEVICE) or not self._fleet.is_connected:
            return
        try:
            self._agenda.look_out()
            for phone_id in self._fleet.drawer.list_holders(topic.removeprefix(_DEVICE)):
                if self._acting.get(threading.get_ident()) != phone_id:  # what a phone did itself is no news to it
                    self.look(phone_id)
        except AuthsimError as error:
            _LOGGER.warning("a phone of the lab did not hear: %s", type(error).__name__)

    def look(self, phone_id: str) -> None:
        """Let a phone look at what waits for it, soon. One look that has not begun yet serves for all who ask."""
        with self._lock:
            if phone_id in self._waiting:
                return
            self._waiting.add(phone_id)
        self._submit(phone_id, lambda: self._look(phone_id))

    def close(self) -> None:
        """End the threads, when they are done with what they do just now."""
        with self._lock:
            pool, self._pool, self._is_over = self._pool, None, True
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until the phones of this worker have done what they were about to do; say whether they have.

        To be asked before a world is brought back: what belongs to the present one must not reach into it.
        """
        with self._lock:
            return self._lock.wait_for(lambda: not self._busy, seconds)

    def begin_anew(self) -> None:
        """Forget the threads of the parent process, and whoever held the lock there."""
        self._lock = threading.Condition()
        self._pool, self._busy, self._waiting, self._acting = None, 0, set(), {}

    def _submit(self, phone_id: str, work: Callable[[], None]) -> None:
        with self._lock:
            if self._is_over:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_HANDS, thread_name_prefix="authsim hand")
            self._busy += 1
            self._pool.submit(self._do, phone_id, work)

    def _do(self, phone_id: str, work: Callable[[], None]) -> None:
        """Do a hand's work. What a phone is refused is told in the story; what else ends it is for the log."""
        self._acting[threading.get_ident()] = phone_id
        try:
            work()
        except (RefusalError, UnreachableError, UnknownPhoneError, WorldLeftError):
            pass
        except Exception as error:  # noqa: BLE001 - a hand that dies takes other phones' reactions with it
            _LOGGER.warning("a hand of the lab failed: %s", type(error).__name__)
        finally:
            self._acting.pop(threading.get_ident(), None)
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()

    def _look(self, phone_id: str) -> None:
        with self._lock:
            self._waiting.discard(phone_id)
        fleet = self._fleet
        handset = fleet.drawer.read(phone_id)
        if handset.policy in _QUIET or not handset.users:
            return
        try:
            with fleet.telling(phone_id):
                opened = fleet.open(phone_id, is_listening=True)
                found = find_requests(fleet, opened, choose_accounts(opened.phone, None))
        except StoreError:  # the portal is broken, or busy
            self._agenda.add(fleet.clock.now_ms() + _AGAIN_MS, ANSWER, phone_id)
            return
        for asked in reversed(found):
            _react(fleet, opened, asked, handset, self._agenda)

    def _answer_due(self, word: str) -> None:
        """Do what the agenda says: `phone` looks again, `phone request` answers after its delay."""
        phone_id, _, request_id = word.partition(" ")
        if request_id:
            world = self._fleet.drawer.read_world()
            self._submit(phone_id, lambda: _answer_late(self._fleet, phone_id, request_id, world))
        else:
            self.look(phone_id)


def _begin_anew_after_fork(hands: Hands) -> None:
    reference = weakref.ref(hands)

    def after_in_child() -> None:
        present = reference()
        if present is not None:
            present.begin_anew()

    os.register_at_fork(after_in_child=after_in_child)


def _react(fleet: Fleet, opened: Opened, asked: Asked, handset: Handset, agenda: Agenda) -> None:
    """Do what the policy says about one request, unless the phone did so before, or it was in another world.

    Whose person changed their mind since the look began does nothing: another look is on its way.
    """
    fleet.drawer.require_world(opened.world)
    phone_id, request_id, user = opened.phone_id, asked.request.request_id, asked.line.account.label
    is_news = hear(fleet, phone_id, asked, policy=handset.policy)
    if handset.policy in _DECISIONS and handset.delay_ms:
        if claim(fleet, phone_id, request_id, Seen.WAITS, was=Seen.LEFT, policy=handset.policy):
            agenda.add(fleet.clock.now_ms() + handset.delay_ms, ANSWER, f"{phone_id} {request_id}")
    elif handset.policy in _DECISIONS:
        if claim(fleet, phone_id, request_id, Seen.ANSWERED, was=Seen.LEFT, policy=handset.policy):
            decision = _DECISIONS[handset.policy]
            number = fleet.portal.read_number(request_id) if asked.request.digits else None
            decide_on(fleet, opened, asked, decision, number=number)
    elif is_news and handset.policy is Policy.IGNORE:
        fleet.tell(phone_id, "ignored", user=user)
    elif is_news:
        with fleet.telling(phone_id, user):
            fleet.open(phone_id)  # the person wants to answer, and mistypes the PIN


def _answer_late(fleet: Fleet, phone_id: str, request_id: str, world: int) -> None:
    """Answer after the delay, unless the person changed their mind meanwhile, or the world is another one."""
    fleet.drawer.require_world(world)
    decision = _DECISIONS.get(fleet.drawer.read(phone_id).policy)
    if decision is not None and claim(fleet, phone_id, request_id, Seen.ANSWERED, was=Seen.WAITS):
        number = fleet.portal.read_number(request_id)
        decide(fleet, phone_id, decision, Wanted(request_id=request_id), number=number)
