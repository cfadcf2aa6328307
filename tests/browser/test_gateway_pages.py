"""A gateway's other pages in Chromium: people log in by what they read, programs by the names of their time."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe

from authsim.model import FactorKind
from tests.browser.conftest import Ask, enrols, types_password
from tests.support.browser_chromium import Screen
from tests.support.holding import give
from tests.support.portal import LivePortal, password_of, served_portal
from web.wiring import open_portal

SECOND_FACTOR = "/sso/SecondFactor"
INVALID = "Invalid username password combination"
OPTIONS = {"2022": ("--page", "2022"), "drift": ("--page", "drift", "--page-seed", "7")}
#: Telephones and desks, by day and by night, with script and without.
LOOKS = [("en", True, "light", 390), ("ja", True, "dark", 1280), ("ja", False, "light", 390)]
CONFIRM = {
    "en": ("This information is right.", "Confirm and go on"),
    "ja": ("この情報に間違いありません。", "確認して進む"),
}


@pytest.fixture(scope="module", params=list(OPTIONS))
def page(request: pytest.FixtureRequest) -> str:
    """Which markup the pages have."""
    return str(request.param)


@pytest.fixture(scope="module")
def portal(page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A gateway with a lab; the tests of this module share it and bring users of their own."""
    serving = ("--lab", "--gateway", *OPTIONS[page])
    with served_portal(tmp_path_factory.mktemp("portal"), serving=serving) as served:
        yield served


def responds(ask: Ask, phone: str, challenge: str) -> str:
    """What the phone answers to a challenge."""
    return str(ask("POST", f"/phones/{phone}/respond", {"challenge": challenge})["response"])


def is_fair(screen: Screen, *, script: bool) -> None:
    """Expect nothing that keeps anybody from using the page, and nothing beside its edge."""
    if script:  # what looks at a page is a script itself
        screen.page.wait_for_load_state("load")
        screen.page.emulate_media(reduced_motion="reduce")  # or axe meets colours on their way
        found = Axe().run(screen.page)
        assert found.response["violations"] == [], found.generate_report()
        assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "script", "shade", "width"), LOOKS)
def test_a_person_logs_in_by_what_is_written(
    window: Callable[..., Screen], ask: Ask, page: str, language: str, script: bool, shade: str, width: int
) -> None:
    """Errors, rungs, the challenge and a page to be confirmed: each is fair, in the reader's language, and leads on."""
    name = f"reads-{page}-{language}-{script}".lower()
    phone = enrols(ask, name)
    ask("PUT", "/faults/page_confirm", {"user": name})
    screen = window(
        language=language, script=script, color_scheme=shade, viewport={"width": width, "height": 800}, is_patient=True
    )
    screen.opens()
    is_fair(screen, script=script)
    types_password(screen, name, "wrong")
    alert = screen.page.get_by_role("alert")
    assert alert.is_visible()
    assert language != "en" or alert.inner_text() == INVALID
    is_fair(screen, script=script)
    types_password(screen, name)
    is_fair(screen, script=script)
    for rung in ("qr", "challenge"):
        screen.opens(f"{SECOND_FACTOR}?with={rung}")
        is_fair(screen, script=script)
    screen.types_response(responds(ask, phone, screen.page.locator(".code-digits").inner_text()))

    assert screen.path == "/sso/Confirm"
    is_fair(screen, script=script)
    box, button = CONFIRM[language]
    for is_ticked in (False, True):
        if is_ticked:
            screen.page.get_by_label(box, exact=True).check()
        with screen.page.expect_navigation():
            screen.page.get_by_role("button", name=button, exact=True).click()
    screen.sees_success(name)


def test_an_approval_lets_the_page_go_on(window: Callable[..., Screen], ask: Ask, page: str) -> None:
    """The script of the page that waits knows nothing by name: a phone that approves lets it go on by itself."""
    name = f"approves-{page}"
    enrols(ask, name, policy="approve")
    screen = window(is_patient=True)
    screen.opens()
    types_password(screen, name)

    screen.sees_success(name)


def test_the_switch_still_switches(window: Callable[..., Screen]) -> None:
    """The live/paper switch is found by its label, and the button says which mode it leads to."""
    screen = window()
    screen.opens()
    screen.page.get_by_text(screen.label("paper"), exact=True).click()
    screen.button("paper login").wait_for()
    assert screen.button("login").count() == 0


def test_a_program_of_today_sees_nothing_of_its_own(window: Callable[..., Screen], page: str) -> None:
    """Its names are on no element that is shown: drawn names have hidden twins, and before 2023 there were none."""
    screen = window()
    screen.opens()

    for selector in ("#xyz-field-username", "[name=username]", ".xyz-button-login", ".xyzform-username"):
        found = screen.page.locator(selector)
        assert found.count() == (1 if page == "drift" else 0), selector
        assert not found.or_(screen.page.locator("#nothing")).is_visible()


@pytest.mark.parametrize("page", ["2022"], indirect=True)
@pytest.mark.parametrize("script", [True, False])
def test_a_program_of_before_2023_logs_in(window: Callable[..., Screen], ask: Ask, script: bool) -> None:
    """By the ids of then alone: user, password, the button, the error, the challenge, and Return."""
    name = f"program-{script}".lower()
    phone = enrols(ask, name)
    screen = window(script=script, is_patient=True)
    screen.opens()
    error = screen.page.locator(".alert.alert-danger.margin-top-10")
    for password in ("wrong", password_of(name)):
        screen.page.locator("#user_name").fill(name)
        screen.page.locator("#password").fill(password)
        with screen.page.expect_navigation():
            screen.page.locator("#submitForm").click()
        assert (error.inner_text() if error.count() else "") == (INVALID if password == "wrong" else "")
    assert not screen.page.locator("#twofactbase").count()
    with screen.page.expect_navigation():
        screen.page.locator(".showchallenge").click()

    assert screen.page.locator("#twofactbase").is_visible()
    field = screen.page.locator("#chlginput")
    field.fill(responds(ask, phone, screen.page.locator("#chlg_SWCR").inner_text()))
    with screen.page.expect_navigation():
        field.press("Enter")
    screen.sees_success(name)


@pytest.mark.parametrize("page", ["2022"], indirect=True)
def test_choosing_goes_on_by_itself(window: Callable[..., Screen], ask: Ask, portal: LivePortal) -> None:
    """A program of then only chooses from `#sf_select`: the page goes on, and takes the code in the field of then."""
    enrols(ask, "chooses")
    with closing(open_portal(portal.settings)) as opened:
        user = opened.store.users.find("chooses")
        assert user is not None
        held = give(opened.verifier, user, FactorKind.AUTHENTICATOR_APP)
        screen = window(is_patient=True)
        screen.opens()
        types_password(screen, "chooses")
        with screen.page.expect_navigation():
            screen.page.locator("#sf_select").select_option(label="Mobile Authenticator App")
        screen.page.locator("#twofactbase").wait_for()
        screen.page.locator("#chlginput").fill(held.answer())
        with screen.page.expect_navigation():
            screen.page.locator("#submitForm").click()
    screen.sees_success("chooses")
