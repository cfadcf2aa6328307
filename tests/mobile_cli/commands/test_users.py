"""`authkey users`."""

from authsim.protocol.suite import STRICT10
from tests.support.authkey import Authkey
from tests.support.phones import ORIGIN, make_account, make_phone


def test_users_are_listed_without_a_pin(authkey: Authkey) -> None:
    """Names and portals in two columns, aligned for wide characters too."""
    authkey.holds(make_phone(make_account("日本"), make_account("bob", user="23")))
    done = authkey("users", check=0)

    assert done.stdout == f"日本  {ORIGIN}\nbob   {ORIGIN}\n"
    assert done.stderr == ""


def test_a_script_reads_them(authkey: Authkey) -> None:
    """Name, portal and suite of each."""
    authkey.holds(make_phone(make_account(), make_account("bob", user="23", suite=STRICT10)))

    assert authkey.json("users") == {
        "users": [
            {"name": "alice", "portal": ORIGIN, "suite": "classic6"},
            {"name": "bob", "portal": ORIGIN, "suite": "strict10"},
        ]
    }


def test_a_phone_without_users_says_what_to_do(authkey: Authkey) -> None:
    """Nothing stands on standard output for a script to misread."""
    authkey.holds(make_phone())
    done = authkey("users", check=0)

    assert done.stdout == ""
    assert done.stderr == "No user on this phone yet. Run authkey activate.\n"
    assert authkey.json("users") == {"users": []}


def test_no_phone_is_said(authkey: Authkey) -> None:
    """There is nobody to list."""
    assert authkey("users", check=77).stderr.startswith(f"authkey: No phone in {authkey.home}.")


def test_a_lost_summary_is_said(authkey: Authkey) -> None:
    """Without a PIN the names cannot be found elsewhere."""
    authkey.holds(make_phone(make_account()))
    (authkey.home / "phone.json").write_text("{}")

    assert authkey("users", check=65).stderr == (
        f"authkey: phone.json in {authkey.home} is missing or damaged. Any authkey respond writes it anew.\n"
    )


def test_in_japanese(authkey: Authkey) -> None:
    """The option, the variable and the locale choose the language."""
    authkey.holds(make_phone())
    said = {
        authkey("users", "--lang", "ja", check=0).stderr,
        authkey("--lang", "ja", "users", check=0).stderr,
        authkey("users", AUTHKEY_LANG="ja", check=0).stderr,
        authkey("users", LANG="ja_JP.UTF-8", check=0).stderr,
    }

    assert said == {"この端末にはまだユーザーがいません。authkey activate を実行してください。\n"}
