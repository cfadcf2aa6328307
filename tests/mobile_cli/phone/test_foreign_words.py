"""What other people wrote, on the glass: names and texts are shown, and steer neither the terminal nor the phone."""

from pathlib import Path

import pytest
from textual.widgets import OptionList, Select

from mobile_cli.ceremonies.inbox import Text
from mobile_cli.home import PhoneHome
from mobile_cli.phone.screens.authenticate import Authenticate
from mobile_cli.phone.screens.messages import Messages
from tests.support.glass import Fingers, play
from tests.support.phones import PIN, CountedStretch, make_account, make_phone
from tests.support.ports import CountedEntropy


def test_a_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Controls and direction marks of a text become dots; its lines stay lines."""

    async def story(me: Fingers) -> None:
        me.handset.settings = me.handset.settings._replace(number="+15555550101")
        me.handset.texts = (Text(1, "Dear \x1b]0;owned\x07\x9b31m\u202ereader\nsecond line", 0),)
        me.app.push_screen(Messages())
        await me.sees("Dear ·]0;owned··31m·reader\nsecond line")

    play(tmp_path / "phone", story)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ((("alice", "http://127.0.0.1:8765"), ("alice", "http://[::1]:8765")), "alice@[::1]:8765"),
        ((("bob", "http://127.0.0.1:8765"), ("[/b]eve[@click=app.quit]", "http://[::1]:8765")), "[/b]eve[@click"),
    ],
)
def test_names_are_no_markup(tmp_path: Path, names: tuple[tuple[str, str], ...], shown: str) -> None:
    """Where the phone lets its person choose, each name stands as it is."""
    accounts = [
        make_account(name, origin=origin, instance=f"1{number}") for number, (name, origin) in enumerate(names, 1)
    ]
    home = PhoneHome(str(tmp_path / "phone"), stretch=CountedStretch())
    home.create(make_phone(*accounts), pin=PIN, entropy=CountedEntropy())

    async def story(me: Fingers) -> None:
        me.app.push_screen(Authenticate())
        await me.sees(me.app.say("challenge"))
        await me.sees_screen(Authenticate)
        chooser = me.app.screen.query_one("#user", Select)
        chooser.focus()
        await me.presses("enter")
        await me.until(lambda: chooser.expanded, "the list of names")
        offered = chooser.query_one(OptionList)
        await me.until(lambda: shown in _drawn(offered), shown)

    play(tmp_path / "phone", story)


def _drawn(offered: OptionList) -> str:
    """Return what a list shows."""
    return "\n".join(offered.render_line(row).text for row in range(offered.size.height))
