"""A portal with many users, made quickly: rows as the ceremonies would have written them, without their slow hashing.

Every user has an active device, whose seed the benchmark knows, and sessions of one factor: in such a session *Sign in
with your phone* asks for a challenge without another password, which is what a benchmark of the second factor needs.
"""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from authsim import states
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.rows import format_device, format_session, format_user
from authsim.adapters.sql.tables import DEVICES, SESSIONS, USERS
from authsim.events import Event, EventKind
from authsim.model import Client, Device, DeviceId, Factors, PortalSession, Role, User, UserId
from authsim.policy import DAY
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from authsim.verifier import Verifier, operators
from authsim.verifier.sealing import seal_seed
from authsim.verifier.sessions import draw_session
from authsim.verifier.tokens import draw_id, draw_token
from web.settings import Settings
from web.wiring import Portal, open_portal

PASSWORD = "correct-horse-battery"
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One user of the crowd, as a client needs it: a name, the phone's seed, and tokens of limited sessions."""

    name: str
    seed: bytes
    tokens: tuple[bytes, ...]


def make_crowd(folder: Path, *, users: int, sessions: int = 0, with_sessions: int | None = None) -> list[Member]:
    """Make a portal in `folder` with `users` users; the first `with_sessions` of them have `sessions` sessions each."""
    command = [sys.executable, "-P", "-m", "web", "init", "--data", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with closing(open_portal(Settings(data_dir=folder))) as portal:
        model = operators.add_user(portal.verifier, name="model", password=Secret(PASSWORD))
        members: list[Member] = []
        for first in range(0, users, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, users))
            members += _add(portal, model, numbers, sessions, users if with_sessions is None else with_sessions)
        return members


def _add(portal: Portal, model: User, numbers: Sequence[int], sessions: int, with_sessions: int) -> list[Member]:
    verifier = portal.verifier
    now_ms = verifier.clock.now_ms()
    made = [_draw(verifier, model, number, sessions if number < with_sessions else 0, now_ms) for number in numbers]
    events = [
        Event(kind=EventKind.USER_ADDED, at_ms=now_ms, user_id=user.user_id, facts={"name": user.name})
        for user, _, _, _ in made
    ]

    def work(connection: Any) -> None:
        for table, rows in (
            (USERS, [format_user(user) for user, _, _, _ in made]),
            (DEVICES, [format_device(device) for _, device, _, _ in made]),
            (SESSIONS, [format_session(one) for _, _, opened, _ in made for one in opened]),
        ):
            if rows:
                connection.execute(insert(table), rows)
        record(connection, events)

    portal.store.database.write(work)
    return [member for _, _, _, member in made]


def _draw(
    verifier: Verifier, model: User, number: int, sessions: int, now_ms: int
) -> tuple[User, Device, list[PortalSession], Member]:
    user_id, device_id = UserId(draw_id(verifier.entropy)), DeviceId(draw_id(verifier.entropy))
    seed = Secret(verifier.entropy.token_bytes(32))
    name = f"member-{number}"
    user = replace(model, user_id=user_id, name=name, account=name, role=Role.PRIMARY, expires_ms=now_ms + 7 * DAY)
    device = Device(
        device_id=device_id,
        user_id=user_id,
        state=states.Device.ACTIVE,
        label="a phone of the crowd",
        suite=CLASSIC6,
        sign_pk=bytes(32),
        seed=seal_seed(verifier, seed, user_id=user_id, device_id=device_id, suite=CLASSIC6),
        activated_ms=now_ms,
    )
    tokens = [draw_token(verifier.entropy) for _ in range(sessions)]
    opened = [
        draw_session(verifier, user, token, factors=Factors.ONE, client=Client(), now_ms=now_ms) for token in tokens
    ]
    member = Member(name=name, seed=seed.reveal(), tokens=tuple(token.reveal() for token in tokens))
    return user, device, opened, member
