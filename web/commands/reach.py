"""How far a portal that is served reaches: the scheme and the names it answers to, and whether its inboxes are open."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from authsim.terminal.outcome import USAGE, CommandError, say

if TYPE_CHECKING:
    from ..binding import Place
    from ..settings import Settings


def require_one_scheme(origin: str | None, *, tls: bool, proxies: int) -> None:
    """Refuse an origin that nobody could log in at: a form is taken only from the scheme that we know of."""
    if origin is None:
        return
    is_secure = origin.startswith("https://")
    if is_secure and not tls and not proxies:
        raise CommandError(
            USAGE,
            f"somebody has to speak https for {origin}. If a proxy does, say how many stand before the portal:"
            " --proxies 1 (it has to send X-Forwarded-Proto and the Host it was asked for). Otherwise add --tls",
        )
    if tls and not is_secure:
        raise CommandError(USAGE, f"with --tls nobody reaches {origin}. Name an --origin that begins with https://")


def opens_inbox(wish: bool | None, *, place: "Place", hosts: tuple[str, ...], proxies: int) -> bool:
    """Say whether the inboxes are shown: by default only while nobody but this machine reaches the portal.

    Who reads the texts can add a phone with a password alone; whoever wishes that on a network is told so.
    """
    alone = is_alone(place=place, hosts=hosts, proxies=proxies)
    if wish and not alone:
        say("whoever reaches this portal reads the codes that it texts, at /inbox. --no-inbox closes it")
    return alone if wish is None else wish


def is_alone(*, place: "Place", hosts: tuple[str, ...], proxies: int) -> bool:
    """Say whether nobody but this machine reaches the portal."""
    from ..hosts import is_trusted

    return place.address.is_loopback and not proxies and all(is_trusted(name, hosts=()) for name in hosts)


def require_at_home(settings: "Settings", *, alone: bool) -> None:
    """Refuse to show a demo to other machines: its cast is public, and its keys may come from a seed."""
    from ..wiring import holds_demo

    if not alone and holds_demo(settings):
        raise CommandError(
            USAGE,
            "a demo stays on this machine: everybody knows its users, and its keys may come from a seed."
            " Make a portal for others with 'authsim init'",
        )


def hosts_of(host: str, place: "Place", origin: str | None) -> tuple[str, ...]:
    """Return the names, beyond loopback, that a browser may call this portal by."""
    from ..hosts import require_host

    named = [*place.hosts]
    if named and not place.address.is_unspecified:
        named.append(host)
    if origin is not None:
        named.append(urlsplit(origin).netloc.rpartition("@")[2])
    return tuple(dict.fromkeys(require_host(_without_port(name)) for name in named))


def _without_port(name: str) -> str:
    if name.startswith("[") or name.count(":") > 1:
        return f"[{name.partition(']')[0].lstrip('[')}]"
    return name.partition(":")[0]
