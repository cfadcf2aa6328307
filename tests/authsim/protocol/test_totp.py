"""The codes of an authenticator app, against the RFC, an independent oracle and what an app reads from the QR code."""

from urllib.parse import parse_qs, unquote, urlsplit

import oath
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import totp
from authsim.secret import Secret
from tests.support.vectors import load_vectors

VECTORS = load_vectors("totp_rfc6238")
RFC_KEY = Secret(bytes.fromhex(VECTORS["keys"]["SHA1"]))
KEY = Secret(bytes(range(20)))
NOW_MS = 1_750_000_000_000

keys = st.binary(min_size=20, max_size=20).map(Secret)
steps = st.integers(min_value=0, max_value=2**40)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: str(vector["time"]))
def test_the_codes_are_those_of_the_rfc(vector: dict[str, object]) -> None:
    """RFC 6238 prints 8 digits; an app shows the last 6 of them."""
    assert totp.compute_totp(RFC_KEY, vector["step"]) == str(vector["SHA1"])[-6:]  # type: ignore[arg-type]


@given(keys, steps)
def test_the_codes_are_those_of_the_oracle(key: Secret, step: int) -> None:
    """Whatever key and step, `oath` computes the same."""
    hex_key = key.reveal().hex()
    assert totp.compute_totp(key, step) == oath.hotp(hex_key, step, format="dec6")
    assert totp.compute_totp(key, step) == oath.totp(hex_key, t=step * 30, format="dec6")


class TestFindStep:
    @given(keys, steps.filter(bool), st.integers(min_value=-3, max_value=3), st.integers(min_value=0, max_value=2))
    def test_codes_in_reach_are_found(self, key: Secret, now: int, offset: int, drift: int) -> None:
        """A code of a step at most `drift` away is found; the newest step, should two have the same code."""
        step = max(0, now + offset)
        found = totp.find_step(key, totp.compute_totp(key, step), now_ms=now * 30_000, drift=drift)
        if abs(step - now) <= drift:
            assert found is not None
            assert found >= step
            assert totp.compute_totp(key, found) == totp.compute_totp(key, step)
        elif found is not None:
            assert totp.compute_totp(key, found) == totp.compute_totp(key, step)

    def test_at_the_edges_of_a_step(self) -> None:
        """The first and the last millisecond of a step belong to it."""
        code = totp.compute_totp(KEY, 1_000)
        assert totp.find_step(KEY, code, now_ms=30_000_000, drift=0) == 1_000
        assert totp.find_step(KEY, code, now_ms=30_029_999, drift=0) == 1_000
        assert totp.find_step(KEY, code, now_ms=29_999_999, drift=0) is None
        assert totp.find_step(KEY, code, now_ms=30_030_000, drift=0) is None

    def test_before_the_first_step_there_is_none(self) -> None:
        """At the epoch itself the reach ends at step 0."""
        assert totp.find_step(KEY, totp.compute_totp(KEY, 0), now_ms=0, drift=1) == 0

    def test_blanks_and_hyphens_do_not_matter(self) -> None:
        """An app shows two groups of three."""
        code = totp.compute_totp(KEY, NOW_MS // 30_000)
        assert totp.find_step(KEY, f" {code[:3]} {code[3:4]}-{code[4:]}", now_ms=NOW_MS, drift=0) == NOW_MS // 30_000

    @pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", "1_2345"])
    def test_other_texts_are_refused(self, text: str) -> None:
        """Six ASCII digits, or nothing is judged."""
        with pytest.raises(MessageError):
            totp.find_step(KEY, text, now_ms=NOW_MS, drift=1)


class TestQr:
    @given(keys, st.from_regex(r"[a-z][a-z0-9-]{2,31}", fullmatch=True))
    def test_an_app_reads_it(self, key: Secret, name: str) -> None:
        """A program that reads such codes gets the same key, name and issuer, and shows the same digits."""
        uri = totp.format_otpauth_uri(key, user_label=name).reveal_text()
        app = pyotp.parse_uri(uri)
        assert isinstance(app, pyotp.TOTP)
        assert (app.byte_secret(), app.name, app.issuer) == (key.reveal(), name, "AuthSim")
        assert app.at(NOW_MS // 1_000) == totp.compute_totp(key, NOW_MS // 30_000)

    def test_its_parts(self) -> None:
        """The form is the one that Google Authenticator named; what is default is left out, or says so."""
        parts = urlsplit(totp.format_otpauth_uri(KEY, user_label="alice").reveal_text())
        assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/AuthSim:alice")
        given_ = parse_qs(parts.query)
        assert given_.pop("secret") == ["AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"]
        assert given_.pop("issuer") == ["AuthSim"]
        assert given_ in ({}, {"digits": ["6"], "period": ["30"], "algorithm": ["SHA1"]})

    def test_what_is_typed_is_the_same_key(self) -> None:
        """Base32 in groups of four, which apps read with or without the blanks."""
        typed = totp.format_typed_key(KEY).reveal_text()
        assert typed == "AAAQ EAYE AUDA OCAJ BIFQ YDIO B4IB CEQT"
        assert pyotp.TOTP(typed.replace(" ", "")).byte_secret() == KEY.reveal()
