"""The headers whose values may stay: each as far as its own grammar is understood, and no further.

A value that is not understood is taken out, whole or in the part that is not.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from authsim.evidence.addresses import clean_path
from authsim.evidence.report import Kind
from authsim.evidence.scrubbing import Scrubber
from authsim.evidence.vocabulary import CHARSETS, HEADERS, LOOPBACK, MEDIA_SUBTYPES, MEDIA_TYPES, list_words

_MOST_PARTS: Final = 64
_QUALITY: Final = re.compile(r"q=(?:0(?:\.[0-9]{1,3})?|1(?:\.0{1,3})?)", re.ASCII)
_LANGUAGE: Final = re.compile(r"\*|[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|419))?", re.ASCII)
_DATE: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [12][0-9]{3}"
    r" [0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT",
    re.ASCII,
)
_LENGTH: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
#: What could be a code as well as a length or an age.
_DIGITS: Final = re.compile(r"[0-9]{4,}", re.ASCII)
_DIRECTIVE: Final = re.compile(
    r"(?:no-cache|no-store|no-transform|only-if-cached|must-revalidate|must-understand|private|public|proxy-revalidate"
    r"|immutable|max-stale|(?:max-age|s-maxage|max-stale|min-fresh|stale-while-revalidate|stale-if-error)=[0-9]{1,9})",
    re.ASCII | re.IGNORECASE,
)
_REFERRER: Final = list_words(
    "no-referrer no-referrer-when-downgrade origin origin-when-cross-origin same-origin strict-origin"
    " strict-origin-when-cross-origin unsafe-url"
)
_POLICIES: Final = list_words("""
    base-uri block-all-mixed-content child-src connect-src default-src font-src form-action frame-ancestors frame-src
    img-src manifest-src media-src navigate-to object-src prefetch-src report-to report-uri
    require-trusted-types-for sandbox script-src script-src-attr script-src-elem style-src style-src-attr
    style-src-elem trusted-types upgrade-insecure-requests worker-src
    """)
_SOURCES: Final = list_words("""
    'none' 'self' 'strict-dynamic' 'report-sample' 'unsafe-eval' 'unsafe-hashes' 'unsafe-inline' 'wasm-unsafe-eval'
    'script' * data: blob: https: http: ws: wss: mediastream: filesystem: allow-forms allow-modals allow-popups
    allow-same-origin allow-scripts allow-top-navigation allow-downloads
    """)
_SOURCE_HOST: Final = re.compile(r"(?:(https?|wss?)://)?([^/:*]+|\[::1\])(:[0-9]{1,5}|:\*)?(/.*)?", re.ASCII)


def clean_header_value(scrubber: Scrubber, name: str, value: str, place: str) -> str | None:
    """Return what may stay of the value of a listed header, or None when nothing does. `name` in small letters."""
    kept = _CLEANERS[name](scrubber, value.strip(), place)
    if kept is None or scrubber.holds_known(kept) or any(scrubber.was_secret(run) for run in _DIGITS.findall(kept)):
        return None
    return kept


def clean_media_type(scrubber: Scrubber, value: str) -> str | None:
    """Return a media type with its charset, or None for one that is on no list. Other parameters do not stay."""
    kind, *parameters = value.split(";")
    main, _, sub = kind.strip().lower().partition("/")
    if main not in MEDIA_TYPES or sub not in MEDIA_SUBTYPES:
        return None
    kept = f"{main}/{sub}"
    for parameter in parameters:
        name, _, given = parameter.strip().lower().partition("=")
        charset = given.strip().strip('"')
        if name == "charset" and charset in CHARSETS:
            kept += f"; charset={charset}"
            break
    return scrubber.keep(kept)


def _clean_type(scrubber: Scrubber, value: str, place: str) -> str | None:
    kept = clean_media_type(scrubber, value)
    if kept is not None and "boundary=" in value.lower():
        scrubber.note(Kind.HEADER, f"{place} boundary")
    return kept


def _clean_list(scrubber: Scrubber, value: str, separator: str, is_kept: Callable[[str], bool]) -> str:
    """Return a list whose parts stay one by one, or are marked one by one."""
    parts = [part.strip() for part in value.split(separator)]
    if len(parts) > _MOST_PARTS:
        return scrubber.mark(value)
    return f"{separator} ".join(part if is_kept(part) else scrubber.mark(part) for part in parts)


def _is_range(part: str) -> bool:
    kind, *parameters = (piece.strip() for piece in part.split(";"))
    main, _, sub = kind.lower().partition("/")
    return (kind == "*/*" or (main in MEDIA_TYPES and sub in MEDIA_SUBTYPES)) and all(
        _QUALITY.fullmatch(parameter) or parameter in ("v=b3", "charset=utf-8") for parameter in parameters
    )


def _is_language(part: str) -> bool:
    tag, *parameters = (piece.strip() for piece in part.split(";"))
    return _LANGUAGE.fullmatch(tag) is not None and all(_QUALITY.fullmatch(parameter) for parameter in parameters)


def _clean_policy(scrubber: Scrubber, value: str, place: str) -> str:
    """Return a content security policy: keywords, schemes and loopback stay; nonces, hashes and hosts do not."""
    kept = []
    for directive in value.split(";")[:_MOST_PARTS]:
        words = directive.split()[:_MOST_PARTS]
        if not words:
            continue
        name = words[0].lower()
        head = name if name in _POLICIES else scrubber.mark(words[0])
        kept.append(" ".join([head, *(_clean_source(scrubber, word, place) for word in words[1:])]))
    return "; ".join(kept)


def _clean_source(scrubber: Scrubber, word: str, place: str) -> str:
    if word.lower() in _SOURCES:
        return word.lower()
    kind, hyphen, rest = word.strip("'").partition("-")
    if word.startswith("'") and hyphen and kind in ("nonce", "sha256", "sha384", "sha512"):
        scrubber.note(Kind.TOKEN, f"{place} {kind}")
        return f"'{kind}-{scrubber.mark(rest)}'"
    if word.startswith("/"):
        return clean_path(scrubber, word, place)
    match = _SOURCE_HOST.fullmatch(word)
    if match is not None and match[2].lower() in LOOPBACK and not match[4]:
        return word.lower()
    scrubber.note(Kind.ADDRESS, place)
    return scrubber.mark(word)


def _keep_if(is_kept: Callable[[str], object]) -> "Callable[[Scrubber, str, str], str | None]":
    return lambda _scrubber, value, _place: value if is_kept(value) else None


_CLEANERS: Final[Mapping[str, Callable[[Scrubber, str, str], str | None]]] = MappingProxyType(
    {
        "accept": lambda scrubber, value, _: _clean_list(scrubber, value, ",", _is_range),
        "accept-language": lambda scrubber, value, _: _clean_list(scrubber, value, ",", _is_language),
        "cache-control": lambda scrubber, value, _: _clean_list(
            scrubber, value, ",", lambda part: _DIRECTIVE.fullmatch(part) is not None
        ),
        "content-length": _keep_if(_LENGTH.fullmatch),
        "content-security-policy": _clean_policy,
        "content-type": _clean_type,
        "date": _keep_if(_DATE.fullmatch),
        "referrer-policy": lambda scrubber, value, _: _clean_list(
            scrubber, value, ",", lambda part: part.lower() in _REFERRER
        ),
        "vary": lambda scrubber, value, _: _clean_list(
            scrubber, value, ",", lambda part: part == "*" or part.lower() in HEADERS
        ),
        "x-content-type-options": _keep_if(lambda value: value.lower() == "nosniff"),
    }
)
