import pytest

from authsim.errors import MessageError
from authsim.protocol.suite import CLASSIC6, STRICT10, SUITES, parse_suite, require_suite_name, suite_text
from tests.support.vectors import load_vectors

NEGATIVE = load_vectors("ocra_negative_suites")["suites"]


@pytest.mark.parametrize(
    "text", [*NEGATIVE, "A" * 10_000, "OCRA-1:HOTP-SHA256-8:QN08" + " " * 10_000], ids=lambda text: ascii(text[:40])
)
def test_what_the_rfc_does_not_define_is_refused(text: str) -> None:
    """Every suite outside RFC 6287 is refused, bare Q and a time step of zero included."""
    with pytest.raises(MessageError):
        parse_suite(text)


def test_a_suite_names_all_its_inputs() -> None:
    """Each part of a suite is found, whatever else stands beside it."""
    suite = parse_suite("OCRA-1:HOTP-SHA512-10:C-QH40-PSHA256-S128-T48H")
    assert suite.text == "OCRA-1:HOTP-SHA512-10:C-QH40-PSHA256-S128-T48H"
    assert (suite.algorithm, suite.digits, suite.has_counter) == ("SHA512", 10, True)
    assert (suite.question_form, suite.question_length) == ("H", 40)
    assert (suite.pin_algorithm, suite.session_bytes, suite.time_step_seconds) == ("SHA256", 128, 48 * 3600)


def test_a_suite_may_have_a_question_alone() -> None:
    """What a suite does not name is absent."""
    suite = parse_suite("OCRA-1:HOTP-SHA1-0:QA04")
    assert (suite.digits, suite.has_counter, suite.question_form, suite.question_length) == (0, False, "A", 4)
    assert (suite.pin_algorithm, suite.session_bytes, suite.time_step_seconds) == (None, None, None)


def test_omitted_lengths_take_the_defaults_of_the_rfc() -> None:
    """P is PSHA1, S is S064, T is T1M."""
    suite = parse_suite("OCRA-1:HOTP-SHA256-8:QN08-P-S-T")
    assert (suite.pin_algorithm, suite.session_bytes, suite.time_step_seconds) == ("SHA1", 64, 60)


@pytest.mark.parametrize(
    ("step", "seconds"),
    [("1S", 1), ("59S", 59), ("1M", 60), ("30M", 1800), ("59M", 3540), ("1H", 3600), ("48H", 172_800)],
)
def test_time_steps_are_seconds_minutes_or_hours(step: str, seconds: int) -> None:
    """The granularity is read in its unit."""
    assert parse_suite(f"OCRA-1:HOTP-SHA256-8:QN08-T{step}").time_step_seconds == seconds


@pytest.mark.parametrize("digits", [0, *range(4, 11)])
@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
@pytest.mark.parametrize("form", "ANH")
@pytest.mark.parametrize("length", [4, 9, 10, 59, 60, 64])
def test_every_legal_combination_is_read(digits: int, algorithm: str, form: str, length: int) -> None:
    """All hash functions, numbers of digits, question forms and lengths of the RFC are accepted."""
    suite = parse_suite(f"OCRA-1:HOTP-{algorithm}-{digits}:Q{form}{length:02d}")
    assert (suite.algorithm, suite.digits, suite.question_form, suite.question_length) == (
        algorithm,
        digits,
        form,
        length,
    )


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_of_the_protocol_is_known_by_both_its_names(name: str) -> None:
    """The short name and the OCRA text say the same, and the text is a legal suite of 8 digits."""
    assert require_suite_name(name) == name
    assert require_suite_name(suite_text(name)) == name
    assert parse_suite(suite_text(name)).digits == 8


def test_the_two_suites_are_fixed() -> None:
    """Nothing is negotiated: two names, two texts."""
    assert dict(SUITES) == {CLASSIC6: "OCRA-1:HOTP-SHA256-8:QN06-S064", STRICT10: "OCRA-1:HOTP-SHA256-8:QN10"}


@pytest.mark.parametrize(
    "text", ["", "classic", "CLASSIC6", "classic6 ", "OCRA-1:HOTP-SHA1-6:QN08", None, 1, ["classic6"]], ids=repr
)
def test_other_suites_are_refused(text: object) -> None:
    """A legal OCRA suite that is not one of the two is not part of the protocol."""
    with pytest.raises(MessageError):
        require_suite_name(text)
