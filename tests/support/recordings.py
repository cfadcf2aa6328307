"""HAR files as different programs write them, each with the same ten secrets in the places where such things stand.

Small, and written by hand after the shapes of those programs; the secrets are canaries.
"""

import base64
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote_plus

_JWT: Final = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDQU5BUlktMDg3NyJ9.c2lnbmF0dXJlLUNBTkFSWS0wODc3LXh5eno"

#: What must not be left: ten secrets of a login.
SECRETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "password": "CANARY horse battery 7!",
        "session": "kX3vT0aSessionCANARYf9Qm2ZrB7wLhYcUo1pEiNdA",
        "login": "pL8cD2uLoginCANARYt5Xk9VnG4sRwJbHqZ3yMoFeTI",
        "csrf": "ImNzcmZDQU5BUlk5Nzci.aZkTqw.CANARY-csrf-4f1b",
        "challenge": "407182",
        "response": "58203914",
        "code": "731906",
        "bearer": _JWT,
        "key": "CANARYkey-3f9a-27be-80d1",
        "activation": "authsim://activate/1?c=7Q2M9XK4T0CANARY8ZB5WJ6HD",
    }
)
_S = SECRETS
_USER: Final = "canary-alice"
_ORIGIN: Final = "https://portal.canary-bank.example"
_CHALLENGE_PAGE: Final = (
    '<!doctype html><form><input type="hidden" name="csrf_token" value="{csrf}">'
    '<span class="xyz-goldchallenge">{challenge}</span></form>'
)

#: What a reader must still see of each file, in its order: method, path, status, type.
STORY: Final = (
    ("POST", "/sso/Login", 303, "text/html"),
    ("GET", "/sso/SecondFactor", 200, "text/html"),
    ("POST", "/sso/SecondFactor/respond", 401, "text/html"),
    ("POST", "/api/device/v1/adduser/finish", 200, "application/json"),
    ("GET", "/api/v2/accounts/{id}/{id}", 200, "application/json"),
    ("GET", "/portal/activation/qr.svg", 200, "image/svg+xml"),
)


#: Headers whose values may stay, as they usually are.
LISTED: Final = MappingProxyType(
    {
        "Accept-Language": "en-US,en;q=0.9,ja;q=0.8",
        "Cache-Control": "no-store, max-age=0",
        "Content-Length": "311",
        "Content-Security-Policy": "default-src 'none'; script-src 'nonce-c4n4ry0123456789'; report-uri /csp",
        "Date": "Wed, 04 Mar 2026 05:06:07 GMT",
        "Referrer-Policy": "same-origin",
        "Vary": "Cookie, Accept-Language",
        "X-Content-Type-Options": "nosniff",
    }
)


def _entry(number: int, method: str, path: str, status: int, mime: str) -> dict[str, Any]:
    return {
        "startedDateTime": f"2026-03-04T05:06:{number:02}.123Z",
        "time": 41.5 + number,
        "request": {
            "method": method,
            "url": _ORIGIN + path,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [
                {"name": "Accept", "value": "text/html,application/xhtml+xml,*/*;q=0.8"},
                {"name": "User-Agent", "value": "Mozilla/5.0 (X11; Linux x86_64)"},
            ],
            "queryString": [],
            "headersSize": 512,
            "bodySize": 0,
        },
        "response": {
            "status": status,
            "statusText": {200: "OK", 303: "SEE OTHER", 401: "UNAUTHORIZED"}[status],
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Content-Type", "value": f"{mime}; charset=utf-8"}],
            "content": {"size": 100 + number, "mimeType": f"{mime}; charset=utf-8"},
            "redirectURL": "",
            "headersSize": 256,
            "bodySize": 100 + number,
        },
        "cache": {},
        "timings": {"blocked": 1.5, "dns": -1, "connect": -1, "ssl": -1, "send": 0.25, "wait": 38.125, "receive": 1.75},
    }


def _form(fields: Mapping[str, str]) -> dict[str, Any]:
    text = "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items())
    return {
        "mimeType": "application/x-www-form-urlencoded",
        "text": text,
        "params": [{"name": name, "value": value} for name, value in fields.items()],
    }


def make_login() -> dict[str, Any]:
    """Return a login as the format has it, without anything that only one program writes."""
    entries = [_entry(number, *told) for number, told in enumerate(STORY)]
    first, page, answer, finish, key, qr = entries
    first["request"]["postData"] = _form({"username": _USER, "password": _S["password"], "csrf_token": _S["csrf"]})
    first["response"]["headers"].append(
        {"name": "Set-Cookie", "value": f"authsim_l_0123abcd={_S['login']}; Path=/; HttpOnly"}
    )
    first["response"]["cookies"] = [{"name": "authsim_l_0123abcd", "value": _S["login"], "path": "/", "httpOnly": True}]
    first["response"]["headers"] += [{"name": name, "value": value} for name, value in LISTED.items()]
    first["response"]["redirectURL"] = "/sso/SecondFactor"
    page["request"]["headers"].append(
        {"name": "Cookie", "value": f"authsim_l_0123abcd={_S['login']}; sid={_S['session']}"}
    )
    page["request"]["cookies"] = [{"name": "sid", "value": _S["session"]}]
    page["response"]["content"]["text"] = _CHALLENGE_PAGE.format(**_S)
    answer["request"]["postData"] = _form({"gold-response": _S["response"], "csrf_token": _S["csrf"]})
    finish["request"]["postData"] = {"mimeType": "application/json", "text": json.dumps({"v": 1, "code": _S["code"]})}
    finish["request"]["headers"].append({"name": "Authorization", "value": f"Bearer {_S['bearer']}"})
    key["request"]["url"] = (
        f"{_ORIGIN}/api/v2/accounts/{_USER}/{_S['key']}?api_key={_S['key']}#access_token={_S['bearer']}"
    )
    key["request"]["queryString"] = [{"name": "api_key", "value": _S["key"]}]
    key["request"]["headers"].append({"name": "Referer", "value": f"{_ORIGIN}/start?api_key={_S['key']}"})
    key["response"]["content"]["text"] = json.dumps({"owner": {"email": "alice@canary.example"}, "key": _S["key"]})
    qr["response"]["content"] |= {"text": base64.b64encode(_S["activation"].encode()).decode(), "encoding": "base64"}
    return {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "entries": entries}}


def _chrome() -> dict[str, Any]:
    file = make_login()
    file["log"]["pages"] = [
        {
            "startedDateTime": "2026-03-04T05:06:00.100Z",
            "id": "page_2",
            "title": f"{_ORIGIN}/start?api_key={_S['key']}",
            "pageTimings": {"onContentLoad": 88.123, "onLoad": 120.5},
        }
    ]
    for number, entry in enumerate(file["log"]["entries"]):
        stack = {"callFrames": [{"functionName": "send", "url": f"{_ORIGIN}/app.js?token={_S['bearer']}"}]}
        entry |= {
            "pageref": "page_2",
            "connection": "407182",
            "serverIPAddress": "203.0.113.9",
            "_initiator": {"type": "script", "stack": stack},
            "_priority": "VeryHigh",
            "_resourceType": "document",
        }
        entry["timings"] |= {"_blocked_queueing": 1.25 + number}
        entry["response"] |= {"_transferSize": 356, "_error": None}
        entry["request"]["headers"].insert(0, {"name": ":path", "value": entry["request"]["url"].removeprefix(_ORIGIN)})
        entry["request"]["headers"].insert(0, {"name": ":authority", "value": "portal.canary-bank.example"})
    file["log"]["entries"][1]["_webSocketMessages"] = [
        {"type": "send", "time": 1.5, "opcode": 1, "data": json.dumps({"session": _S["session"]})}
    ]
    return file


def _firefox() -> dict[str, Any]:
    file = make_login()
    file["log"] |= {
        "creator": {"name": "Firefox", "version": "145.0"},
        "browser": {"name": "Firefox", "version": "145.0"},
        "pages": [
            {
                "id": "page_1",
                "pageTimings": {"onContentLoad": 9, "onLoad": 21},
                "startedDateTime": "2026-03-04T06:06:00.000+01:00",
            }
        ],
    }
    for entry in file["log"]["entries"]:
        entry |= {
            "pageref": "page_1",
            "startedDateTime": entry["startedDateTime"].replace("Z", "+01:00"),
            "_securityState": "secure",
        }
        entry["response"]["content"]["comment"] = f"Response body is not included: {_S['csrf']}"
    return file


def _safari() -> dict[str, Any]:
    file = make_login()
    file["log"]["creator"] = {"name": "WebKit Web Inspector", "version": "619.1"}
    for entry in file["log"]["entries"]:
        entry |= {"_fetchType": "Network Load", "_priority": "high", "_serverPort": 443}
        del entry["timings"]["blocked"]
    return file


def _charles() -> dict[str, Any]:
    file = make_login()
    file["log"]["creator"] = {"name": "Charles Proxy", "version": "5.0.3", "comment": f"registered to {_S['key']}"}
    file["log"]["comment"] = f"recorded for {_USER} with {_S['password']}"
    for entry in file["log"]["entries"]:
        entry["comment"] = _S["session"]
    return file


def _fiddler() -> dict[str, Any]:
    file = make_login()
    file["log"]["creator"] = {"name": "Fiddler", "version": "5.0.20251.1171", "comment": "https://fiddler2.com"}
    file["log"]["pages"] = []
    for number, entry in enumerate(file["log"]["entries"]):
        entry |= {
            "startedDateTime": f"2026-03-04T05:06:{number:02}.1234567+00:00",
            "connection": "ClientPort:50112;EgressPort:50113",
        }
    return file


def _mitmproxy() -> dict[str, Any]:
    file = make_login()
    file["log"] |= {"creator": {"name": "mitmproxy", "version": "12.1.1", "comment": ""}, "pages": []}
    for entry in file["log"]["entries"]:
        entry["_proxied"] = {"client": "192.0.2.7", "secret": _S["password"]}
        entry["serverIPAddress"] = "203.0.113.9"
    return file


def _insomnia() -> dict[str, Any]:
    file = make_login()
    file["log"]["creator"] = {"name": "Insomnia REST Client", "version": "insomnia.desktop.app:v10.3.0"}
    for entry in file["log"]["entries"]:
        entry |= {"comment": f"My request {_S['code']}", "timings": {"send": 0, "wait": 0, "receive": 0}}
        entry["request"]["settingEncodeUrl"] = True
    return file


def _playwright() -> dict[str, Any]:
    file = make_login()
    file["log"] |= {
        "creator": {"name": "Playwright", "version": "1.65.0"},
        "browser": {"name": "chromium", "version": "146.0.1"},
    }
    for entry in file["log"]["entries"]:
        entry |= {"_frameref": "frame@0f8e", "_monotonicTime": 1201.5, "_serverPort": 443}
        entry["_securityDetails"] = {"protocol": "TLS 1.3", "subjectName": "portal.canary-bank.example"}
        entry["response"] |= {"_failureText": f"net::ERR {_S['login']}"}
    return file


#: One file for each program.
RECORDINGS: Final = MappingProxyType(
    {
        "chrome": _chrome,
        "edge": lambda: _chrome() | {"_vendor": {"machine": _S["key"]}},
        "firefox": _firefox,
        "safari": _safari,
        "charles": _charles,
        "fiddler": _fiddler,
        "mitmproxy": _mitmproxy,
        "insomnia": _insomnia,
        "playwright": _playwright,
    }
)


def write(file: object) -> bytes:
    """Return a file as its program would write it."""
    return json.dumps(file, ensure_ascii=False).encode()
