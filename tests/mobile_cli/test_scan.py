"""What may be scanned: texts and files. Pictures are the camera's tests."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import qrcode
import qrcode.image.svg

from authsim.protocol.activation_uri import parse_activation_uri
from authsim.protocol.login_uri import parse_login_uri
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.scan import find_in_argument, find_in_bytes, read_login, scan_argument, scan_bytes
from tests.support.tiny_portal import TinyPortal

PORTAL = TinyPortal(origin="http://127.0.0.1:8765")
URI = PORTAL.uri()
PARSED = parse_activation_uri(URI)
LOGIN = f"authsim://login/1?i={'11' * 16}&p=http%3A%2F%2F127.0.0.1%3A8765&r={'31' * 16}&x=1750000180"


def key_of(act: Callable[[], object]) -> str:
    """Return the key of the sentence with which the act is refused as malformed."""
    with pytest.raises(PhoneError) as refused:
        act()
    assert refused.value.status is Exit.MALFORMED
    return refused.value.key


def test_a_text_is_read() -> None:
    """As an argument, and with white space around it from a pipe."""
    assert scan_argument(URI) == scan_bytes(f"\n {URI} \r\n".encode()) == PARSED


def test_a_session_id_is_read() -> None:
    """As an argument and from a pipe: the code, without a portal."""
    assert scan_argument(PORTAL.session_id()) == scan_bytes(PORTAL.session_id().encode()) == PORTAL.code


def test_a_file_is_read(tmp_path: Path) -> None:
    """A picture or a text, whatever its name."""
    picture, text = tmp_path / "code", tmp_path / "text.png"
    qrcode.make(URI).save(str(picture), "PNG")
    text.write_text(URI)

    assert scan_argument(str(picture)) == scan_argument(str(text)) == PARSED


def test_a_login_is_read(tmp_path: Path) -> None:
    """By whoever approves logins: as an argument, from a pipe, in a picture."""
    picture = tmp_path / "code.png"
    qrcode.make(LOGIN).save(str(picture))

    assert (
        find_in_argument(LOGIN, read_login)
        == find_in_bytes(f"{LOGIN}\n".encode(), read_login)
        == parse_login_uri(LOGIN)
    )
    assert find_in_argument(str(picture), read_login) == parse_login_uri(LOGIN)


def test_an_activation_and_a_login_are_told_apart() -> None:
    """Each is for another command, and the sentence says which; anything else is foreign to both."""
    assert key_of(lambda: scan_argument(LOGIN)) == "login_code"
    assert key_of(lambda: find_in_argument(URI, read_login)) == "activation_code"
    for foreign in ("https://example.test/", "authsim://login/2?i=1", LOGIN + "&x=1"):
        assert key_of(lambda foreign=foreign: find_in_argument(foreign, read_login)) == "foreign_login"  # type: ignore[misc]
    assert key_of(lambda: find_in_argument("nothing", read_login)) == "no_source"


def test_a_file_named_like_a_scheme_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exists is read, even with a colon in its name."""
    monkeypatch.chdir(tmp_path)
    Path("shot:1.txt").write_text(URI)

    assert scan_argument("shot:1.txt") == PARSED


def test_a_drawing_is_not_a_picture() -> None:
    """SVG is told apart, with what to do instead, whatever stands before its first tag."""
    file = io.BytesIO()
    qrcode.make(URI, image_factory=qrcode.image.svg.SvgPathImage).save(file)
    drawing = file.getvalue()

    for content in (
        drawing,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>",
    ):
        assert key_of(lambda content=content: scan_bytes(content)) == "svg"  # type: ignore[misc]


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\x00", b"GIF89a", b"x" * 5000, bytes(100)])
def test_what_is_neither_text_nor_picture_is_refused(content: bytes) -> None:
    """Empty, binary, oversized."""
    assert key_of(lambda: scan_bytes(content)) in {"not_a_picture", "foreign_code"}


@pytest.mark.parametrize(
    "change",
    [
        lambda uri: uri + "&z=1",
        lambda uri: uri + "&s=classic6",
        lambda uri: uri.replace("activate/1", "activate/2"),
        lambda uri: uri.replace("authsim:", "AuthSim:"),
        lambda uri: uri.replace("&s=classic6", ""),
        lambda uri: uri.replace("s=classic6", "s=classic7"),
        lambda uri: uri.replace("8765", "8765%2Fsso"),
        lambda uri: uri.replace("i=11", "i=AA"),
        lambda uri: uri + "\x00",
        lambda uri: uri + "x" * 400,
    ],
)
def test_a_text_that_is_almost_ours_is_refused(change: Callable[[str], str]) -> None:
    """One spelling, each parameter once, in order, nothing else."""
    assert key_of(lambda: scan_argument(change(URI))) in {"foreign_code", "no_source"}


@pytest.mark.parametrize("typed", ["50M6H-A7955", "5" * 27, "UUUUU-UUUUU-UUUUU-UUUUU-UUUUUU", "Z" * 26, "", "--"])
def test_what_is_almost_a_session_id_is_refused(typed: str) -> None:
    """Length, alphabet and range are judged on the phone."""
    assert key_of(lambda: scan_argument(typed)) == "no_source"


def test_secrets_do_not_show() -> None:
    """The code is wrapped, however it came in."""
    assert repr(scan_argument(PORTAL.session_id())) == repr(Secret(b""))
    assert "oKCgoKCg" not in repr(PARSED)


@pytest.mark.parametrize("name", ["none/shot.png", "shot.PNG", "./shot", "shot.jpeg"])
def test_a_picture_that_is_not_there_is_a_missing_file(tmp_path: Path, name: str) -> None:
    """What looks like a path is read as one, so that the sentence names the file."""
    with pytest.raises(FileNotFoundError):
        scan_argument(str(tmp_path / name))
