import signal
from pathlib import Path

import pytest

from authsim.ends.browser import Browser
from authsim.ends.children import Crew, PhoneChild, PortalChild
from authsim.terminal.outcome import CommandError
from tests.support.child import LONGEST_S


def test_a_crew_ends_together(tmp_path: Path) -> None:
    """The phones that run when their crew ends are gone, and no other is started."""
    crew = Crew()
    phone = PhoneChild(home=tmp_path / "phone", pin_file=tmp_path / "pin", crew=crew)
    making = ("init", "--platform", "ios", "--pin-stdin")
    running = [phone.start(*making) for _ in range(2)]  # each waits for a PIN that nobody types

    crew.end()

    assert [process.wait(LONGEST_S) for process in running] == [-signal.SIGKILL] * 2
    for process in running:
        phone.finish(process)
    with pytest.raises(CommandError, match="interrupted"):
        phone.run("users")


def test_a_phone_of_ours_speaks_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its operator reads: what it says is compared, and put into reports."""
    monkeypatch.setenv("AUTHKEY_LANG", "ja")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    phone = PhoneChild(home=tmp_path / "phone", pin_file=tmp_path / "pin")

    assert phone.run("status").stdout.startswith("No phone in ")


def test_a_demo_keeps_the_profile_that_it_was_made_with(tmp_path: Path) -> None:
    """A demo of either profile is made, and served again; another profile, or one without a demo, is refused."""
    store, said = tmp_path / "demo", tmp_path / "said"
    for asked in (("--profile", "hardened"), ("--profile", "hardened"), ()):
        with PortalChild(store, "--port", "0", *asked) as child, Browser(child.wait_until_ready()) as browser:
            assert "Profile: hardened" in browser.open("/").root.text

    for asked, is_demo, sentence in (
        (("--profile", "classic"), True, "Leave --profile out"),
        (("--profile", "hardened"), False, "Use --profile with 'authsim init'"),
    ):
        with said.open("w") as errors:
            child = PortalChild(store, "--port", "0", *asked, is_demo=is_demo, errors=errors)
            with child, pytest.raises(CommandError) as refused:
                child.wait_until_ready()
        assert refused.value.status == 64
        assert sentence in said.read_text()
