"""What only looks like the right response, or not even that."""

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote

from authsim.conformance.bench import ALICE, Bench, NotTriedError, Wrong, shift
from authsim.conformance.cases.case import Case
from authsim.conformance.target import GROUPED, Opened

_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_DEVANAGARI: Final = str.maketrans("0123456789", "०१२३४५६७८९")
#: One response in ten begins with a zero: so many do not once in a thousand million runs.
_LOGINS: Final = 200
_NO_BREAK: Final = "\u00a0"


def _of_right(name: str, make: Callable[[str], str]) -> Wrong:
    return Wrong(name=name, make=lambda _bench, _opened, right: make(right))


def _words(*words: str) -> list[Wrong]:
    return [Wrong(name=f"the text {word}", make=_always(word)) for word in words]


def _always(word: str) -> Callable[[Bench, Opened, str], str]:
    return lambda _bench, _opened, _right: word


def _among(mark: str) -> Callable[[Bench, Opened, str], str]:
    """Return what puts the right response between two drawn ones."""
    return lambda bench, _, right: mark.join((bench.random(right), right, bench.random(right)))


def _random(bench: Bench, _: Opened, right: str) -> str:
    return bench.random(right)


def _echo(_: Bench, opened: Opened, _right: str) -> str:
    return opened.challenge


def _padded_echo(_: Bench, opened: Opened, right: str) -> str:
    return opened.challenge[-len(right) :].rjust(len(right), "0")


def _reject(*wrongs: Wrong) -> Callable[[Bench], None]:
    return lambda bench: bench.reject_each(wrongs)


def _digits_only(*wrongs: Wrong) -> Callable[[Bench], None]:
    """Return how a case is played that means nothing where responses are no digits."""

    def play(bench: Bench) -> None:
        bench.clear(ALICE)
        right = bench.respond(bench.begin())
        if not (right.isascii() and right.isdecimal()):
            raise NotTriedError("responses are no digits")
        bench.reject_each(wrongs)

    return play


def _near_misses(bench: Bench) -> None:
    """Change one sign at each place: a comparison of a part lets one of them pass."""
    bench.clear(ALICE)
    length = len(bench.respond(bench.begin()))

    places = range(length)
    bench.reject_each([_of_right(f"a response whose sign {place + 1} is wrong", _changed(place)) for place in places])


def _leading_zero(bench: Bench) -> None:
    """Log in until a response begins with a zero, then leave that out: as numbers the two are the same."""
    bench.clear(ALICE)
    for _ in range(_LOGINS):
        opened = bench.begin()
        right = bench.respond(opened)
        if right.startswith("0"):
            bench.require_rejected(opened, right.lstrip("0"), what="a response without its leading zero")
            return
        bench.require_accepted(opened, right)
    raise NotTriedError(f"of {_LOGINS} responses none began with a zero")


def _changed(place: int) -> Callable[[str], str]:
    return lambda right: right[:place] + shift(right[place]) + right[place + 1 :]


def _blanks(bench: Bench) -> None:
    if GROUPED in bench.abilities.offers:
        raise NotTriedError("the adapter says that responses may be grouped")
    bench.reject_each(_BLANKS)


_BLANKS: Final[Sequence[Wrong]] = (
    _of_right("a blank before the response", lambda right: f" {right}"),
    _of_right("a blank after the response", lambda right: f"{right} "),
    _of_right("a line end after the response", lambda right: f"{right}\n"),
    _of_right("a blank within the response", lambda right: f"{right[:4]} {right[4:]}"),
    _of_right("a no-break space within the response", lambda right: f"{right[:4]}{_NO_BREAK}{right[4:]}"),
)

CASES: Final = (
    Case(
        name="any-response",
        shows="A drawn response opens nothing.",
        source="RFC 6287 7.1; CWE-303",
        play=_reject(*(Wrong(name="a random response", make=_random) for _ in range(3))),
    ),
    Case(
        name="simple-response",
        shows="Zeros, nines and digits in a row are responses like any other: wrong.",
        source="RFC 6287 7.1; CWE-1392",
        play=_reject(
            _of_right("a response of zeros", lambda right: "0" * len(right)),
            _of_right("a response of nines", lambda right: "9" * len(right)),
            _of_right("1, 2, 3 and so on", lambda right: ("1234567890" * len(right))[: len(right)]),
        ),
    ),
    Case(
        name="empty",
        shows="No response is no response.",
        source="CWE-287; CWE-1286",
        play=_reject(_of_right("an empty response", lambda _: ""), _of_right("a blank alone", lambda _: " ")),
    ),
    Case(
        name="no-digits",
        shows="Letters and words are rejected.",
        source="CWE-1286; CWE-843",
        play=_reject(
            _of_right("letters", lambda right: "x" * len(right)),
            *_words("true", "null", "NaN", "undefined"),
        ),
    ),
    Case(
        name="near-miss",
        shows="Every sign of a response counts.",
        source="RFC 6287 7.1; CWE-187",
        play=_near_misses,
    ),
    Case(
        name="truncated",
        shows="A part of the right response is rejected.",
        source="CWE-187",
        play=_reject(
            _of_right("a response without its last sign", lambda right: right[:-1]),
            # one that begins with a zero has a case of its own
            _of_right("a response without its first sign", lambda right: right[1:] if right[0] != "0" else right),
            _of_right("the first half of a response", lambda right: right[: len(right) // 2]),
        ),
    ),
    Case(
        name="leading-zero",
        shows="A zero at the beginning belongs to the response.",
        source="RFC 4226 5.3; CWE-187",
        play=_leading_zero,
    ),
    Case(
        name="lengthened",
        shows="More than the right response is rejected.",
        source="CWE-187; CWE-1286",
        play=_reject(
            _of_right("a response with one more sign", lambda right: f"{right}0"),
            _of_right("a response with a zero before it", lambda right: f"0{right}"),
            _of_right("a response twice", lambda right: right * 2),
        ),
    ),
    Case(
        name="several",
        shows="Several responses at once are not one of them.",
        source="CWE-307; CWE-1286",
        play=_reject(
            *(Wrong(name="the right response among others", make=_among(mark)) for mark in (",", ";", " ", "|", "\n")),
        ),
    ),
    Case(
        name="numbers",
        shows="What only has the same value as a number is rejected.",
        source="CWE-1286; CWE-180",
        play=_digits_only(
            _of_right("a response with a sign", lambda right: f"+{right}"),
            _of_right("a response with a decimal point", lambda right: f"{right}.0"),
            _of_right("a response with an exponent", lambda right: f"{right}e0"),
            _of_right("a response with an underscore", lambda right: f"{right[:4]}_{right[4:]}"),
            _of_right("a response in hexadecimal", lambda right: hex(int(right))),
        ),
    ),
    Case(
        name="other-scripts",
        shows="Digits of other scripts are not those that were asked for.",
        source="CWE-176; Unicode TR 36 3.4",
        play=_digits_only(
            _of_right("Arabic-Indic digits", lambda right: right.translate(_ARABIC)),
            _of_right("full-width digits", lambda right: right.translate(_FULL_WIDTH)),
            _of_right("Devanagari digits", lambda right: right.translate(_DEVANAGARI)),
        ),
    ),
    Case(
        name="blanks",
        shows="Blanks are rejected where nobody said that they may stand there.",
        source="CWE-1286",
        play=_blanks,
    ),
    Case(
        name="zero-byte",
        shows="A zero byte does not end a response.",
        source="CWE-158; CWE-626",
        play=_reject(
            _of_right("a zero byte after the response", lambda right: f"{right}\0"),
            _of_right("a zero byte and more after the response", lambda right: f"{right}\0" + "1" * len(right)),
        ),
    ),
    Case(
        name="encoded",
        shows="A response is decoded once, by whoever carries it.",
        source="CWE-174; CWE-177",
        play=_reject(
            _of_right("a response in percent signs", lambda right: "".join(f"%{ord(sign):02X}" for sign in right)),
            _of_right("a response in character references", lambda right: "".join(f"&#{ord(sign)};" for sign in right)),
            _of_right("a quoted response", lambda right: f'"{right}"'),
            _of_right("a response with a quoted blank", lambda right: right + quote(" ")),
        ),
    ),
    Case(
        name="patterns",
        shows="A response is compared and not looked for: patterns and queries are rejected.",
        source="CWE-155; CWE-89; CWE-625",
        play=_reject(
            *_words("%", "*", ".*", "[0-9]+", "' OR '1'='1"),
            _of_right("a pattern of the right length", lambda right: "_" * len(right)),
            _of_right("a pattern of the right length", lambda right: "." * len(right)),
        ),
    ),
    Case(
        name="echo",
        shows="The challenge is not its own response.",
        source="CWE-301",
        play=_reject(
            Wrong(name="the challenge itself", make=_echo), Wrong(name="the challenge at length", make=_padded_echo)
        ),
    ),
)
