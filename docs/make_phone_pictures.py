"""Make the pictures of the full-screen phone: `.venv/bin/python docs/make_phone_pictures.py`.

Each is what the running phone draws, exported by Textual as SVG, with a fixed user, a fixed key and a clock that stands
still, so that the same phone draws the same file again. No portal is asked: nothing here needs one. Needs the extra
`phone`. A test compares the list below with the documents and with the files.
"""

import asyncio
import html
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from textual.screen import Screen
from textual.widgets import Input

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.app import App, Permission, Stage
from authsim.authenticator.device import Account, Phone, Platform, Portal
from authsim.authenticator.pin import PinPolicy
from authsim.protocol.push import RequestContext, RequestInfo
from authsim.protocol.trading import TradingChallenge
from authsim.secret import Secret
from mobile_cli.ceremonies.decide import Asked
from mobile_cli.ceremonies.listen import take_notice
from mobile_cli.ceremonies.session import Line
from mobile_cli.home import PhoneHome
from mobile_cli.phone.app import PhoneApp
from mobile_cli.phone.handset import Handset
from mobile_cli.phone.screens.authenticate import Authenticate, Response
from mobile_cli.phone.screens.enrol import Code, Instructions
from mobile_cli.phone.screens.lock import Locked
from mobile_cli.phone.screens.request import LoginRequest
from mobile_cli.phone.screens.settings import AppNotifications
from mobile_cli.phone.screens.springboard import Springboard
from mobile_cli.phone.screens.trading import EnterResponse
from mobile_cli.phone.trading import Asked as AskedToTrade

PICTURES = Path(__file__).resolve().parent / "pictures"
SUBJECTS = (
    "phone-home",
    "phone-lock",
    "phone-request",
    "phone-authenticate-ios",
    "phone-authenticate-android",
    "phone-authenticate-ja",
    "phone-response",
    "phone-settings-ios",
    "phone-settings-android",
    "phone-code-android",
    "phone-migrate",
    "phone-trading",
)
NAMES = tuple(f"{subject}.svg" for subject in SUBJECTS)

NOW_MS = 1_900_000_000_000
PIN = "2468"
NUMBER = "+12025550142"
INSTANCE, ORIGIN = "0f" * 16, "http://127.0.0.1:8765"
ALICE = Account(
    instance_id=INSTANCE,
    origin=ORIGIN,
    psk=bytes(range(32)),
    user_id="1a" * 16,
    device_id="2b" * 16,
    dsk=Secret(bytes(range(32))),
    seed=Secret(bytes(range(32, 64))),
    ctr=0,
    suite="classic6",
    label="alice",
)
REQUEST = RequestInfo(
    request_id="3c" * 16,
    purpose=1,
    context=RequestContext(ip="127.0.0.1", agent="Firefox on Linux", place="AuthSim"),
    sn=bytes(32),
    iat=NOW_MS - 12_000,
    exp=NOW_MS + 168_000,
    digits=0,
    state="issued",
)
TRADE = AskedToTrade(
    username="alice",
    challenge=TradingChallenge(token=Secret(bytes(32)), challenge="407182", exp=NOW_MS + 180_000),
)
#: What Textual writes so that a browser fetches a font from the network; a picture has to stand alone.
FONT_FACES = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
#: A window's buttons: the phone has none.
BUTTONS = re.compile(r'\s*<g transform="translate\(26,22\)">.*?</g>', re.DOTALL)
#: A run of text and the width that it is spread over, which counts characters where Japanese ones take two cells.
RUN = re.compile(r'textLength="[0-9.]+"([^>]*)>([^<]*)<')
CELL = 12.2
FONTS = '"DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace'


class StandingClock:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return NOW_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: whose phone in which language, the screen in front, and what was typed into it."""

    show: Callable[[PhoneApp], Screen[None]]
    platform: Platform = Platform.IOS
    language: str = "en"
    typed: dict[str, str] | None = None
    is_locked: bool = False


def notice_of(app: PhoneApp) -> LoginRequest:
    """Return the screen of the request that waits."""
    return LoginRequest(app.handset.notices[0])


def response_of(app: PhoneApp) -> Response:
    """Return the screen with the response that this phone computes."""
    from mobile_cli.phone.given import Given

    return Response(app.handset.answering.respond("alice", "407182", Given(typed=PIN)))


ANDROID_FORM = {"pin": PIN, "challenge": "407182"}
SHOTS = {
    "phone-home": Shot(show=lambda _: Springboard()),
    "phone-lock": Shot(show=lambda _: Locked(), is_locked=True),
    "phone-request": Shot(show=notice_of),
    "phone-authenticate-ios": Shot(show=lambda _: Authenticate(), typed={"challenge": "407182"}),
    "phone-authenticate-android": Shot(show=lambda _: Authenticate(), platform=Platform.ANDROID, typed=ANDROID_FORM),
    "phone-authenticate-ja": Shot(
        show=lambda _: Authenticate(), platform=Platform.ANDROID, language="ja", typed=ANDROID_FORM
    ),
    "phone-response": Shot(show=response_of),
    "phone-settings-ios": Shot(show=lambda _: AppNotifications()),
    "phone-settings-android": Shot(show=lambda _: AppNotifications(), platform=Platform.ANDROID),
    "phone-code-android": Shot(show=lambda _: Code("add_user"), platform=Platform.ANDROID, typed={"code": "407182"}),
    "phone-migrate": Shot(show=lambda _: Instructions("migrate", username="alice")),
    "phone-trading": Shot(show=lambda _: EnterResponse(TRADE), typed={"response": "40718253"}),
}


def make_phone(folder: Path, platform: Platform, *, is_locked: bool) -> Handset:
    """Make a phone that answers for alice, with its app allowed to notify."""
    home = PhoneHome(str(folder))
    phone = Phone(platform=platform, pin_policy=PinPolicy.CLASSIC, created_ms=NOW_MS)
    portal = Portal(instance_id=INSTANCE, origin=ORIGIN, psk=ALICE.psk)
    home.create(phone._replace(portals=(portal,), accounts=(ALICE,)), pin=Secret(PIN), entropy=SystemEntropy())
    home.settings.change(
        lambda settings: settings._replace(
            number=NUMBER,
            app=App(stage=Stage.OPENED, permission=Permission.ALLOWED),
            conditions=settings.conditions._replace(locked=is_locked),
        )
    )
    return Handset(home, portal=ORIGIN, clock=StandingClock(), entropy=SystemEntropy())


async def draw(shot: Shot, folder: Path) -> str:
    """Return the SVG of one screen."""
    handset = make_phone(folder, shot.platform, is_locked=shot.is_locked)
    handset.switch_on(PIN)
    line = Line(handset.home, handset.dek, ALICE, entropy=SystemEntropy())
    handset.notices.append(take_notice(Asked(line, REQUEST)))
    app = PhoneApp(handset, language=shot.language)
    async with app.run_test(size=(46, 28)) as pilot:
        app.theme = "textual-light"
        await app.switch_screen(shot.show(app))
        for field, text in (shot.typed or {}).items():
            app.screen.query_one(f"#{field}", Input).value = text
        app.screen.set_focus(None)
        await pilot.pause()
        return as_picture(app.export_screenshot(title="authkey phone"))


def as_picture(drawn: str) -> str:
    """Return an SVG that fetches nothing and names fonts that a reader may have."""
    alone = BUTTONS.sub("", FONT_FACES.sub("\n", drawn))
    wide = RUN.sub(_with_width, alone)
    return re.sub(r"font-family: ?Fira Code[^;]*;", f"font-family: {FONTS};", wide)


def _with_width(run: "re.Match[str]") -> str:
    width = cell_len(html.unescape(run[2]).rstrip("\n")) * CELL
    return f'textLength="{width:g}"{run[1]}>{run[2]}<'


def main() -> None:
    """Make them all."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        for subject, shot in SHOTS.items():
            path = PICTURES / f"{subject}.svg"
            path.write_text(asyncio.run(draw(shot, Path(temporary) / subject)), encoding="utf-8")
            print(f"docs/pictures/{path.name}  {path.stat().st_size // 1024} kB")
    for stale in set(PICTURES.glob("phone-*.svg")) - {PICTURES / name for name in NAMES}:
        stale.unlink()


if __name__ == "__main__":
    main()
