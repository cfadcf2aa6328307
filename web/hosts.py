"""By which names a browser may call this portal: loopback, and private names that the operator configured.

A foreign name in `Host` is a DNS rebinding or a poisoned link, and a broker's or a bank's name would make the simulator
a decoy: such names are refused even when somebody configures them.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.networks import Address, is_loopback, is_near

_HOST: Final = re.compile(r"(?P<name>[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PRIVATE_ENDINGS: Final = frozenset({"local", "localhost", "internal", "lan", "test", "example", "invalid", "intranet"})
_MOST_PORT: Final = 65_535

#: Parts of names of brokers, banks, exchanges and payment services; matched after dots and hyphens are taken out.
LOOK_ALIKES: Final = (
    *("ibkr", "interactivebroker", "clientportal", "tradestation", "tastytrade", "thinkorswim", "ameritrade", "schwab"),
    *("fidelity", "vanguard", "etrade", "robinhood", "webull", "moomoo", "futu", "saxo", "degiro", "etoro", "avatrade"),
    *("questrade", "wealthsimple", "oanda", "plus500", "swissquote", "traderepublic", "flatex", "comdirect", "consors"),
    *("rakuten", "matsui", "monex", "nomura", "daiwa", "sbisec", "sbinet", "kabucom", "sumishin", "mizuho", "smbc"),
    *("mufg", "bank", "banque", "banco", "sparkasse", "credit", "paypal", "venmo", "wise", "revolut", "stripe", "visa"),
    *("mastercard", "amex", "americanexpress", "chase", "jpmorgan", "citi", "wellsfargo", "goldman", "morganstanley"),
    *("hsbc", "barclays", "lloyds", "santander", "bnpparibas", "socgen", "ubs", "coinbase", "binance", "kraken"),
)


def require_host(text: str) -> str:
    """Return a configured host in its one spelling, or raise `MessageError` saying why it may not be used."""
    name = text.lower()
    literal = _parse_literal(f"[{name}]" if ":" in name and "[" not in name else name)
    if literal is not None:
        if not is_near(literal):
            raise MessageError(
                "a host address must be one of a private network: 10/8, 172.16/12, 192.168/16 or fc00::/7"
            )
        return f"[{literal}]" if literal.version == 6 else str(literal)
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or name.replace(".", "").isdigit():
        raise MessageError("a host is a name or a private address, without scheme and port")
    if is_look_alike(name):
        raise MessageError("a simulator does not answer to a name that resembles a broker or a bank")
    if len(labels) > 1 and labels[-1] not in _PRIVATE_ENDINGS and labels[-2:] != ["home", "arpa"]:
        raise MessageError("a host name must be private: one word, or ending in .local, .internal, .lan or .test")
    return name


def is_look_alike(name: str) -> bool:
    """Say whether a host name resembles a broker or a bank."""
    letters = name.lower().replace(".", "").replace("-", "").replace("_", "")
    return any(word in letters for word in LOOK_ALIKES)


def is_trusted(header: str | None, *, hosts: Iterable[str]) -> bool:
    """Say whether a `Host` header names loopback or one of the configured hosts."""
    if header is None or len(header) > 260:
        return False
    match = _HOST.fullmatch(header.lower())
    if match is None or int(match["port"] or 0) > _MOST_PORT:
        return False
    name = match["name"]
    literal = _parse_literal(name)
    if literal is not None and is_loopback(literal):
        return True
    if name == "localhost":
        return True
    spelled = f"[{literal}]" if literal is not None and literal.version == 6 else name
    return spelled in frozenset(hosts) and not is_look_alike(name)


def _parse_literal(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name[1:-1] if name.startswith("[") else name)
    except ValueError:
        return None
