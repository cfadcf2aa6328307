import pytest

from authsim.evidence.header_values import clean_header_value
from tests.authsim.evidence.test_addresses import make_scrubber
from tests.support.recordings import LISTED, SECRETS

MARK = "‹redacted"
FORMS = (
    *("{}", "{}; q=1", "no-store, {}", "text/{}", "text/html; charset={}", "en-{}", "default-src {}"),
    *("script-src 'nonce-{}'", "{} /x/{}"),
)


def cleaned(name: str, value: str, *secrets: str, known: str = "") -> str | None:
    """What stays of a header's value."""
    return clean_header_value(make_scrubber(*secrets, known=known), name.lower(), value, "here")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name, value in LISTED.items() if name != "Content-Security-Policy"),
        ("Accept", "text/html, application/xhtml+xml, image/avif, image/*;q=0.8, */*;q=0.7"),
        ("Accept", "application/signed-exchange;v=b3;q=0.7"),
        ("Accept-Language", "*, zh-Hant-TW;q=0.5, es-419"),
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Type", "text/event-stream"),
        (
            "Content-Security-Policy",
            "default-src 'none'; connect-src http://localhost:8765 'self'; upgrade-insecure-requests",
        ),
        ("Vary", "*"),
    ],
)
def test_what_is_usual_stays(name: str, value: str) -> None:
    """The listed headers stay as they usually are, but for blanks behind commas."""
    kept = cleaned(name, value)

    assert kept is not None
    assert kept.replace(" ", "") == value.replace(" ", "")


@pytest.mark.parametrize("name", [*LISTED, "Accept", "Content-Type"])
def test_no_secret_stays_in_one(name: str) -> None:
    """Whatever is put into a listed header: a secret is not left, though one of digits alone may look like a length."""
    codes = [SECRETS[kind] for kind in ("challenge", "response", "code")]

    left = [
        value
        for secret in SECRETS.values()
        for value in (form.format(secret, secret) for form in FORMS)
        if secret in (cleaned(name, value, *codes) or "")
    ]

    assert left == []


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Content-Type", "multipart/form-data; boundary=CANARY", "multipart/form-data"),
        ("Content-Type", "text/html; charset=CANARY", "text/html"),
        ("Content-Type", "CANARY/html", None),
        ("Content-Length", "12x", None),
        ("Content-Length", "12345678901", None),
        ("Date", "yesterday", None),
        ("X-Content-Type-Options", "CANARY", None),
    ],
)
def test_what_is_not_understood_goes(name: str, value: str, kept: str | None) -> None:
    """A part that is on no list is left out, and a value of which nothing is left is none."""
    assert cleaned(name, value) == kept


def test_a_part_that_is_not_understood_is_marked_alone() -> None:
    """The other parts of a list stay readable."""
    kept = cleaned("Accept", "text/html, CANARY/x, */*;q=CANARY, image/png")

    assert kept is not None
    assert kept.startswith(f"text/html, {MARK}")
    assert kept.endswith(", image/png")
    assert kept.count(MARK) == 2


def test_a_list_without_end_is_marked_whole() -> None:
    """Nobody reads hundreds of parts."""
    kept = cleaned("Accept", ",".join(["text/html"] * 500))

    assert kept is not None
    assert kept.startswith(MARK)


def test_of_a_policy_nonces_hashes_hosts_and_unknown_words_go() -> None:
    """Keywords, schemes, loopback and the template of a report's path stay."""
    kept = cleaned(
        "Content-Security-Policy",
        "script-src 'nonce-CANARY' 'sha256-CANARY=' https://CANARY.example http://localhost:5000/x data:;"
        " CANARY-src 'self';"
        " report-uri /csp/0123abcd; ; img-src 'CANARY'",
    )

    assert kept is not None
    assert "CANARY" not in kept
    assert kept.startswith(f"script-src 'nonce-{MARK}")
    assert f"'sha256-{MARK}" in kept
    assert " data:; " in kept
    assert "report-uri /csp/{id}; img-src ‹" in kept


def test_a_length_that_is_a_code_elsewhere_goes() -> None:
    """A code does not stay because it could be a length or an age; a known secret stays in no value."""
    assert cleaned("Content-Length", "407182", "407182") is None
    assert cleaned("Cache-Control", "max-age=407182", "407182") is None
    assert cleaned("Cache-Control", "no-store", known="no-store") is None
