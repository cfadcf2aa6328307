"""`authsim users load`: a class or a cast from one JSON list."""

import json
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.errors import MessageError, RefusalError
from authsim.model import Mode, Role
from authsim.secret import Secret
from authsim.terminal.helping import Command
from authsim.terminal.outcome import MALFORMED, REFUSED, CommandError

from .options import open_existing, settings_of, store_options
from .outcome import sentence_of
from .user_changes import with_origin

if TYPE_CHECKING:
    from authsim.verifier import Verifier

_MOST_BYTES: Final = 1_000_000
_TEXTS: Final = ("name", "password", "role", "account", "locale", "region", "phone")
_FLAGS: Final = ("paper", "locked", "opted_out", "texts", "authenticator", "activation")
_ROLES: Final = ("primary", "secondary", "help_desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One user of the list.

    `activation` asks for a fresh URI in the result, `authenticator` for an authenticator app and the URI that sets it
    up; `texts` for login codes by text to a number that counts as verified.
    """

    name: str
    password: Secret | None = field(repr=False)
    role: Role
    account: str | None
    locale: str
    region: str
    phone: str | None
    paper: bool
    locked: bool
    opted_out: bool
    texts: bool
    authenticator: bool
    activation: bool


@click.command(
    cls=Command,
    examples=(
        "authsim users load class.json --data ./portal > passwords.json",
        """echo '[{"name": "alice"}, {"name": "bob", "role": "secondary"}]' | authsim users load - --data ./portal""",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@store_options
@click.pass_context
def load(ctx: click.Context, /, file: Path) -> None:
    """Add the users of a JSON list, in its order; print what was made, with generated passwords, once.

    Each entry has a name, and may have password, role, account, locale, region, phone, paper, locked, opted_out, texts,
    authenticator and activation.
    """
    with click.open_file(str(file), "rb") as stream:
        wanted = parse_list(stream.read(_MOST_BYTES + 1))
    with closing(open_existing(settings_of(ctx))) as portal:
        if any(one.activation for one in wanted):
            with_origin(portal.verifier, None)
        made: list[dict[str, Any]] = []
        try:
            for one in wanted:
                made.append(_make(portal.verifier, one))
        except (RefusalError, MessageError) as error:
            status = REFUSED if isinstance(error, RefusalError) else MALFORMED
            problem = f"{one.name}: {sentence_of(error)}"
            before = "1 user before it is" if len(made) == 1 else f"{len(made)} users before it are"
            raise CommandError(status, f"{problem}. The {before} added") from None
        finally:
            click.echo(json.dumps(made, ensure_ascii=False))


def _make(verifier: "Verifier", wanted: Wanted) -> dict[str, Any]:
    from authsim.verifier import operators
    from authsim.verifier.activation import operator_activation
    from authsim.verifier.provisioning import give_authenticator_app, give_texts

    password = wanted.password or operators.generate_password(verifier)
    user = operators.add_user(
        verifier,
        name=wanted.name,
        password=password,
        role=wanted.role,
        account=wanted.account,
        mode=Mode.PAPER if wanted.paper else Mode.LIVE,
        phone=wanted.phone,
        locale=wanted.locale,
        region=wanted.region,
        is_opted_out=wanted.opted_out,
    )
    result: dict[str, Any] = {
        "name": user.name,
        "role": user.role.value,
        "account": user.account,
        "locale": user.locale,
        "phone": user.phone,
        "paper": wanted.paper,
        "locked": wanted.locked,
    }
    if wanted.password is None:
        result["password"] = password.reveal_text()
    if wanted.texts:
        give_texts(verifier, user)
    if wanted.authenticator:
        result["authenticator"] = give_authenticator_app(verifier, user).reveal_text()
    if wanted.activation:
        offer = operator_activation(with_origin(verifier, None), user.user_id, replace=False)
        result["activation"] = offer.uri.reveal_text()
    if wanted.locked:
        operators.lock(verifier, user)
    return result


def parse_list(content: bytes) -> list[Wanted]:
    """Return the users that a JSON list asks for. Raises `CommandError` naming entry and rule, never a value."""
    if len(content) > _MOST_BYTES:
        raise CommandError(MALFORMED, "the list is longer than 1 MB. Load it in parts")
    try:
        entries = json.loads(content.decode("utf-8"), object_pairs_hook=_require_distinct)
    except (ValueError, RecursionError):
        raise CommandError(MALFORMED, "the list is not JSON in UTF-8, or names a member twice. Correct it") from None
    if type(entries) is not list:
        raise CommandError(MALFORMED, 'the file holds no JSON list. It looks like [{"name": "alice"}]')
    return [_parse_entry(number, entry) for number, entry in enumerate(entries, start=1)]


def _require_distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _parse_entry(number: int, entry: object) -> Wanted:
    if type(entry) is not dict or "name" not in entry:
        raise CommandError(MALFORMED, f"entry {number} is not an object with a name. Correct it")
    if set(entry) - {*_TEXTS, *_FLAGS}:
        known = ", ".join((*_TEXTS, *_FLAGS))
        raise CommandError(MALFORMED, f"entry {number} has a member that is not known. Known are {known}")
    for name in _TEXTS:
        if entry.get(name) is not None and type(entry[name]) is not str:
            raise CommandError(MALFORMED, f"entry {number}: {name} is a text. Correct it")
    for name in _FLAGS:
        if type(entry.get(name, False)) is not bool:
            raise CommandError(MALFORMED, f"entry {number}: {name} is true or false. Correct it")
    role = entry.get("role") or "primary"
    if role not in _ROLES:
        raise CommandError(MALFORMED, f"entry {number}: role is primary, secondary or help_desk. Correct it")
    password = entry.get("password")
    return Wanted(
        name=entry["name"] or "",
        password=None if password is None else Secret(password),
        role=Role(role),
        account=entry.get("account"),
        locale=entry.get("locale") or "en",
        region=entry.get("region") or "US",
        phone=entry.get("phone"),
        paper=entry.get("paper", False),
        locked=entry.get("locked", False),
        opted_out=entry.get("opted_out", False),
        texts=entry.get("texts", False),
        authenticator=entry.get("authenticator", False),
        activation=entry.get("activation", False),
    )
