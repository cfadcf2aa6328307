import pytest

from authsim.evidence.addresses import clean_address
from authsim.evidence.marks import Marker
from authsim.evidence.needles import Needles
from authsim.evidence.report import Kind
from authsim.evidence.scrubbing import Scrubber
from authsim.secret import Secret


def make_scrubber(*secrets: str, known: str = "") -> Scrubber:
    """What a walk through a file carries along."""
    needles = Needles([Secret(known)] if known else [])
    return Scrubber(marker=Marker(Secret(bytes(32))), needles=needles, secrets=frozenset(secrets))


def cleaned(address: str, *secrets: str, known: str = "") -> str:
    """What stays of an address."""
    return clean_address(make_scrubber(*secrets, known=known), address, "here")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("", ""),
        ("about:blank", "about:blank"),
        ("http://localhost:8765/sso/Login", "http://localhost:8765/sso/Login"),
        (
            "http://127.0.0.1/portal/settings/secure-login-system",
            "http://127.0.0.1/portal/settings/secure-login-system",
        ),
        ("http://[::1]:5000/v1/api/iserver/auth/status", "http://[::1]:5000/v1/api/iserver/auth/status"),
        ("HTTP://LOCALHOST/Index.html", "http://localhost/Index.html"),
        ("http://localhost:99999/", "http://localhost/"),
        ("http://localhost", "http://localhost"),
        (
            "http://localhost/api/device/v1/push/0123456789abcdef0123456789abcdef",
            "http://localhost/api/device/v1/push/{id}",
        ),
        ("http://localhost/static/main.3f9a27be.js", "http://localhost/static/{id}.js"),
        ("http://localhost/static/app.min.css", "http://localhost/static/app.min.css"),
        ("http://localhost/inbox/+15555550123/texts", "http://localhost/inbox/{id}/texts"),
        ("http://localhost/users/alice/edit", "http://localhost/users/{id}/edit"),
        ("http://localhost/portal/settings/user", "http://localhost/portal/settings/user"),
        ("http://localhost/account/alice", "http://localhost/account/{id}"),
        ("http://localhost/a%20b", "http://localhost/{id}"),
        ("http://localhost/xkqzvbnwplr", "http://localhost/{id}"),
        ("http://localhost/aaaa", "http://localhost/{id}"),
        ("http://localhost/rhthmsn", "http://localhost/{id}"),
        ("http://localhost/a-b-c-d-e-f-g", "http://localhost/{id}"),
        ("http://localhost/" + "word-" * 20, "http://localhost/{id}"),
        ("http://localhost/;jsessionid=1", "http://localhost/{id}"),
        ("http://localhost/{id}", "http://localhost/{id}"),
        ("http://localhost/" + "a/" * 50, "http://localhost/" + "a/" * 39 + "{id}"),
    ],
)
def test_the_template_of_a_path_stays(address: str, kept: str) -> None:
    """Plain words, versions and extensions stay; whatever could be an id, a name or a code does not."""
    assert cleaned(address) == kept


@pytest.mark.parametrize(
    "address",
    [
        "https://alice:sesame@portal.example/home?token=CANARY#CANARY",
        "https://CANARY.portal.example/home?CANARY",
        "wss://portal.example:407182/home",
        "data:text/plain;base64,CANARY",
        "blob:https://portal.example/CANARY",
        "file:///home/alice/CANARY",
        "chrome-extension://CANARY/page",
        "javascript:CANARY",
        "CANARY:whatever",
        "http:CANARY",
        "http://CANARY:407182/",
        "no address at all",
        "//portal.example/CANARY",
        "http://a b/CANARY",
    ],
)
def test_everything_else_of_an_address_goes(address: str) -> None:
    """Host, user, password, query, fragment, and what is no address of the web: none of it stays."""
    kept = cleaned(address)

    assert [word for word in ("CANARY", "canary", "alice", "sesame", "portal", "token", "407182") if word in kept] == []
    assert ":" in kept


def test_the_same_host_has_the_same_name() -> None:
    """A reader sees which requests went to one host, and never to which."""
    scrubber = make_scrubber()
    first, second, other = (
        clean_address(scrubber, f"https://{host}/a", "here") for host in ("a.example", "A.example:443", "b.example")
    )

    assert first == second != other
    assert first.endswith(".invalid/a")


def test_a_secret_of_the_file_is_no_word_of_a_path() -> None:
    """A word that was a secret elsewhere becomes an id, in small letters or large."""
    assert cleaned("http://localhost/open/Sesame/my-sesame.html", "sesame") == "http://localhost/open/{id}/{id}.html"


def test_a_known_secret_is_no_part_of_an_address() -> None:
    """A known secret goes as a word, across words, as a port and as a scheme."""
    assert cleaned("http://localhost/open/sesame", known="sesame") == "http://localhost/open/{id}"
    assert cleaned("http://localhost/open/sesame", known="open/sesame") == "http://localhost/{id}"
    assert cleaned("http://localhost:8765/", known=":8765/") == "http://localhost:8765/", "no value holds it alone"
    assert cleaned("sesame:open", known="sesame").startswith("invalid:‹")


def test_what_was_in_an_address_is_counted() -> None:
    """Users, parameters and fragments are counted by their kinds."""
    scrubber = make_scrubber()
    clean_address(
        scrubber, "https://u:p@portal.example/me@example.test/session-7793?code=1&x=2&flag#access_token=3", "here"
    )

    found = {(one.kind, one.place): one.count for one in scrubber.findings()}

    assert found == {
        (Kind.PASSWORD, "here userinfo"): 1,
        (Kind.CODE, "here query"): 1,
        (Kind.PARAMETER, "here query"): 2,
        (Kind.TOKEN, "here fragment"): 1,
        (Kind.ADDRESS, "here host"): 1,
        (Kind.PERSONAL, "here path"): 1,
        (Kind.SESSION, "here path"): 1,
    }
