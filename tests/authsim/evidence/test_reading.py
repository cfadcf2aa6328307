import json
import subprocess
import sys
from typing import Any

import pytest

from authsim.errors import MessageError
from authsim.evidence import read_har
from authsim.evidence.reading import (
    MOST_BYTES,
    MOST_CONTAINERS,
    MOST_ENTRIES,
    MOST_PAGES,
    MOST_STRING,
    MOST_STRINGS,
    MOST_VALUES,
)
from tests.support.child import LONGEST_S, unmeasured
from tests.support.recordings import RECORDINGS, write

ENTRY = '{"request":{"method":"GET","url":"http://localhost/"}}'


def log_of(inside: str) -> bytes:
    """A file whose log holds this."""
    return f'{{"log":{{{inside}}}}}'.encode()


@pytest.mark.parametrize("name", RECORDINGS)
def test_files_of_every_program_are_read(name: str) -> None:
    """What browsers and proxies write is read, with a byte order mark or without."""
    data = write(RECORDINGS[name]())

    assert len(read_har(data).entries) == len(read_har(b"\xef\xbb\xbf" + data).entries) == 6
    assert read_har(data).size == len(data)


def test_a_file_is_never_printed() -> None:
    """What a file holds is not in its representation."""
    assert "CANARY" not in repr(read_har(write(RECORDINGS["chrome"]())))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "JSON"),
        (b"\xff\xfe{", "UTF-8"),
        (b"{", "JSON"),
        (b"[]", "object named log"),
        (b"null", "object named log"),
        (b'{"log":[]}', "object named log"),
        (b'{"log":{}}', "the entries"),
        (log_of('"entries":{}'), "the entries"),
        (log_of('"entries":[1]'), "the entries"),
        (log_of('"entries":[{}]'), "has a request"),
        (log_of('"entries":[{"request":[]}]'), "has a request"),
        (log_of('"entries":[],"pages":{}'), "the pages"),
        (log_of('"entries":[],"pages":["CANARY"]'), "the pages"),
        (log_of('"entries":[],"entries":[]'), "stands once"),
        (log_of('"entries":[],"x":{"CANARY":1,"CANARY":1}'), "stands once"),
        (log_of('"entries":[],"x":NaN'), "finite"),
        (log_of('"entries":[],"x":-Infinity'), "finite"),
        (log_of('"entries":[],"x":1e999'), "finite"),
        (log_of('"entries":[],"x":[1e999]'), "finite"),
        (log_of(f'"entries":[],"x":{"9" * 5_000}'), "JSON"),
        (log_of('"entries":[]') + b"x", "JSON"),
        (log_of('"entries":[],"x":"CANARY'), "JSON"),
        (log_of(f'"entries":[],"x":"{"x" * (MOST_STRING + 1)}"'), "256 KiB"),
        (log_of(f'"entries":[],"x":["{"x" * (MOST_STRING + 1)}"]'), "256 KiB"),
        (log_of(f'"entries":[],"{"x" * (MOST_STRING + 1)}":1'), "256 KiB"),
    ],
)
def test_what_is_no_har_file_is_refused_by_its_rule(data: bytes, rule: str) -> None:
    """The refusal names the rule that was broken, and nothing of the file."""
    with pytest.raises(MessageError, match=rule) as caught:
        read_har(data)

    assert "CANARY" not in str(caught.value)


def test_a_body_may_be_long_and_a_pair_of_braces_in_it_counts_nothing() -> None:
    """Bodies are dropped whole: their length and what brackets they hold do not matter."""
    body: dict[str, Any] = {"text": "[{" * MOST_STRING}
    file = {"log": {"entries": [{"request": {}, "response": {"content": body}}]}}

    assert len(read_har(json.dumps(file).encode()).entries) == 1


def test_as_much_as_is_allowed_is_read() -> None:
    """Each limit is the last value that is taken."""
    deepest = '"entries":[],"x":' + "[" * 30 + "]" * 30
    texts = f'"entries":[],"x":"{"x" * MOST_STRING}"'
    entries = f'"entries":[{",".join([ENTRY] * MOST_ENTRIES)}],"pages":[{",".join(["{}"] * MOST_PAGES)}]'
    padded = log_of('"entries":[]').ljust(MOST_BYTES)

    assert [len(read_har(data).entries) for data in (log_of(deepest), log_of(texts), log_of(entries), padded)] == [
        *(0, 0, MOST_ENTRIES, 0)
    ]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (log_of('"entries":[]').ljust(MOST_BYTES + 1), "10 MiB"),
        (log_of('"entries":[],"x":' + "[" * 31 + "]" * 31), "32 levels"),
        (log_of(f'"entries":[{",".join([ENTRY] * (MOST_ENTRIES + 1))}]'), "5,000 entries"),
        (log_of(f'"entries":[],"pages":[{",".join(["{}"] * (MOST_PAGES + 1))}]'), "1,000 pages"),
        (log_of(f'"entries":[],"x":[{"[]," * MOST_CONTAINERS}1]'), "objects and arrays"),
        (log_of(f'"entries":[],"x":[{"1," * (MOST_VALUES + 1)}1]'), "values"),
        (log_of(f'"entries":[],"x":[{"1".join([chr(34) * 2] * (MOST_STRINGS + 1))}]'), "strings"),
    ],
)
def test_one_more_is_refused(data: bytes, rule: str) -> None:
    """Bytes, depth, entries, pages, objects and values have a limit each, and it is told."""
    with pytest.raises(MessageError, match=rule):
        read_har(data)


#: Made one after the other in the child, so that only one at a time takes memory.
BOMBS = r"""
from pathlib import Path
from authsim.errors import MessageError
from authsim.evidence import read_har

MOST = 10 * 1024 * 1024
LOG = b'{"log":{"entries":['
MORE = LOG + b'],"x":['
bombs = (
    lambda: b"[" * 100_000,
    lambda: b"[" * MOST,
    lambda: b'{"a":' * (MOST // 5),
    lambda: b"[]," * (MOST // 3),
    lambda: LOG + b"{}," * 1_000_000 + b"{}]}}",
    lambda: LOG + b'{"request":{}},' * 600_000 + b"{}]}}",
    lambda: MORE + b'"",' * (MOST // 4) + b"1]}}",
    lambda: MORE + b"1," * (MOST // 3) + b"1]}}",
    lambda: MORE + b"1.5," * (MOST // 5) + b"1]}}",
    lambda: MORE + b'"' + b"x" * (MOST - 100) + b'"]}}',
    lambda: MORE + b"9" * (MOST - 100) + b"]}}",
    lambda: MORE + b'"\\\\",' * (MOST // 6) + b"1]}}",
    lambda: b'"' + b'\\"' * (MOST // 3),
    lambda: b'"' * MOST,
    lambda: b"\\" * MOST,
    lambda: "{".encode() + '"\U0001f600":1,'.encode() * 600_000,
    lambda: b"x" * (MOST + 1),
    lambda: MORE + b'{"' + b'":1,"'.join(b"%d" % at for at in range(690_000)) + b'":1},NaN]}}',
    lambda: (MORE.decode() + '","'.join(f'"{at:07}\U0001f600' for at in range(600_000))).encode(),
)
passed = 0
for bomb in bombs:
    try:
        read_har(bomb())
        passed += 1
    except MessageError:
        pass
# ru_maxrss would count the memory of whoever started this process
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(passed, status["VmHWM"].split()[0])
"""


def test_bombs_do_not_grow() -> None:
    """What would be large or deep in memory is refused before it is: the process stays below 200 MiB."""
    child = subprocess.run(
        [sys.executable, "-P", "-c", BOMBS], env=unmeasured(), capture_output=True, text=True, timeout=LONGEST_S
    )
    assert child.returncode == 0, child.stderr
    passed, most_kib = child.stdout.split()

    assert passed == "0"
    assert int(most_kib) < 200 * 1024
