import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from authsim.evidence import Cleaned, Kind, format_report, parse_report, read_har, sanitise, token_shapes, waterfall
from tests.support.canaries import forms_of
from tests.support.ports import CountedEntropy
from tests.support.recordings import RECORDINGS, SECRETS, STORY, write

CANARIES = SECRETS | {"user": "canary-alice", "host": "canary-bank", "owner": "alice@canary", "client": "192.0.2.7"}


def clean(file: object) -> Cleaned:
    """Read and sanitise a file, without telling what its secrets are."""
    return sanitise(read_har(write(file)), entropy=CountedEntropy())


def left_in(data: bytes) -> list[str]:
    """The canaries that are left, in any form, and the form."""
    return [
        f"{name} ({form})"
        for name, value in CANARIES.items()
        for form, spelt in forms_of(value.encode()).items()
        if spelt in data
    ]


@pytest.fixture(scope="module", params=RECORDINGS)
def program(request: pytest.FixtureRequest) -> str:
    """A program that writes HAR files."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def cleaned(program: str) -> Cleaned:
    """Its file, sanitised."""
    return clean(RECORDINGS[program]())


def test_every_secret_is_planted(program: str) -> None:
    """The files are a test: each of the ten secrets stands in each of them."""
    text = json.dumps(RECORDINGS[program](), ensure_ascii=False)

    found = {
        name
        for name, value in SECRETS.items()
        if any(form.decode("latin-1") in text for form in forms_of(value.encode()).values())
    }

    assert found | {"password"} == set(SECRETS)
    assert "CANARY+horse+battery+7%21" in text


def test_no_secret_is_left(cleaned: Cleaned) -> None:
    """0 of 10 secrets, no name, no host and no address of a client is left in any form."""
    assert left_in(cleaned.har) == []
    assert left_in(format_report(cleaned.report)) == []
    assert token_shapes(cleaned) == ()


def test_the_story_stays_readable(cleaned: Cleaned) -> None:
    """Method, path, status, types, sizes and times of every request are still there."""
    entries = json.loads(cleaned.har)["log"]["entries"]

    told = [
        (
            one["request"]["method"],
            urlsplit(one["request"]["url"]).path,
            one["response"]["status"],
            one["response"]["content"]["mimeType"],
        )
        for one in entries
    ]

    assert told == [(method, path, status, f"{mime}; charset=utf-8") for method, path, status, mime in STORY]
    assert [one["time"] for one in entries] == [41.5, 42.5, 43.5, 44.5, 45.5, 46.5]
    assert [one["response"]["bodySize"] for one in entries] == [100, 101, 102, 103, 104, 105]
    assert {one["response"]["headers"][0]["value"] for one in entries[:3]} == {"text/html; charset=utf-8"}
    assert entries[0]["response"]["redirectURL"] == "/sso/SecondFactor"


def test_the_waterfall_shows_when_what_was_asked(cleaned: Cleaned) -> None:
    """Each request is a bar that begins where it began."""
    bars = waterfall(cleaned)

    assert [bar.number for bar in bars] == [1, 2, 3, 4, 5, 6]
    assert [round(bar.start_ms) for bar in bars] == [0, 1_000, 2_000, 3_000, 4_000, 5_000]
    assert [(bar.method, urlsplit(bar.address).path, bar.status) for bar in bars] == [told[:3] for told in STORY]


def test_the_report_says_what_was_found(cleaned: Cleaned) -> None:
    """Passwords, codes, tokens, sessions, cookies and keys are counted, with the places and the requests."""
    counts = cleaned.report.counts

    assert {
        Kind.PASSWORD,
        Kind.CHALLENGE,
        Kind.RESPONSE,
        Kind.CODE,
        Kind.TOKEN,
        Kind.SESSION,
        Kind.KEY,
    } <= counts.keys()
    assert {Kind.COOKIE, Kind.PERSONAL, Kind.ADDRESS, Kind.BODY, Kind.HEADER} <= counts.keys()
    responses = [one for one in cleaned.report.findings if one.kind is Kind.RESPONSE]
    assert {one.place for one in responses} == {"request.postData.params", "request.postData.text"}
    assert {one.entries for one in responses} == {(2,)}
    assert parse_report(format_report(cleaned.report)) == cleaned.report


def test_messages_of_a_websocket_are_counted_and_gone() -> None:
    """A WebSocket's messages are no member of the format: they are counted, and none is left."""
    cleaned = clean(RECORDINGS["chrome"]())

    assert cleaned.report.counts[Kind.WEBSOCKET] == 1
    assert b"_webSocket" not in cleaned.har


def test_comments_are_counted_and_gone() -> None:
    """A comment may stand anywhere in the format, and stays nowhere."""
    cleaned = clean(RECORDINGS["charles"]())

    assert cleaned.report.counts[Kind.COMMENT] == 8
    assert cleaned.har.count(b'"comment"') == 1, "our own"


def is_importable(file: Any) -> bool:
    """What every importer of HAR 1.2 asks for is there."""
    log = file["log"]
    pages = [page["id"] for page in log["pages"]]
    assert log["version"] == "1.2"
    assert {"name", "version"} <= log["creator"].keys()
    assert len(set(pages)) == len(pages)
    for page in log["pages"]:
        assert {"startedDateTime", "id", "title", "pageTimings"} <= page.keys()
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= entry.keys()
        assert entry.get("pageref", "page_1") in [*pages, "page_1"]
        request = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
        assert request <= entry["request"].keys()
        response = {
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        }
        assert response <= entry["response"].keys()
        assert {"size", "mimeType"} <= entry["response"]["content"].keys()
        assert {"send", "wait", "receive"} <= entry["timings"].keys()
        assert urlsplit(entry["request"]["url"]).scheme
        for pair in (*entry["request"]["headers"], *entry["request"]["queryString"], *entry["response"]["headers"]):
            assert {"name", "value"} == pair.keys()
    return True


def test_the_result_is_a_har_file_again(cleaned: Cleaned) -> None:
    """It has every member that HAR 1.2 asks for, and it is read by what reads the others."""
    assert is_importable(json.loads(cleaned.har))
    assert len(read_har(cleaned.har).entries) == len(STORY)


def shape_of(value: object) -> object:
    """What is left of a file when every mark looks alike."""
    if isinstance(value, dict):
        return {name: shape_of(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape_of(item) for item in value]
    if isinstance(value, str) and ("‹redacted" in value or ".invalid" in value):
        return "marked"
    return value


def test_sanitising_twice_changes_no_shape(cleaned: Cleaned) -> None:
    """What is clean stays as it is; a mark becomes a mark, for whoever wrote it."""
    again = sanitise(read_har(cleaned.har), entropy=CountedEntropy("another"))

    assert shape_of(json.loads(again.har)) == shape_of(json.loads(cleaned.har))
    assert again.har != cleaned.har, "the tags are made under another key"


def test_equal_values_have_equal_tags_in_one_file_only() -> None:
    """A reader sees that it is the same cookie again, and cannot look it up elsewhere."""
    file = RECORDINGS["firefox"]()
    entropy = CountedEntropy()

    first, second = (
        json.loads(sanitise(read_har(write(file)), entropy=entropy).har)["log"]["entries"] for _ in range(2)
    )

    csrf = [one["request"]["postData"]["params"][-1]["value"] for one in (first[0], first[2])]
    assert csrf[0] == csrf[1]
    assert csrf[0] != second[0]["request"]["postData"]["params"][-1]["value"]
