import base64
import copy
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.evidence import Kind, read_har, sanitise, waterfall
from authsim.evidence.needles import spell
from authsim.evidence.vocabulary import METHODS, NAMED
from authsim.secret import Secret
from tests.support.canaries import forms_of
from tests.support.ports import CountedEntropy
from tests.support.recordings import RECORDINGS, SECRETS, make_login, write

#: How something may have been written down before it was put anywhere.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "clear": str,
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "url": lambda text: quote(text, safe=""),
    "utf-16": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "json": lambda text: json.dumps({"nested": json.dumps({"again": text})}),
    "form": lambda text: f"a=1&b={quote(text, safe='')}",
    "address": lambda text: (
        f"https://{quote(text, safe='')}@example.test/{quote(text, safe='')}?q={quote(text, safe='')}"
    ),
    "header": lambda text: f"text/html; boundary={text}, max-age={text}, en-{text}, 'nonce-{text}'",
    "data": lambda text: f"data:text/plain,{quote(text, safe='')}",
    "mark": lambda text: f"‹redacted:len=9:tag={text}›",
}


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a file, below its log."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [place for key, member in inner for place in places_in(member, (*path, key))]


def plant(file: Any, place: tuple[Any, ...], how: str, text: str) -> None:
    """Put a text at a place: instead of a value, behind it, as a member's name, or as one more member or item."""
    whole = file
    for key in place[:-1]:
        whole = whole[key]
    key = place[-1]
    if how == "name" and isinstance(whole, dict):
        whole[text] = whole[key]
    elif how == "behind" and isinstance(whole[key], str):
        whole[key] += text
    elif how == "inside" and isinstance(whole[key], dict):
        whole[key][f"_{text}"] = {"deeper": [text, {text: text}]}
    elif how == "inside" and isinstance(whole[key], list) and key not in ("entries", "pages"):
        whole[key].append({"name": text, "value": text, text: [text]})
    elif place not in {("log",), ("log", "entries"), ("log", "pages")} and not (
        len(place) < 5 and key in ("request", *range(9))
    ):
        whole[key] = text


FILES = {name: make() for name, make in RECORDINGS.items()}
PLACES = {name: places_in(file)[1:] for name, file in FILES.items()}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_planted_anywhere_does_not_survive(data: st.DataObject) -> None:
    """Any of ten secrets, in any spelling, as any value, name or part, in the file of any program: none is left.

    Digits where a length or an age belongs are a code only as long as a page or a form of the file shows them as one.
    """
    name = data.draw(st.sampled_from(sorted(FILES)))
    file, has_digits = copy.deepcopy(FILES[name]), False
    for _ in range(data.draw(st.integers(1, 8))):
        spell_so = SPELLINGS[data.draw(st.sampled_from(sorted(SPELLINGS)))]
        secret = SECRETS[data.draw(st.sampled_from(sorted(SECRETS)))]
        text, has_digits = spell_so(secret), has_digits or secret.isdigit()
        place = data.draw(st.sampled_from(PLACES[name]))
        try:
            plant(file, place, data.draw(st.sampled_from(["value", "name", "behind", "inside"])), text)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier one has taken the place away
    if has_digits:  # what shows them as codes may have been taken away as well
        file["log"]["entries"] += copy.deepcopy(FILES[name]["log"]["entries"])

    cleaned = sanitise(read_har(write(file)), entropy=CountedEntropy())

    left = [
        f"{kind} ({form})"
        for kind, value in SECRETS.items()
        for form, spelt in forms_of(value.encode()).items()
        if spelt in cleaned.har
    ]
    assert left == []


@pytest.mark.parametrize(("spelling", "how"), [("clear", "value"), ("address", "value"), ("header", "behind")])
def test_no_place_lets_a_secret_through(spelling: str, how: str) -> None:
    """Each place of a file in turn is a secret, or ends with one; it is not left."""
    text = SPELLINGS[spelling](SECRETS["key"])
    left = []
    for place in PLACES["chrome"]:
        file = copy.deepcopy(FILES["chrome"])
        plant(file, place, how, text)
        if SECRETS["key"].encode() in sanitise(read_har(write(file)), entropy=CountedEntropy()).har:
            left.append(place)

    assert left == []


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *(
                            "name",
                            "sameSite",
                            "encoding",
                            "method",
                            "httpVersion",
                            "serverIPAddress",
                            "statusText",
                            "error",
                        ),
                        "value",
                        "text",
                        "url",
                        "headers",
                        "cookies",
                        "queryString",
                        "postData",
                        "params",
                        "content",
                        "timings",
                        "status",
                        "mimeType",
                        "id",
                        "title",
                        "pageref",
                        "x",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=30,
    )
)
def test_any_file_comes_out_as_a_har_file(junk: Any) -> None:
    """Whatever stands where a request, an answer or a page should be: a file goes in, a HAR file comes out."""
    members = (
        junk
        if isinstance(junk, dict)
        else {"headers": junk, "cookies": junk, "url": junk, "content": junk, "postData": junk}
    )
    entry = {
        "request": members,
        "response": junk,
        "timings": junk,
        "startedDateTime": junk,
        "time": junk,
        "pageref": junk,
    }
    file = {
        "log": {"entries": [entry, {"request": {}}], "pages": [members], "creator": junk, "browser": junk, "x": junk}
    }

    cleaned = sanitise(read_har(write(file)), entropy=CountedEntropy())

    assert len(read_har(cleaned.har).entries) == 2
    assert json.loads(cleaned.har)["log"]["entries"][1]["response"]["status"] == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "method": st.sampled_from(sorted(METHODS)),
                "path": st.lists(
                    st.sampled_from(["sso", "Login", "SecondFactor", "portal", "api", "v1", "app.min.css"])
                ),
                "status": st.integers(100, 599),
                "mime": st.sampled_from(["text/html", "application/json", "image/svg+xml", "font/woff2"]),
                "size": st.integers(0, 1 << 40),
                "ms": st.floats(0, 1_000_000),
            }
        ),
        max_size=6,
    )
)
def test_what_support_reads_survives(told: list[dict[str, Any]]) -> None:
    """Method, path, status, type, size and every duration of any request come out as they went in."""
    entries = [
        {
            "startedDateTime": "2026-03-04T05:06:07.890Z",
            "time": one["ms"],
            "request": {"method": one["method"], "url": "https://a.example/" + "/".join(one["path"])},
            "response": {"status": one["status"], "content": {"mimeType": one["mime"], "size": one["size"]}},
            "timings": dict.fromkeys(("blocked", "dns", "connect", "ssl", "send", "wait", "receive"), one["ms"]),
        }
        for one in told
    ]

    bars = waterfall(sanitise(read_har(write({"log": {"entries": entries}})), entropy=CountedEntropy()))

    for bar, one in zip(bars, told, strict=True):
        assert (bar.method, bar.status, bar.media_type, bar.size) == tuple(
            one[name] for name in ("method", "status", "mime", "size")
        )
        assert urlsplit(bar.address).path == "/" + "/".join(one["path"])
        assert {bar.total_ms, bar.blocked_ms, bar.connect_ms, bar.send_ms, bar.wait_ms} == {round(one["ms"], 3)}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_known_secret_is_left_nowhere(kind: str) -> None:
    """What the caller knows to be secret goes even where a word or a number of its kind could stay."""
    secret = SECRETS[kind]
    file = make_login()
    entry = file["log"]["entries"][4]
    entry["request"]["url"] = f"https://example.test/plain/{secret}/words"
    entry["response"]["headers"] += [{"name": "Content-Length", "value": secret}, {"name": secret, "value": "1"}]
    entry["response"]["content"]["size"] = int(secret) if secret.isdigit() else 1
    entry["time"] = int(secret) if secret.isdigit() else 1

    cleaned = sanitise(read_har(write(file)), entropy=CountedEntropy(), known=[Secret(secret)])

    assert not any(spelling in cleaned.har for spelling in spell(secret.encode()))
    assert cleaned.report.searched == 1


@pytest.mark.parametrize(
    "word", ["Second", "portal", "WebInspector", "2026-03-04", "application/json", "Accept", "38.125", "charset=utf-8"]
)
def test_a_known_secret_that_looks_like_a_word_goes_too(word: str) -> None:
    """A secret may be a word that is on a list, or a part of an instant: it is left in no value."""
    cleaned = sanitise(read_har(write(make_login())), entropy=CountedEntropy(), known=[Secret(word)])

    assert word not in cleaned.har.decode()


def test_a_word_that_was_typed_as_a_secret_is_none_elsewhere() -> None:
    """A password or a name that looks like a plain word goes from addresses, header names and lengths as well."""
    file = make_login()
    entry = file["log"]["entries"][0]
    entry["request"]["postData"] = {
        "mimeType": "application/x-www-form-urlencoded",
        "text": "username=wilhelmina&password=sesame&otp=4938",
    }
    entry["request"]["url"] = "http://localhost:8765/home/wilhelmina/open/Sesame"
    entry["request"]["headers"] += [{"name": "X-Sesame", "value": "1"}, {"name": "Content-Length", "value": "4938"}]
    entry["response"]["bodySize"] = 4938

    har = sanitise(read_har(write(file)), entropy=CountedEntropy()).har.decode()

    assert "http://localhost:8765/home/{id}/open/{id}" in har
    assert [word for word in ("wilhelmina", "sesame", "4938") if word in har.lower()] == []


def test_a_secret_that_is_too_short_cannot_be_looked_for() -> None:
    """Less than 6 bytes stand in every file by chance: asking for that is the caller's mistake."""
    with pytest.raises(ValueError, match="6 bytes"):
        sanitise(read_har(write(make_login())), entropy=CountedEntropy(), known=[Secret("12345")])


def test_nothing_is_handed_out_with_a_known_secret_in_it() -> None:
    """Should one be left all the same, such as in a word of our own, there is no file."""
    with pytest.raises(MessageError, match="would be left"):
        sanitise(read_har(write(make_login())), entropy=CountedEntropy(), known=[Secret("Sanitised by")])


def test_an_empty_list_of_known_secrets_leaves_no_more() -> None:
    """There is no option by which less is taken out: none, an empty list and a list give the same file."""
    har = read_har(write(make_login()))

    files = [
        sanitise(har, entropy=CountedEntropy(), **more).har
        for more in ({}, {"known": []}, {"known": [Secret("unrelated")]})
    ]  # type: ignore[arg-type]

    assert files[0] == files[1] == files[2]


def test_the_simulators_own_words_stay_and_nothing_beside_them() -> None:
    """Of an answer of the simulator its error and its state stay: that is what support looks for."""
    file = make_login()
    for entry, text in zip(
        file["log"]["entries"],
        [
            '{"v":1,"error":"wrong_response","ref":"CANARY77"}',
            '{"state":"waiting","number":"407182"}',
            '{"error":"CANARY"}',
            '{"error":["wrong_response"]}',
            "{" * 900,
            '{"error":"busy"',
        ],
        strict=True,
    ):
        entry["response"]["content"] = {"size": 1, "mimeType": "application/json", "text": text}

    entries = json.loads(sanitise(read_har(write(file)), entropy=CountedEntropy()).har)["log"]["entries"]

    texts = [entry["response"]["content"]["text"] for entry in entries]
    assert texts[:2] == ['{"error":"wrong_response"}', '{"state":"waiting"}']
    assert all(text.startswith("‹redacted:len=") for text in texts[2:])


def test_empty_bodies_stay_empty() -> None:
    """A body that is not there is not marked; one without text keeps its type."""
    file = make_login()
    file["log"]["entries"][0]["request"]["postData"] = {"mimeType": ""}
    file["log"]["entries"][0]["response"]["content"] = {"size": 0, "mimeType": "", "text": ""}
    file["log"]["entries"][1]["request"]["postData"] = {"params": [{"name": "password", "value": "CANARY"}]}

    entry, other, *_ = json.loads(sanitise(read_har(write(file)), entropy=CountedEntropy()).har)["log"]["entries"]

    assert entry["request"]["postData"] == {"mimeType": "", "text": ""}
    assert other["request"]["postData"].keys() == {"mimeType", "params"}
    assert entry["response"]["content"] == {"size": 0, "mimeType": "x-unknown"}


def test_what_only_says_how_stays() -> None:
    """Flags of cookies, loopback, and a size that was written as a fraction are no secrets."""
    file = make_login()
    entry = file["log"]["entries"][0]
    entry["serverIPAddress"] = "127.0.0.1"
    entry["response"]["cookies"][0] |= {"sameSite": "Lax", "secure": False, "expires": "2026-03-04T05:06:07Z"}
    entry["response"]["bodySize"] = 17.0

    kept = json.loads(sanitise(read_har(write(file)), entropy=CountedEntropy()).har)["log"]["entries"][0]

    cookie = kept["response"]["cookies"][0]
    assert (cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) == ("Lax", False, True)
    assert kept["serverIPAddress"] == "127.0.0.1"
    assert kept["response"]["bodySize"] == 17


def test_fields_are_found_in_every_kind_of_body() -> None:
    """A form, a multipart body, JSON and a page: what is in a telling field is counted, and known again elsewhere."""
    file = make_login()
    bodies = [
        "password=gladiolus&x=1",
        '--CANARY\r\nContent-Disposition: form-data; name="password"\r\n\r\ngladiolus\r\n--CANARY--',
        '{"deep": [{"password": "gladiolus"}]}',
        '<input type=hidden><input name="password" type="text" value="gladiolus">',
    ]
    for entry, body in zip(file["log"]["entries"], bodies, strict=False):
        entry["request"]["postData"] = {"mimeType": "x", "text": body}
    for entry in file["log"]["entries"]:
        entry["request"]["url"] = "http://localhost/gladiolus"
    file["log"]["entries"][4]["request"]["url"] = "http://[password=gladiolus"

    cleaned = sanitise(read_har(write(file)), entropy=CountedEntropy())

    assert "gladiolus" not in cleaned.har.decode()
    (found,) = (one for one in cleaned.report.findings if one.kind is Kind.PASSWORD)
    assert (found.place, found.count, found.entries) == ("request.postData.text", 4, (0, 1, 2, 3))


@pytest.mark.parametrize(
    "words",
    [
        "access_token appID assertion auth authenticity_token authorization challenge client_id client_secret code",
        "code_challenge code_verifier email facetID fcParams id_token password refresh_token SAMLRequest SAMLResponse",
        "serverData shdf state token usg vses2 x-client-data cookie set-cookie proxy-authorization www-authenticate",
        "x-csrf-token x-api-key x-forwarded-for x-real-ip forwarded referer location etag last-event-id session sid",
        "jsessionid csrf nonce sn cn mac sig dsk dkx pkx seed secret otp pin passcode response number sms phone",
        "recovery username user_label device_id flow_id request_id qr uri key private_key ctr",
    ],
)
def test_the_usual_names_of_secrets_are_known(words: str) -> None:
    """A second belt: what public sanitizers look for by name, and our own names, is counted by its kind."""
    assert [word for word in words.split() if word.lower() not in NAMED] == []
