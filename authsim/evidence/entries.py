"""One entry of a HAR file, member by member: what is listed here is written anew, everything else is left behind."""

from collections.abc import Collection, Mapping
from typing import Final

from authsim.evidence.addresses import clean_address, is_plain
from authsim.evidence.bodies import keep_words, note_body, read_text
from authsim.evidence.gathering import members_of, objects_of, text_of
from authsim.evidence.header_values import clean_header_value, clean_media_type
from authsim.evidence.numbers import clean_duration, clean_instant, clean_size, clean_status
from authsim.evidence.report import Kind
from authsim.evidence.scrubbing import Scrubber
from authsim.evidence.vocabulary import (
    HEADERS,
    HTTP_VERSIONS,
    LISTED_HEADERS,
    LOOPBACK,
    METHODS,
    NAMED,
    PHRASES,
    list_words,
)

#: What the members of the format are; a comment may stand anywhere and stays nowhere.
_ENTRY: Final = list_words("pageref startedDateTime time request response cache timings serverIPAddress connection")
_REQUEST: Final = list_words("method url httpVersion cookies headers queryString postData headersSize bodySize")
_RESPONSE: Final = list_words("status statusText httpVersion cookies headers content redirectURL headersSize bodySize")
_COOKIE: Final = list_words("name value path domain expires httpOnly secure sameSite")
_PAIR: Final = frozenset({"name", "value"})
_PARAM: Final = _PAIR | {"fileName", "contentType"}
_POST: Final = frozenset({"mimeType", "params", "text", "encoding"})
_CONTENT: Final = frozenset({"size", "compression", "mimeType", "text", "encoding"})
_NEEDED: Final = ("send", "wait", "receive")
_OPTIONAL: Final = ("blocked", "dns", "connect", "ssl")
_TIMINGS: Final = frozenset(_NEEDED + _OPTIONAL)
_SAME_SITE: Final = frozenset({"Strict", "Lax", "None"})
_UNKNOWN_TYPE: Final = "x-unknown"

Members = Mapping[str, object]


def clean_entry(scrubber: Scrubber, entry: Members, *, pages: Mapping[str, str]) -> dict[str, object]:
    """Return an entry without anything but what is listed. `pages`: the new names of the pages."""
    note_unlisted(scrubber, entry, _ENTRY, "entry")
    cleaned: dict[str, object] = {}
    page = pages.get(text_of(entry.get("pageref")))
    if page is not None:
        cleaned["pageref"] = page
    cleaned["startedDateTime"] = clean_instant(scrubber, entry.get("startedDateTime"))
    cleaned["time"] = max(0, clean_duration(scrubber, entry.get("time")))
    cleaned["request"] = _clean_request(scrubber, members_of(entry.get("request")))
    cleaned["response"] = _clean_response(scrubber, members_of(entry.get("response")))
    cleaned["cache"] = {}
    cleaned["timings"] = _clean_timings(scrubber, members_of(entry.get("timings")))
    server = text_of(entry.get("serverIPAddress"))
    if server in LOOPBACK:
        cleaned["serverIPAddress"] = server
    elif server:
        scrubber.note(Kind.ADDRESS, "entry.serverIPAddress")
    return cleaned


def note_unlisted(scrubber: Scrubber, members: Members, listed: Collection[str], place: str) -> None:
    """Count what is left behind: comments, members of one browser, messages of a WebSocket, and anything else."""
    for name, value in members.items():
        if name == "comment":
            if value:
                scrubber.note(Kind.COMMENT, f"{place}.comment")
        elif name == "_webSocketMessages":
            messages = objects_of(value)
            scrubber.note(Kind.WEBSOCKET, place, max(1, len(messages)))
        elif name not in listed:
            scrubber.note(Kind.UNLISTED, place)


def _clean_request(scrubber: Scrubber, request: Members) -> dict[str, object]:
    note_unlisted(scrubber, request, _REQUEST, "request")
    method = text_of(request.get("method"))
    cleaned: dict[str, object] = {
        "method": scrubber.keep(method) if method in METHODS else scrubber.mark(method),
        "url": clean_address(scrubber, text_of(request.get("url")), "request.url"),
        "httpVersion": _clean_version(scrubber, request),
        "cookies": _clean_cookies(scrubber, request, "request.cookies"),
        "headers": _clean_headers(scrubber, request, "request.headers"),
        "queryString": _clean_pairs(scrubber, request.get("queryString"), _PAIR, "request.queryString"),
    }
    post = members_of(request.get("postData"))
    if post:
        cleaned["postData"] = _clean_post(scrubber, post)
    cleaned["headersSize"] = clean_size(scrubber, request.get("headersSize"))
    cleaned["bodySize"] = clean_size(scrubber, request.get("bodySize"))
    return cleaned


def _clean_response(scrubber: Scrubber, response: Members) -> dict[str, object]:
    note_unlisted(scrubber, response, _RESPONSE, "response")
    phrase = text_of(response.get("statusText"))
    return {
        "status": clean_status(response.get("status")),
        "statusText": scrubber.keep(phrase) if phrase.lower() in PHRASES else scrubber.mark(phrase),
        "httpVersion": _clean_version(scrubber, response),
        "cookies": _clean_cookies(scrubber, response, "response.cookies"),
        "headers": _clean_headers(scrubber, response, "response.headers"),
        "content": _clean_content(scrubber, members_of(response.get("content"))),
        "redirectURL": _clean_redirect(scrubber, text_of(response.get("redirectURL"))),
        "headersSize": clean_size(scrubber, response.get("headersSize")),
        "bodySize": clean_size(scrubber, response.get("bodySize")),
    }


def _clean_redirect(scrubber: Scrubber, target: str) -> str:
    if target.startswith("/") and not target.startswith("//"):  # within the same origin
        kept = clean_address(scrubber, f"http://localhost{target}", "response.redirectURL")
        return kept.removeprefix("http://localhost")
    return clean_address(scrubber, target, "response.redirectURL")


def _clean_version(scrubber: Scrubber, message: Members) -> str:
    version = text_of(message.get("httpVersion"))
    return scrubber.keep(version) if version.lower() in HTTP_VERSIONS else "unknown"


def _clean_cookies(scrubber: Scrubber, message: Members, place: str) -> list[dict[str, object]]:
    cleaned: list[dict[str, object]] = []
    for cookie in objects_of(message.get("cookies")):
        note_unlisted(scrubber, cookie, _COOKIE, place)
        name = text_of(cookie.get("name"))
        scrubber.note(NAMED.get(name.lower(), Kind.COOKIE), place)
        kept: dict[str, object] = {"name": _clean_name(scrubber, name), "value": scrubber.mark(cookie.get("value"))}
        for flag in ("httpOnly", "secure"):
            if type(cookie.get(flag)) is bool:
                kept[flag] = cookie[flag]
        same_site = text_of(cookie.get("sameSite"))
        if same_site in _SAME_SITE:
            kept["sameSite"] = same_site
        cleaned.append(kept)
    return cleaned


def _clean_headers(scrubber: Scrubber, message: Members, place: str) -> list[dict[str, object]]:
    cleaned: list[dict[str, object]] = []
    for header in objects_of(message.get("headers")):
        note_unlisted(scrubber, header, _PAIR, place)
        name, value = text_of(header.get("name")), text_of(header.get("value"))
        known = name.lower()
        kept = clean_header_value(scrubber, known, value, place) if known in LISTED_HEADERS else None
        if kept is None:
            scrubber.note(NAMED.get(known, Kind.HEADER), f"{place} {known}" if known in HEADERS else place)
        cleaned.append(
            {
                "name": scrubber.keep(name) if known in HEADERS or is_plain(scrubber, name) else scrubber.mark(name),
                "value": scrubber.mark(value) if kept is None else kept,
            }
        )
    return cleaned


def _clean_pairs(scrubber: Scrubber, pairs: object, listed: Collection[str], place: str) -> list[dict[str, object]]:
    """Return parameters without their values; a name stays when it is one that secrets are known by."""
    cleaned: list[dict[str, object]] = []
    for pair in objects_of(pairs):
        note_unlisted(scrubber, pair, listed, place)
        name = text_of(pair.get("name"))
        scrubber.note(NAMED.get(name.lower(), Kind.PARAMETER), place)
        cleaned.append({"name": _clean_name(scrubber, name), "value": scrubber.mark(pair.get("value"))})
    return cleaned


def _clean_name(scrubber: Scrubber, name: str) -> str:
    is_listed = name.lower() in NAMED and not scrubber.was_secret(name)
    return name if is_listed else scrubber.mark(name)


def _clean_type(scrubber: Scrubber, members: Members) -> str:
    given = text_of(members.get("mimeType"))
    if not given:
        return given
    kept = clean_media_type(scrubber, given)
    return _UNKNOWN_TYPE if kept is None else kept


def _clean_post(scrubber: Scrubber, post: dict[str, object]) -> dict[str, object]:
    note_unlisted(scrubber, post, _POST, "request.postData")
    cleaned: dict[str, object] = {"mimeType": _clean_type(scrubber, post)}
    if post.get("params"):
        cleaned["params"] = _clean_pairs(scrubber, post["params"], _PARAM, "request.postData.params")
    if text_of(post.get("text")):
        note_body(scrubber, read_text(post), "request.postData.text")
        cleaned["text"] = scrubber.mark(post["text"])
    elif "params" not in cleaned:
        cleaned["text"] = ""
    return cleaned


def _clean_content(scrubber: Scrubber, content: dict[str, object]) -> dict[str, object]:
    note_unlisted(scrubber, content, _CONTENT, "response.content")
    cleaned: dict[str, object] = {
        "size": clean_size(scrubber, content.get("size")),
        "mimeType": _clean_type(scrubber, content) or _UNKNOWN_TYPE,
    }
    if text_of(content.get("text")):
        text = read_text(content)
        note_body(scrubber, text, "response.content.text")
        words = keep_words(scrubber, text)
        cleaned["text"] = scrubber.mark(content["text"]) if words is None else words
    return cleaned


def _clean_timings(scrubber: Scrubber, timings: Members) -> dict[str, object]:
    note_unlisted(scrubber, timings, _TIMINGS, "timings")
    cleaned: dict[str, object] = {
        name: clean_duration(scrubber, timings[name]) for name in _OPTIONAL if name in timings
    }
    return cleaned | {name: max(0, clean_duration(scrubber, timings.get(name))) for name in _NEEDED}
