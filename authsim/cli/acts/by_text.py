"""Scenes in which a phone adds a user by credentials and a texted code."""

import time
from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import AGAIN, WRONG, begin, enrol, log_in, other_digits
from authsim.cli.proofs import expect, require_done, require_json, require_notified, require_refused
from authsim.cli.stage import HASTY_SECONDS, Guest, Stage
from authsim.terminal.outcome import REFUSED

_OVER: Final = "This activation is over"
_SOON: Final = "The portal asks to wait. Try again in 1"


def activation_by_text(stage: Stage) -> None:
    """Iris registers in the app: username, password, and the code that comes to the number on her account."""
    phone = stage.phone("iris", "ios", "--number", stage.main.number_of("iris"))
    told = require_json(enrol(stage.main, phone, "iris", "activate", "--username", "iris", "--json"))
    expect(told["user"] == "iris", "the phone is not active for iris")
    texts = require_json(phone.run("inbox", "--json"))["texts"]
    expect(
        len(texts) == 1 and texts[0]["text"].startswith("[SIMULATION] "), "the text does not say that it is simulated"
    )
    log_in(stage, stage.main, "iris", phone)


def resent_too_soon(stage: Stage) -> None:
    """A second text within two minutes is refused, with the time to wait."""
    other = stage.phone("other", "android")
    require_refused(enrol(stage.main, other, "iris", "add-user", "iris"), REFUSED, _SOON)


def already_active(stage: Stage) -> None:
    """Adding iris once more meets the app's one sentence, and its test: a notification comes at login."""
    phone = stage.phone("iris")
    said = require_refused(enrol(stage.main, phone, "iris", "add-user", "iris"), REFUSED, AGAIN)
    expect("already active" in said, "the phone does not name the cause")
    require_notified(begin(stage, stage.main, "iris")[1])


def wrong_credentials(stage: Stage) -> None:
    """With a wrong password no text is sent."""
    before = stage.main.last_text("jonas")
    file = stage.pin_file("wrong", "not the password")
    command = ("activate", "--username", "jonas", "--portal", stage.main.address, "--password-file", str(file))
    refused = stage.phone("jonas", "android").run_with_pin(*command, "--code-stdin", "--yes")
    require_refused(refused, REFUSED, WRONG)
    expect(stage.main.last_text("jonas") == before, "a text was sent")


def wrong_code(stage: Stage) -> None:
    """A wrong code costs one of three tries; the right one still counts."""
    phone = stage.phone("jonas", "android")
    codes: list[str] = []

    def mistype(code: str) -> str:
        codes.append(code)
        return other_digits(code)

    refused = enrol(stage.main, phone, "jonas", "activate", "--username", "jonas", typed=mistype)
    require_refused(refused, REFUSED, "Wrong Activation Code. 2 tries left")
    require_done(phone.run_with_pin("activate", "--resume", "--code-stdin", text=codes[0]))
    log_in(stage, stage.main, "jonas", phone)


def tries_spent(stage: Stage) -> None:
    """After three wrong codes the right one helps no more."""
    phone = stage.phone("karla")
    codes: list[str] = []

    def mistype(code: str) -> str:
        codes.append(code)
        return other_digits(code)

    enrol(stage.main, phone, "karla", "activate", "--username", "karla", typed=mistype)
    wrong = other_digits(codes[0])
    second = phone.run_with_pin("activate", "--resume", "--code-stdin", text=wrong)
    require_refused(second, REFUSED, "1 try left")
    third = phone.run_with_pin("activate", "--resume", "--code-stdin", text=wrong)
    require_refused(third, REFUSED, _OVER)
    right = phone.run_with_pin("activate", "--resume", "--code-stdin", text=codes[0])
    expect(right.returncode == REFUSED, "the right code is taken after three wrong ones")
    expect(stage.main.show("karla")["device"] is None, "karla has a phone")


def expired_code(stage: Stage) -> None:
    """A code that is typed too late activates nothing."""

    def wait(code: str) -> str:
        time.sleep(HASTY_SECONDS["sms_code"] + 0.1)
        return code

    phone = stage.phone("leo")
    late = enrol(stage.hasty, phone, "leo", "activate", "--username", "leo", typed=wait)
    require_refused(late, REFUSED, _OVER)


def add_user(stage: Stage) -> None:
    """Mila joins nina's phone by text; the phone answers for both, and asks who is meant."""
    phone = stage.active_phone(stage.main, "nina", "android")
    require_done(enrol(stage.main, phone, "mila", "add-user", "mila"))
    names = {user["name"] for user in require_json(phone.run("users", "--json"))["users"]}
    expect(names == {"nina", "mila"}, f"the phone answers for {names}")
    for name in ("nina", "mila"):
        log_in(stage, stage.main, name, phone, "--user", name)


BY_TEXT: Final = Scene(
    title="Activation in the app, by text",
    main=(Guest(name="iris"), Guest(name="mila"), Guest(name="nina", is_active=True)),
    acts=(
        Act(name="activation_by_text", title="a phone is activated by password and text", play=activation_by_text),
        Act(name="resent_too_soon", title="a second text within two minutes is refused", play=resent_too_soon),
        Act(name="already_active", title="a user who is here already meets the one sentence", play=already_active),
        Act(name="add_user", title="a second user is added, the phone answers for both", play=add_user),
    ),
)
WRONG_TEXTS: Final = Scene(
    title="Codes that do not count",
    main=(Guest(name="jonas"), Guest(name="karla")),
    hasty=(Guest(name="leo"),),
    acts=(
        Act(name="wrong_credentials", title="wrong credentials bring no text", play=wrong_credentials),
        Act(name="wrong_code", title="a wrong code costs a try, the right one counts", play=wrong_code),
        Act(name="tries_spent", title="after three wrong codes the right one is refused", play=tries_spent),
        Act(name="expired_code", title="an expired code activates nothing", play=expired_code),
    ),
)
