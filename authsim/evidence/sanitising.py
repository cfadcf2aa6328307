"""A HAR file in, a HAR file out in which nothing is left that could open, name or locate anybody.

By structure and with a list of what may stay: the file is written anew from the members that are known, and a value
that is on no list becomes a mark. There is no option under which less is taken out.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from authsim import ports
from authsim.errors import MessageError
from authsim.evidence.entries import clean_entry, note_unlisted
from authsim.evidence.gathering import gather_secrets, members_of, text_of
from authsim.evidence.marks import KEY_BYTES, Marker
from authsim.evidence.needles import Needles
from authsim.evidence.numbers import clean_duration, clean_instant
from authsim.evidence.reading import Har
from authsim.evidence.report import Cleaned, Kind, Report
from authsim.evidence.scrubbing import Scrubber
from authsim.evidence.vocabulary import CREATORS
from authsim.secret import Secret

COMMENT: Final = "Sanitised by AuthSim: values that are on no list were replaced by their length and a tag."
_LOG: Final = frozenset({"version", "creator", "browser", "pages", "entries"})
_PROGRAM: Final = frozenset({"name", "version"})
_PAGE: Final = frozenset({"id", "title", "startedDateTime", "pageTimings"})
_PAGE_TIMINGS: Final = ("onContentLoad", "onLoad")
_VERSION: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}", re.ASCII)


def sanitise(har: Har, *, entropy: ports.Entropy, known: Sequence[Secret] = ()) -> Cleaned:
    """Return the file without its secrets, and what was found. The key of the tags is made here and kept nowhere.

    `known`: secrets of at least 6 bytes that must not be left in any spelling; each is looked for again in the result.
    Raises `ValueError` for a shorter one, and `MessageError` when one is left: then there is no result.
    """
    needles = Needles(known)
    marker = Marker(Secret(entropy.token_bytes(KEY_BYTES)))
    scrubber = Scrubber(marker=marker, needles=needles, secrets=gather_secrets(har))
    note_unlisted(scrubber, har.log, _LOG, "log")
    log: dict[str, object] = {"version": "1.2", "creator": _clean_program(scrubber, har.log.get("creator"), "creator")}
    if "browser" in har.log:
        log["browser"] = _clean_program(scrubber, har.log["browser"], "browser")
    log["pages"], names = _clean_pages(scrubber, har)
    log["comment"] = COMMENT
    head = _write(log, needles)
    entries = ",\n".join(_clean_entries(scrubber, har, names, needles))
    report = Report(
        entries=len(har.entries),
        pages=len(har.pages),
        bytes_read=har.size,
        findings=scrubber.findings(),
        searched=needles.count,
    )
    return Cleaned(har=f'{{"log":{head[:-1]},"entries":[\n{entries}\n]}}}}'.encode(), report=report)


def _clean_program(scrubber: Scrubber, value: object, place: str) -> dict[str, object]:
    """Return who wrote the file, as far as it is a program that is known."""
    program = members_of(value)
    note_unlisted(scrubber, program, _PROGRAM, place)
    name, version = text_of(program.get("name")), text_of(program.get("version"))
    is_known = name in CREATORS
    if not is_known:
        scrubber.note(Kind.UNLISTED, f"{place}.name")
    return {
        "name": scrubber.keep(name) if is_known else scrubber.mark(name),
        "version": scrubber.keep(version) if is_known and _VERSION.fullmatch(version) else scrubber.mark(version),
    }


def _clean_pages(scrubber: Scrubber, har: Har) -> tuple[list[dict[str, object]], Mapping[str, str]]:
    """Return the pages, and their new names by the old ones: a browser may put anything into a name."""
    cleaned: list[dict[str, object]] = []
    names: dict[str, str] = {}
    for number, page in enumerate(har.pages, start=1):
        note_unlisted(scrubber, page, _PAGE, "page")
        name = f"page_{number}"
        names.setdefault(text_of(page.get("id")), name)
        timings = members_of(page.get("pageTimings"))
        note_unlisted(scrubber, timings, _PAGE_TIMINGS, "page.pageTimings")
        if page.get("title"):
            scrubber.note(Kind.ADDRESS, "page.title")
        cleaned.append(
            {
                "startedDateTime": clean_instant(scrubber, page.get("startedDateTime")),
                "id": name,
                "title": scrubber.mark(page.get("title", "")),
                "pageTimings": {one: clean_duration(scrubber, timings[one]) for one in _PAGE_TIMINGS if one in timings},
            }
        )
    return cleaned, names


def _clean_entries(scrubber: Scrubber, har: Har, names: Mapping[str, str], needles: Needles) -> Iterator[str]:
    """Yield the entries, each written at once: a file of thousands is never built a second time."""
    for number, entry in enumerate(har.entries):
        scrubber.begin_entry(number)
        yield _write(clean_entry(scrubber, entry, pages=names), needles)


def _write(cleaned: Mapping[str, object], needles: Needles) -> str:
    """Return a part of the result as JSON, and look again at every value of it: who cleaned it may be mistaken."""
    if needles.count and any(needles.is_in(text) for text in values_of(cleaned)):
        raise MessageError("a known secret would be left in the file: it is not handed out")
    return json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))


def values_of(value: object) -> Iterator[str]:
    """Yield every text and number below, as it is written."""
    if isinstance(value, Mapping):
        for member in value.values():
            yield from values_of(member)
    elif isinstance(value, list):
        for item in value:
            yield from values_of(item)
    else:
        yield value if isinstance(value, str) else repr(value)
