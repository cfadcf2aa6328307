"""A handler of second factors for IBeam's CUSTOM_HANDLER: it answers the challenge on the page, by `authkey serve`.

Copy it into IBEAM_INPUTS_DIR; handlers.md says what else is to be set. It reads where the simulated phone answers from
AUTHKEY_SERVE_URL, and the file with the phone's token from AUTHKEY_SERVE_TOKEN_FILE. Whatever it raises, IBeam logs.
"""

import http.client
import os
import re
import urllib.error
import urllib.request
from pathlib import Path

from ibeam.src.two_fa_handlers.two_fa_handler import TwoFaHandler
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

PAGE_SECONDS = 15
PHONE_SECONDS = 60


class CustomTwoFaHandler(TwoFaHandler):
    """Turns the notification page into the challenge page, and has the phone compute the response."""

    def get_two_fa_code(self, driver: WebDriver) -> str:
        """Return the response to the challenge that the page shows."""
        for link in driver.find_elements(By.CLASS_NAME, "xyz-showchallenge"):
            if link.is_displayed():
                link.click()
                break  # without such a link, the challenge is there already
        waiting = WebDriverWait(driver, PAGE_SECONDS, ignored_exceptions=[StaleElementReferenceException])
        return ask_phone(waiting.until(read_challenge, "the page shows no challenge code"))

    def __str__(self) -> str:
        """Say in IBeam's log who answers."""
        return "CustomTwoFaHandler(authkey serve)"


def read_challenge(driver: WebDriver) -> str:
    """Return the challenge, or nothing while the page shows none."""
    shown = (element.text for element in driver.find_elements(By.CLASS_NAME, "xyz-goldchallenge"))
    return next((text.strip() for text in shown if re.fullmatch(r"\s*[0-9]{6,10}\s*", text)), "")


def ask_phone(challenge: str) -> str:
    """Return the response that `authkey serve` gives; what it refuses is raised in its words."""
    url = os.environ.get("AUTHKEY_SERVE_URL", "http://127.0.0.1:8766/response")
    token = Path(os.environ["AUTHKEY_SERVE_TOKEN_FILE"]).read_text(encoding="ascii").strip()
    request = urllib.request.Request(  # noqa: S310 - the address is the user's own setting
        f"{url}{'&' if '?' in url else '?'}challenge={challenge}", headers={"Authorization": f"Bearer {token}"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
    try:
        with opener.open(request, timeout=PHONE_SECONDS) as answer:
            return str(answer.read().decode("ascii"))
    except urllib.error.HTTPError as refusal:
        raise RuntimeError(f"authkey serve: {refusal.read().decode('utf-8', 'replace')}") from None
    except (OSError, http.client.HTTPException) as error:
        raise RuntimeError(f"authkey serve does not answer: {error}") from None
