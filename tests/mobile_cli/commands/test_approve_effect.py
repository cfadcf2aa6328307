"""More than a login is never approved unread: its effect is named, and asked for, before the security element."""

from collections.abc import Iterator

import pytest

from authsim.protocol.push import APPROVE
from tests.support.authkey import Authkey
from tests.support.notice_portal import NoticePortal
from tests.support.phones import make_phone

REQUEST = "31" * 16


@pytest.fixture
def notices(authkey: Authkey) -> Iterator[NoticePortal]:
    """A portal that asks to switch off secure login, and the phone that it asks."""
    with NoticePortal().serving() as serving:
        serving.asks(REQUEST, purpose=3, op=b"\x07" * 32)
        authkey.holds(make_phone(serving.account))
        yield serving


def test_a_script_must_name_the_effect(authkey: Authkey, notices: NoticePortal) -> None:
    """The command alone is a word for a login and no more; --purpose names it, and another one is refused."""
    unnamed = authkey.with_pin("approve", check=64)
    another = authkey.with_pin("approve", "--purpose", "change-contact", check=77)
    assert "Purpose    switch off secure login\n" in unnamed.stderr
    assert unnamed.stderr.endswith("authkey: Nobody can be asked here. Add --yes to go on.\n")
    assert "The request is for another purpose: switch off secure login." in another.stderr
    assert notices.decisions == []

    authkey.with_pin("approve", "--purpose", "secure-login", check=0)

    assert notices.decisions == [(REQUEST, APPROVE)]


def test_yes_is_a_word_too(authkey: Authkey, notices: NoticePortal) -> None:
    """For a script that takes whatever comes."""
    authkey.with_pin("approve", "--yes", check=0)

    assert notices.decisions == [(REQUEST, APPROVE)]


@pytest.mark.parametrize(
    ("language", "question", "element"),
    [
        ("en", "This is no login. Approve to switch off secure login? [y/N]: ", "Passcode: "),
        (
            "ja",
            "これはログインではありません。「セキュア・ログイン・システムの解約」を承認しますか。 [y/N]: ",
            "パスコード: ",
        ),
    ],
)
def test_a_person_reads_it_before_the_element(
    authkey: Authkey, notices: NoticePortal, language: str, question: str, element: str
) -> None:
    """Opening the app asks the element once; after the effect was read and wanted, it is asked again."""
    with authkey.at_terminal("approve", "--lang", language) as child:
        child.expect_exact(element)
        child.sendline("4938")
        child.expect_exact(question)
        child.sendline("y")
        child.expect_exact(element)
        assert notices.decisions == []
        child.sendline("4938")
        child.read()

    assert notices.decisions == [(REQUEST, APPROVE)]


def test_anything_but_yes_approves_nothing(authkey: Authkey, notices: NoticePortal) -> None:
    """Enter is no."""
    with authkey.at_terminal("approve", "--pin-file", str(authkey.pin)) as child:
        child.expect_exact("This is no login.")
        child.sendline("")
        child.expect_exact("Stopped: nothing was approved.")
        child.read()

    assert notices.decisions == []


def test_whoever_listens_is_asked_as_well(authkey: Authkey, notices: NoticePortal) -> None:
    """Between Approve and the element."""
    with authkey.at_terminal("listen", "--once", "--pin-file", str(authkey.pin)) as child:
        child.expect_exact("tap to switch off secure login")
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact("a Approve")
        child.sendline("a")
        child.expect_exact("This is no login. Approve to switch off secure login? [y/N]: ")
        child.sendline("n")
        child.expect_exact("Stopped: nothing was approved.")
        assert notices.decisions == []
        child.sendline("")
        child.expect_exact("Enter opens it.")
        child.sendline("")
        child.expect_exact("a Approve")
        child.sendline("a")
        child.expect_exact("This is no login.")
        child.sendline("y")
        child.expect_exact("Authentication succeeded")
        child.read()

    assert notices.decisions == [(REQUEST, APPROVE)]
