"""The Japanese article on cancelling the opt-out, followed to the letter in the Japanese portal by a real browser."""

from playwright.sync_api import Browser, Locator, Page

from authsim.adapters.system import SystemEntropy
from authsim.secret import Secret
from tests.support.browser_chromium import Screen, open_window
from tests.support.device import TestPhone
from tests.support.portal import LivePortal, password_of
from tests.support.wire import activate_over_http

#: The article's labels, verbatim.
MENU = ("設定", "ユーザー設定")
BOX = "セキュリティ"
SYSTEM = "セキュア・ログイン・システム"
SETTINGS = "セキュア・ログイン設定"
SCREEN = "取引にセキュアログインが必要ではありません"
RADIO = "ログイン時には常にセキュアログイン・デバイスの使用を希望します"
NEXT = "次に進む"
CLASSIC = ("口座管理", "セキュリティー", SYSTEM)
CLASSIC_SCREEN = "セキュリティディバイスの解約(SLSオプトアウト)"


def make_user(portal: LivePortal, name: str, **more: str) -> TestPhone:
    """Add a user with an authentication device."""
    phone = TestPhone(entropy=SystemEntropy())
    made = portal.adds(name, activation=True, **more)[name]
    activate_over_http(phone, Secret(made["activation"]), portal.address)
    return phone


def log_in(screen: Screen, name: str, phone: TestPhone) -> Page:
    """Steps 1 to 3: the portal, the login, and the security device, which is asked for all the same."""
    screen.opens()
    screen.types_password(name, password_of(name))
    screen.types_response(phone.respond(screen.challenge))
    screen.sees_success(name)
    return screen.page


def box(page: Page, title: str) -> Locator:
    """The box with this title."""
    return page.locator("section.card", has=page.get_by_role("heading", name=title, exact=True))


def trades_with_credentials_alone(browser: Browser, portal: LivePortal, name: str) -> bool:
    """Log in on the trading device, and say whether that was all."""
    screen = open_window(browser, portal.address, language="ja")
    page = screen.page
    screen.opens("/mobile/ios")
    page.locator("#trading-username").fill(name)
    page.locator("#trading-password").fill(password_of(name))
    with page.expect_navigation():
        page.locator(".phone .btn-primary").click()
    is_in = page.locator(".phone .proof-panel").count() == 1
    assert is_in is (page.locator(".phone .restricted").count() == 1), "what is restricted is said"
    page.context.close()
    return is_in


def test_the_newer_path(browser: Browser, portal: LivePortal) -> None:
    """Settings, User Settings, two gears, the screen, the radio, Next, OK; before and after at the trading device."""
    phone = make_user(portal, "sato")
    portal.operator("secure", "sato", "opt-out")
    assert trades_with_credentials_alone(browser, portal, "sato")
    screen = open_window(browser, portal.address, language="ja")
    page = log_in(screen, "sato", phone)
    # 4. the menu on the left, then the gear beside the system in the box Security
    page.locator("nav.rail").get_by_role("link", name=MENU[0], exact=True).click()
    page.locator("main").get_by_role("link", name=MENU[1]).click()
    row = box(page, BOX).get_by_role("link", name=SYSTEM)
    row.locator("svg.sign").click()
    # 5. the box, its gear, and the screen
    box(page, SETTINGS).locator("svg.sign").click()
    page.get_by_role("heading", name=SCREEN, exact=True).wait_for()
    # 6. the radio, and on
    page.get_by_role("radio", name=RADIO).check()
    box(page, SCREEN).get_by_role("button", name=NEXT, exact=True).click()
    # 7. the confirmation
    page.get_by_text("sato さんの設定を更新しました。").wait_for()
    page.get_by_role("link", name="OK", exact=True).click()
    page.wait_for_url("**/portal/settings/user")
    assert box(page, BOX).get_by_text("ログインには毎回デバイスが必要です。").is_visible()
    page.context.close()
    assert screen.complaints == []
    assert not trades_with_credentials_alone(browser, portal, "sato")


def test_the_classic_path(browser: Browser, portal: LivePortal) -> None:
    """The older menu, the radio beside the user, and the same end; it works without script as well."""
    phone = make_user(portal, "suzuki")
    portal.operator("secure", "suzuki", "opt-out")
    screen = open_window(browser, portal.address, language="ja", script=False)
    page = log_in(screen, "suzuki", phone)
    page.locator("nav.rail").get_by_role("link", name=MENU[0], exact=True).click()
    page.get_by_role("link", name="クラシックバージョン").click()
    page.get_by_role("heading", name=CLASSIC_SCREEN, exact=True).wait_for()
    assert tuple(page.locator(".trail li").all_inner_texts()) == CLASSIC
    page.get_by_role("radio", name="suzuki").check()
    page.get_by_role("button", name=NEXT, exact=True).click()
    page.get_by_role("link", name="OK", exact=True).click()
    page.context.close()
    assert not trades_with_credentials_alone(browser, portal, "suzuki")


def test_without_the_right(browser: Browser, portal: LivePortal) -> None:
    """A user who may not change the settings is shown a notice, and who may."""
    make_user(portal, "tanaka")
    phone = make_user(portal, "kato", role="secondary", account="tanaka")
    screen = open_window(browser, portal.address, language="ja")
    page = log_in(screen, "kato", phone)
    screen.opens("/portal/settings/secure-login")
    notice = page.locator("main .notice")
    assert "この設定を変更する権限がありません。" in notice.inner_text()
    assert "tanaka" in notice.inner_text()
    assert not page.get_by_role("radio", name=RADIO).count()
    page.context.close()
