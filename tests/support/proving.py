"""Somebody at a page of the settings: sends its forms, and proves once more who sits there, with the phone."""

from collections.abc import Mapping
from types import MappingProxyType

from authsim.protocol.codes import Purpose
from tests.support.browser_plain import Element, Page
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser

PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {"number": Purpose.CHANGE_CONTACT, "opt-out": Purpose.SECURE_LOGIN, "passcode": Purpose.TEMPORARY_PASSCODE}
)


def form_of(page: Page, action: str) -> Element:
    """The form whose address ends so."""
    return next(one for one in page.all(tag="form") if one.attributes["action"].endswith(action))


def sends(browser: Browser, action: str, **fields: str) -> Page:
    """Send a form of the page that is shown."""
    assert browser.page is not None
    return browser.sends(
        form_of(browser.page, action), {name.replace("_", "-"): value for name, value in fields.items()}
    )


def proves(browser: Browser, phone: TestPhone, errand: str, name: str = "bob") -> Page:
    """Give password and second factor on the page that is asking for them; the phone answers for that purpose."""
    assert browser.page is not None
    assert browser.page.path == "/portal/verify", browser.page.text
    page = sends(browser, "/portal/verify", username=name, password=PASSWORD)
    assert page.path == "/sso/SecondFactor"
    purpose = PURPOSES.get(errand, Purpose.ADD_DEVICE)
    assert f"--purpose {int(purpose)}" in page.text
    return browser.types_response(phone.respond(page.challenge, purpose=purpose))
