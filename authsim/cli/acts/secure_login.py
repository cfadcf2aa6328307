"""The scene of the secure login system: opting out for trading, what follows from it, and taking it back."""

from typing import Final

from authsim.cli.acts.act import Act, Scene
from authsim.cli.acts.steps import begin, log_in
from authsim.cli.proofs import expect, require_done, require_notified, require_refusal, require_said
from authsim.cli.stage import Guest, Stage
from authsim.ends.browser import Browser, Page
from authsim.ends.children import PhoneChild

_SETTINGS: Final = "/portal/settings/secure-login"
_CHOICE: Final = f"{_SETTINGS}/trading"
_AGREEMENT: Final = "/portal/settings/opt-out"
_CLASSIC: Final = "/portal/settings/classic"


def opt_out(stage: Stage) -> None:
    """Opal takes the radio, must agree first, and is opted out; the portal asks for her phone all the same."""
    browser, _ = log_in(stage, stage.main, "opal", stage.active_phone(stage.main, "opal"))
    page = browser.submit(browser.open(_SETTINGS).form_to(_CHOICE), trading="trading-without")
    require_said(page, "Pink Sheet", "OTCBB")
    require_refusal(browser.submit(page.form_to(_AGREEMENT)), "The agreement is not accepted yet.")
    page = browser.submit(browser.open(_AGREEMENT).form_to(_AGREEMENT), agreed="yes")
    expect(not page.refusal, f"the page says: {page.refusal}")
    expect(stage.main.show("opal")["secure_login"] == "opted_out", "the operator does not see the opt-out")
    require_notified(begin(stage, stage.main, "opal")[1])
    stage.keep(opal=browser)


def open_trading(stage: Stage) -> None:
    """Her trading device opens with credentials alone, at the page and in a terminal, and says what is restricted."""
    page = _trade(stage, "opal")
    require_said(page, "You are logged in as opal.", "Pink Sheet", "OTCBB")
    phone = stage.phone("opal")
    device = PhoneChild(home=phone.home.with_name("opal-trades"), pin_file=phone.pin_file, crew=phone.crew)
    credentials = ("--portal", stage.main.address, "--password-file", str(stage.main.password_file("opal")))
    done = device.run("trade", "opal", *credentials, "--response-stdin")
    expect("Logged in as opal." in require_done(done), "the trading device is not logged in")
    expect("The secure login system is off for trading" in done.stderr, "the terminal does not say why")


def come_back(stage: Stage) -> None:
    """The article's path: Settings, User Settings, the gears, the radio, Next, OK; trading asks for the phone again."""
    browser: Browser = stage.kept("opal")
    for path in ("/portal/settings/user", "/portal/settings/secure-login-system", _SETTINGS):
        expect(browser.open(path).status == 200, f"there is no page {path}")
    page = browser.submit(browser.open(_SETTINGS).form_to(_CHOICE), trading="always")
    require_said(page, "OK")
    expect(stage.main.show("opal")["secure_login"] == "enrolled", "she is still opted out")
    require_said(_trade(stage, "opal"), "Two-Factor Authentication")


def classic_path(stage: Stage) -> None:
    """The classic path: the operator opted her out; the radio beside her name takes it back."""
    browser: Browser = stage.kept("opal")
    stage.main.opt_out("opal")
    page = browser.open(_CLASSIC)
    require_said(page, "OPT BACK IN")
    require_said(browser.submit(page.form_to(_CLASSIC), user="opal"), "OK")
    require_said(browser.open(_CLASSIC), "OPT OUT")


def no_right(stage: Stage) -> None:
    """A secondary user changes nothing, and reads who may."""
    browser, _ = log_in(stage, stage.main, "osman", stage.active_phone(stage.main, "osman"))
    page = browser.open(_AGREEMENT)
    require_said(page, "opal")
    expect(not any(element.attributes.get("name") == "agreed" for element in page.root.walk()), "he may agree")


def no_region(stage: Stage) -> None:
    """Where regulators do not allow it nobody opts out."""
    browser, _ = log_in(stage, stage.main, "oki", stage.active_phone(stage.main, "oki"))
    require_said(browser.open(_AGREEMENT), "not available in your region")


def _trade(stage: Stage, name: str) -> Page:
    browser = stage.browser(stage.main)
    form = browser.open("/mobile/ios").form_to("/mobile/ios/log-in")
    return browser.submit(form, username=name, password=stage.main.password_of(name))


SECURE_LOGIN: Final = Scene(
    title="The secure login system",
    main=(
        Guest(name="opal", is_active=True),
        Guest(name="osman", role="secondary", account="opal", is_active=True),
        Guest(name="oki", region="HK", is_active=True),
    ),
    acts=(
        Act(name="opt_out", title="opting out takes an agreement; the portal asks on", play=opt_out),
        Act(name="open_trading", title="trading opens with credentials alone, restricted", play=open_trading),
        Act(name="come_back", title="the opt-out is cancelled along the article's path", play=come_back),
        Act(name="classic_path", title="and along the classic path, user by user", play=classic_path),
        Act(name="no_right", title="a secondary user is told who may", play=no_right),
        Act(name="no_region", title="in some regions nobody opts out", play=no_region),
    ),
)
