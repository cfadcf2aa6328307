"""What the tour plays, act by act: the title says what must hold, the function makes it happen and looks."""

from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.answering import ANSWERING, FAILING
from authsim.cli.acts.by_code import BY_CODE, MISHAPS
from authsim.cli.acts.by_text import BY_TEXT, WRONG_TEXTS
from authsim.cli.acts.factors import CARDS, CODES
from authsim.cli.acts.help_desk import HELP_DESK
from authsim.cli.acts.moving import LOSING, MOVING
from authsim.cli.acts.notices import NOTICES
from authsim.cli.acts.secure_login import SECURE_LOGIN
from authsim.cli.acts.trading import TRADING
from authsim.cli.acts.without_notice import WITHOUT_NOTICE

__all__: Final = ["SCENES", "Act", "Scene"]

SCENES: Final = (
    BY_CODE,
    MISHAPS,
    BY_TEXT,
    WRONG_TEXTS,
    ANSWERING,
    FAILING,
    NOTICES,
    WITHOUT_NOTICE,
    TRADING,
    MOVING,
    LOSING,
    CODES,
    CARDS,
    SECURE_LOGIN,
    HELP_DESK,
)
