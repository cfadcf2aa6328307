"""Addresses: scheme and the template of the path stay; host, user, query and fragment do not.

Of a path the plain words stay, so that a reader knows which page it was; everything else becomes `{id}`.
"""

import re
from typing import Final
from urllib.parse import unquote, unquote_plus

from authsim.evidence.report import Kind
from authsim.evidence.scrubbing import Scrubber
from authsim.evidence.vocabulary import COLLECTIONS, EXTENSIONS, LOOPBACK, NAMED, OPAQUE_SCHEMES, SCHEMES

ID: Final = "{id}"
#: A host that is not ours becomes a name that can never be resolved, the same for the same host.
_HOST: Final = "host-{}.invalid"
_MOST_SEGMENTS: Final = 40
_MOST_PARAMETERS: Final = 256
_MOST_SEGMENT: Final = 64
_MOST_WORDS: Final = 6
_MOST_WORD: Final = 20

_ADDRESS: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,31}):(?://(?:([^/?#@]*)@)?(\[[0-9A-Fa-f:.]*\]|[^/?#:@\[\]]*)(?::([0-9]{0,5}))?(?=[/?#]|$))?"
    r"([^?#]*)(?:\?([^#]*))?(?:#(.*))?",
    re.DOTALL | re.ASCII,
)
_SEPARATOR: Final = re.compile(r"[-_.]")
#: `v1`, `2`; and words of small letters, or written LikeThis, or SSO.
_NUMBERED: Final = re.compile(r"v?[0-9]{1,2}", re.ASCII)
_HUMPS: Final = re.compile(r"(?:[A-Z]?[a-z]{2,16}){1,4}|[A-Z]{2,5}|[a-z]", re.ASCII)
_UNSPEAKABLE: Final = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}|(.)\1\1", re.ASCII | re.IGNORECASE)
_VOWEL: Final = re.compile(r"[aeiouy]", re.ASCII | re.IGNORECASE)


def clean_address(scrubber: Scrubber, address: str, place: str) -> str:
    """Return what may stay of an address; it can be read as an address still."""
    if address == "" or address == "about:blank":
        return address
    match = _ADDRESS.fullmatch(address)
    if match is None or scrubber.holds_known(match[1]):
        scrubber.note(Kind.ADDRESS, place)
        return f"invalid:{scrubber.mark(address)}"
    scheme = match[1].lower()
    if scheme not in SCHEMES or match[3] is None:
        scrubber.note(Kind.BODY if scheme == "data" else Kind.ADDRESS, place)
        return f"{scheme if scheme in OPAQUE_SCHEMES else 'invalid'}:{scrubber.mark(address)}"
    _note_parts(scrubber, match, place)
    query = "" if not match[6] else f"?{scrubber.mark(match[6])}"
    return f"{scheme}://{_clean_host(scrubber, match, place)}{clean_path(scrubber, match[5], place)}{query}"


def clean_path(scrubber: Scrubber, path: str, place: str) -> str:
    """Return the template of a path."""
    segments = path.split("/")
    kept, before = [], ""
    for segment in segments[:_MOST_SEGMENTS]:
        stays = before not in COLLECTIONS and is_plain(scrubber, segment)
        kept.append(segment if stays else _keep_extension(segment))
        if not stays and segment != ID:
            scrubber.note(_kind_in_path(segment), f"{place} path")
        before = segment.lower()
    if len(segments) > _MOST_SEGMENTS:
        scrubber.note(Kind.ADDRESS, f"{place} path")
        kept.append(ID)
    template = "/".join(kept)
    return "/" + ID if scrubber.holds_known(template) else template


def _clean_host(scrubber: Scrubber, match: re.Match[str], place: str) -> str:
    """Return loopback with its port, anything else as a name that says only whether two are the same."""
    host, port = match[3].lower(), match[4]
    if host in LOOPBACK:
        known = f":{port}" if port and int(port) < 1 << 16 and not scrubber.holds_known(port) else ""
        return host + known
    scrubber.note(Kind.ADDRESS, f"{place} host")
    return _HOST.format(scrubber.tag(host))


def _note_parts(scrubber: Scrubber, match: re.Match[str], place: str) -> None:
    if match[2] is not None:
        scrubber.note(Kind.PASSWORD, f"{place} userinfo")
    if match[6]:
        note_query(scrubber, match[6], f"{place} query")
    if match[7]:
        note_query(scrubber, match[7], f"{place} fragment")


def note_query(scrubber: Scrubber, query: str, place: str) -> None:
    """Count what a query string held, by the names of its parameters."""
    for part in query.split("&", _MOST_PARAMETERS):
        name, _, value = part.partition("=")
        scrubber.note(NAMED.get(unquote_plus(name).lower(), Kind.PARAMETER) if value else Kind.PARAMETER, place)


def is_plain(scrubber: Scrubber, segment: str) -> bool:
    """Say whether a part of an address, or a name, is made of words that were no secret elsewhere in the file."""
    if segment in ("", ID):
        return True
    if len(segment) > _MOST_SEGMENT or scrubber.was_secret(unquote(segment)):
        return False
    words = _SEPARATOR.split(segment)
    if len(words) > _MOST_WORDS:
        return False
    if len(words) > 1 and segment.rpartition(".")[2].lower() in EXTENSIONS:
        words.pop()
    return all(_is_word(word) and not scrubber.was_secret(word) for word in words)


def _is_word(word: str) -> bool:
    if _NUMBERED.fullmatch(word):
        return True
    if not _HUMPS.fullmatch(word) or len(word) > _MOST_WORD or _UNSPEAKABLE.search(word):
        return False
    return len(word) <= 5 or _VOWEL.search(word) is not None


def _keep_extension(segment: str) -> str:
    extension = segment.rpartition(".")[2]
    return f"{ID}.{extension}" if "." in segment and extension in EXTENSIONS else ID


def _kind_in_path(segment: str) -> Kind:
    return Kind.SESSION if "sess" in segment.lower() else Kind.PERSONAL if "@" in unquote(segment) else Kind.ADDRESS
