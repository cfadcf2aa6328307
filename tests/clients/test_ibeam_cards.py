"""IBeam logs in users who have no phone: by its own settings with a printed card, and with an authenticator app."""

from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest

from tests.clients.customers import Customer
from tests.clients.ibeam import LOGGED_IN, running_ibeam
from tests.support.browser_plain import Page, Visitor
from tests.support.child import console_script
from tests.support.pages import blocks_of
from tests.support.tree import ROOT

pytestmark = pytest.mark.usefixtures("ibeam_is_here")

_CARD = "/portal/settings/factors/code-card"
_SECURITY_CARD = "/portal/settings/factors/security-card"
#: A handler as a user might write it: the card lies beside the phone that was lost, and a command asks it.
_HANDLER = """\
import os
import subprocess

from ibeam.src.two_fa_handlers.two_fa_handler import TwoFaHandler
from selenium.webdriver.common.by import By


class PinCardHandler(TwoFaHandler):
    def get_two_fa_code(self, driver):
        challenge = driver.find_element(By.CSS_SELECTOR, "#twofactbase .xyz-goldchallenge").text
        command = [*os.environ["CARD_COMMAND"].split("|"), challenge]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
"""
_PAGE = ROOT / "docs" / "clients" / "handlers.md"


def requests_card(customer: Customer, place: str) -> Visitor:
    """Let somebody log in, request a card, and prove on the way who they are; the page of the card is shown."""
    visitor = customer.portal.visitor()
    page = visitor.types_password(customer.name, customer.password)
    visitor.types_response(customer.phone.responds(page.challenge))
    visitor.get(place)
    visitor.press(place)
    assert visitor.page is not None
    proof = next(form for form in visitor.page.all(tag="form") if form.attributes["action"].endswith("/verify"))
    page = visitor.send(proof, {"username": customer.name, "password": customer.password})
    visitor.types_response(customer.phone.responds(page.challenge, "--purpose", "add-device"))
    visitor.press(place)
    return visitor


def loses_phone(customer: Customer, visitor: Visitor) -> None:
    """Let somebody leave the portal, and have no phone any more."""
    visitor.signs_out()
    customer.portal.operator("users", "revoke", customer.name)


def gets_code_card(customer: Customer) -> dict[str, str]:
    """Let somebody print and activate a card of values, and then lose their phone; return the card."""
    visitor = requests_card(customer, _CARD)
    page = visitor.page
    assert page is not None
    card = dict(values_in(item.text) for item in page.one(cls="values").elements)
    page = visitor.send(page.one(cls="xyzform-bronze"), {"bronze-response": looked_up(card, page)})
    assert "The card is activated." in page.text
    loses_phone(customer, visitor)
    return card


def gets_security_card(customer: Customer) -> tuple[str, ...]:
    """Let somebody read their letter into a card with a PIN, activate it, and lose their phone; return what asks it."""
    visitor = requests_card(customer, _SECURITY_CARD)
    letter = customer.portal.operator("users", "texts", customer.name).stdout
    pin_file = customer.phone.folder / "card.pin"
    pin_file.write_text("1357\n")
    customer.phone.does("card", "receive", "-", "--pin-file", str(pin_file), given=letter)
    responds = ("--home", str(customer.phone.home), "card", "respond", "--pin-file", str(pin_file))
    page = visitor.get(_SECURITY_CARD)
    visitor.send(
        page.one(cls="xyzform-gold"), {"gold-response": customer.phone.does(*responds, page.challenge).strip()}
    )
    loses_phone(customer, visitor)
    return (console_script("authkey"), *responds)


def values_in(line: str) -> tuple[str, str]:
    """The index number of a line of the card, and its value."""
    letters = "".join(line.split())
    return letters[:3], letters[3:]


def looked_up(card: dict[str, str], page: Page) -> str:
    """The values that the page asks for."""
    asked = [element.text for element in page.one(cls="indices").elements if "code-digits" in element.classes]
    assert len(asked) == 2
    return "".join(card[index] for index in asked)


def test_a_card_with_the_settings_of_its_own(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """The page of a code card is what IBeam looks for by itself: a handler, and no name of any element, logs in."""
    nora = customer("nora")
    card = gets_code_card(nora)
    (handler,) = (block.body for block in blocks_of(_PAGE) if block.kind == "python")
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "card_handler.py").write_text(handler)
    (tmp_path / "card.txt").write_text("".join(f"{index} {value}\n" for index, value in card.items()))
    settings = {
        "IBEAM_TWO_FA_HANDLER": "CUSTOM_HANDLER",
        "IBEAM_CUSTOM_TWO_FA_HANDLER": "card_handler.CardHandler",
        "IBEAM_STRICT_TWO_FA_CODE": "False",
        "CARD_FILE": str(tmp_path / "card.txt"),
    }
    before = len(nora.story())

    with running_ibeam(tmp_path, nora, **settings) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "Attempting to acquire 2FA code from: CardHandler" in ibeam.log
    assert "Submitting the 2FA form" in ibeam.log
    told = nora.story()[before:]
    assert [entry["why"] for entry in told if entry["why"] is not None] == []
    assert [entry["what"] for entry in told if entry["what"] in ("push:sent", "prompt:issued", "login:completed")] == [
        "prompt:issued",
        "login:completed",
    ]


def test_a_card_with_a_pin(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam finds the page of a card with a PIN by itself too; its field it has to be told, which eight digits fill."""
    pavel = customer("pavel", phone="+12025550177")
    command = gets_security_card(pavel)
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "pin_card.py").write_text(_HANDLER)
    settings = {
        "IBEAM_TWO_FA_HANDLER": "CUSTOM_HANDLER",
        "IBEAM_CUSTOM_TWO_FA_HANDLER": "pin_card.PinCardHandler",
        "IBEAM_STRICT_TWO_FA_CODE": "False",
        "IBEAM_TWO_FA_INPUT_EL_ID": "ID@@xyz-field-gold-response",
        "CARD_COMMAND": "|".join(command),
    }
    before = len(pavel.story())

    with running_ibeam(tmp_path, pavel, **settings) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "Submitting the 2FA form" in ibeam.log
    assert [entry["why"] for entry in pavel.story()[before:] if entry["why"] is not None] == []


def test_an_authenticator_app(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """IBeam computes the code of the app itself, and its check for six digits stays on."""
    omar = customer("omar", authenticator=True)
    omar.portal.operator("users", "revoke", "omar")
    app = pyotp.parse_uri(omar.authenticator)
    settings = {
        "IBEAM_TWO_FA_HANDLER": "PYOTP",
        "IBEAM_PYOTP_SECRET": app.secret,
        "IBEAM_TWO_FA_EL_ID": "CLASS_NAME@@xyzblock-silver",
        "IBEAM_TWO_FA_INPUT_EL_ID": "ID@@xyz-field-silver-response",
    }

    with running_ibeam(tmp_path, omar, **settings) as ibeam:
        ibeam.says(LOGGED_IN)
        status = ibeam.is_stopped()

    assert status == 0
    assert "Generated TOTP code ending in" in ibeam.log
    assert "Illegal 2FA code returned" not in ibeam.log
    assert omar.requests() == ["prompt:issued"]
    assert omar.refusals() == []
