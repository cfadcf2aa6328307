"""Who plays in a demo, and how they come into a store: users by one list, phones by running `authkey`."""

import json
import shutil
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from authsim.adapters.system import SystemEntropy
from authsim.cli import untold
from authsim.ends.children import PhoneChild, run_portal_command
from authsim.terminal.outcome import IO, CommandError

_PIN_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One user of the cast. `phone` names the folder of the phone that is active for them from the start.

    `has_texts`: login codes come by text. `has_authenticator`: an authenticator app's key is made, and told.
    """

    name: str
    story: str
    role: str = "primary"
    account: str | None = None
    locale: str = "en"
    is_paper: bool = False
    is_locked: bool = False
    is_opted_out: bool = False
    has_texts: bool = False
    has_authenticator: bool = False
    phone: str | None = None
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """A phone of the cast: the folder's name, which is its owner's, its platform, and what the portal calls it."""

    name: str
    platform: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A member as they stand in a store. `password` and `authenticator`, a URI, are known only when just made."""

    member: Member
    password: str | None
    authenticator: str | None
    phone: PhoneChild | None


CAST: Final = (
    Member(name="alice", story="never activated: a first login, with the QR code", number="+1 202 555 0101"),
    Member(name="bruno", story="active on an iPhone", phone="bruno", number="+1 202 555 0102"),
    Member(name="chiara", story="active on an Android phone", phone="chiara", number="+44 7700 900101"),
    Member(
        name="dana",
        story="secondary user of bruno's account, second user on bruno's phone",
        role="secondary",
        account="bruno",
        phone="bruno",
        number="+1 202 555 0104",
    ),
    Member(name="emiko", story="Japanese pages, never activated", locale="ja", number="+1 202 555 0105"),
    Member(name="farid", story="locked, even with the right password", is_locked=True, number="+1 202 555 0106"),
    Member(
        name="greta",
        story="paper trading: turn the switch on, active on an Android phone",
        is_paper=True,
        phone="greta",
        number="+44 7700 900102",
    ),
    Member(
        name="hana",
        story="opted out for trading: credentials alone open the trading device, second user on chiara's phone",
        is_opted_out=True,
        phone="chiara",
        number="+1 202 555 0108",
    ),
    Member(
        name="ivan",
        story="several second factors: an authenticator app, and IB Key as second user on greta's phone",
        has_authenticator=True,
        phone="greta",
        number="+1 202 555 0109",
    ),
    Member(
        name="judith",
        story="the help desk: unlocks, suspends, issues passcodes at /desk, third user on bruno's phone",
        role="help_desk",
        phone="bruno",
        number="+1 202 555 0110",
    ),
    Member(name="kofi", story="login codes by text, no phone yet", has_texts=True, number="+1 202 555 0111"),
)
HANDSETS: Final = (
    Handset(name="bruno", platform="ios", label="iPhone"),
    Handset(name="chiara", platform="android", label="Android phone"),
    Handset(name="greta", platform="android", label="Android phone"),
)


def phone_in(folder: Path, name: str) -> PhoneChild:
    """Return the phone of that name in a demo's folder."""
    phones = folder / untold.PHONES
    return PhoneChild(home=phones / name, pin_file=phones / f"{name}.pin")


def make_cast(folder: Path, *, is_new: bool) -> list[Player]:
    """Bring the whole cast into the store as its stories say, and return it. `is_new`: nobody is there yet."""
    present = {} if is_new else {user["name"]: user for user in list_users(folder)}
    missing = [member for member in CAST if member.name not in present]
    if missing:
        untold.note(folder, made=[member.name for member in missing])
    with ThreadPoolExecutor(max_workers=2) as hands:
        handsets = [hands.submit(_make_handset, folder, handset) for handset in HANDSETS]
        made = _load(folder, missing) if missing else {}
        codes = {name: one["activation"] for name, one in made.items() if "activation" in one}
        for name, user in present.items():
            if user["device"] is None and any(member.name == name and member.phone for member in CAST):
                codes[name] = run_portal_command("users", "activation", name, "--data", str(folder)).strip()
        for handset in handsets:
            handset.result()
        for activated in [hands.submit(_activate_all, folder, handset, codes, is_new=is_new) for handset in HANDSETS]:
            activated.result()
    return [
        Player(
            member=member,
            password=made.get(member.name, {}).get("password"),
            authenticator=made.get(member.name, {}).get("authenticator"),
            phone=None if member.phone is None else phone_in(folder, member.phone),
        )
        for member in CAST
    ]


def renew_passwords(folder: Path, players: list[Player]) -> list[Player]:
    """Give every player whose password is not known a new one."""
    untold.note(folder, renewed=True)

    def renew(player: Player) -> Player:
        if player.password is not None:
            return player
        command = ("users", "set-password", player.member.name, "--data", str(folder))
        return replace(player, password=run_portal_command(*command).strip())

    with ThreadPoolExecutor(max_workers=2) as hands:
        return list(hands.map(renew, players))


def remove_untold(folder: Path, names: Collection[str]) -> None:
    """Remove the members whose passwords nobody was told, and their phones: they are made anew, whole."""
    present = {user["name"] for user in list_users(folder)}
    for member in reversed(CAST):  # secondary users before the primary one of their account
        if member.name in names and member.name in present:
            run_portal_command("users", "remove", member.name, "--yes", "--data", str(folder))
    for handset in HANDSETS:
        if all(member.name in names for member in CAST if member.phone == handset.name):
            phone = phone_in(folder, handset.name)
            shutil.rmtree(phone.home, ignore_errors=True)
            phone.pin_file.unlink(missing_ok=True)


def remove_expired(folder: Path) -> None:
    """Remove the members whose practice accounts have run out: they are made anew."""
    cast = {member.name for member in CAST}
    for user in list_users(folder):
        if user["state"] == "expired" and user["name"] in cast:
            run_portal_command("users", "remove", user["name"], "--yes", "--data", str(folder))


def list_users(folder: Path) -> list[dict[str, Any]]:
    """Return the users of a store, as `authsim users list --json` says."""
    listed: list[dict[str, Any]] = json.loads(run_portal_command("users", "list", "--json", "--data", str(folder)))
    return listed


def _load(folder: Path, members: list[Member]) -> dict[str, dict[str, Any]]:
    wanted = [
        {
            "name": member.name,
            "role": member.role,
            "account": member.account,
            "locale": member.locale,
            "phone": member.number,
            "paper": member.is_paper,
            "locked": member.is_locked,
            "opted_out": member.is_opted_out,
            "texts": member.has_texts,
            "authenticator": member.has_authenticator,
            "activation": member.phone is not None,
        }
        for member in members
    ]
    made = json.loads(run_portal_command("users", "load", "-", "--data", str(folder), text=json.dumps(wanted)))
    return {one["name"]: one for one in made}


def _make_handset(folder: Path, handset: Handset) -> None:
    phone = phone_in(folder, handset.name)
    if (phone.home / "keystore.json").exists():
        return
    if not phone.pin_file.exists():
        digits = SystemEntropy().randbelow(10**_PIN_DIGITS)
        phone.pin_file.touch(mode=0o600)
        phone.pin_file.write_text(f"{digits:0{_PIN_DIGITS}}\n", encoding="ascii")
    number = next(member.number for member in CAST if member.name == handset.name)
    made = phone.run_with_pin("init", "--platform", handset.platform, "--number", number)
    _require_done(made, f"the phone {handset.name} could not be made")


def _activate_all(folder: Path, handset: Handset, codes: dict[str, str], *, is_new: bool) -> None:
    """Activate one phone for its users, one after the other: they share its home."""
    phone = phone_in(folder, handset.name)
    for member in CAST:
        if member.phone != handset.name or member.name not in codes:
            continue
        if not is_new:
            phone.run_with_pin("forget", member.name, "--yes")  # a key that the portal does not know any more
        done = phone.run_with_pin("activate", "-", "--label", handset.label, text=codes[member.name])
        _require_done(done, f"the phone of {member.name} could not be activated")


def _require_done(done: Any, problem: str) -> None:
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CommandError(IO, f"{problem}: {said[-1] if said else 'authkey said nothing'}")
