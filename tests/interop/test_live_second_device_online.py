"""The second device at a live portal, online: it enrols by text message, hears of logins, and decides."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from tests.interop.second_device import RefusedError, compute, fetch_portal
from tests.interop.second_device_online import Enrolment, InactiveError, OnlineDevice
from tests.support.browser_plain import Page, Visitor
from tests.support.phone import make_phone
from tests.support.portal import LivePortal, password_of, served_portal

HARDENED = ("--set", "push_number_digits=6", "--set", "push_tries=3", "--set", "sms_resend_seconds=0")


@dataclass(slots=True)
class Resident:
    """A user with a number, and the browser in which that user logs in."""

    portal: LivePortal
    fingerprint: str
    name: str
    number: str
    browser: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.portal.adds(self.name, phone=self.number)
        self.browser = self.portal.visitor()
        self.browser.is_patient = True

    def begins(self) -> Enrolment:
        """Compare the portal's fingerprint, trust its key, and ask for a text."""
        portal = fetch_portal(self.portal.address, self.fingerprint)
        enrolment = Enrolment(portal, self.name, label="a stranger's device", address=self.portal.address)
        assert 0 < enrolment.start(password_of(self.name)) <= 600
        return enrolment

    def reads_code(self) -> str:
        """The code in the newest text of the user's number."""
        page = self.portal.visitor().request("GET", f"/inbox/{quote(self.number)}/texts")
        found = re.search(r" @localhost #([0-9]+)$", json.loads(page.text)["texts"][-1]["text"])
        assert found is not None
        return found[1]

    def enrols(self) -> OnlineDevice:
        """Add the user to a new device of the stranger's."""
        enrolment = self.begins()
        device = OnlineDevice(enrolment.finish(self.reads_code()), address=self.portal.address)
        device.open_session()
        return device

    def types_password(self) -> Page:
        """Begin a login."""
        return self.browser.types_password(self.name, password_of(self.name))

    def goes_on(self) -> Page:
        """Press *Continue*."""
        return self.browser.press("/continue")

    def state(self) -> str:
        """What the page that waits hears of its login."""
        return str(json.loads(self.browser.request("GET", "/sso/SecondFactor/state").text)["state"])


@dataclass(slots=True)
class Town:
    """One portal, and what a person compares before trusting it: the fingerprint on the page of who has no phone."""

    portal: LivePortal
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(100)))
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        self.portal.adds("witness")
        page = self.portal.visitor().types_password("witness", password_of("witness"))
        self.fingerprint = page.one(cls="fingerprint").text

    def has(self, name: str) -> Resident:
        """Let somebody move in."""
        return Resident(self.portal, self.fingerprint, name, f"+120255501{next(self.numbers):02}")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A portal of the classic profile, whose texts may follow each other at once."""
    with served_portal(tmp_path_factory.mktemp("portal"), "--set", "sms_resend_seconds=0") as portal:
        yield Town(portal)


@pytest.fixture(scope="module")
def cautious(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A portal that asks for the number on its page."""
    with served_portal(tmp_path_factory.mktemp("cautious"), *HARDENED) as portal:
        yield Town(portal)


def read_qr(page: Page) -> str:
    """The text of the QR code on a page, as a camera would read it."""
    svg = page.text[page.text.index("qr-plate") :]
    box = re.search(r'viewBox="0 0 ([0-9]+) \1"', svg)
    assert box is not None
    image = Image.new("1", (int(box[1]) * 6, int(box[1]) * 6), 1)
    pen = ImageDraw.Draw(image)
    for x, y in re.findall(r"M([0-9]+),([0-9]+)H", svg):
        pen.rectangle((int(x) * 6, int(y) * 6, int(x) * 6 + 5, int(y) * 6 + 5), fill=0)
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return str(found.text)


def test_a_stranger_enrols_by_a_text_message(town: Town) -> None:
    """From a compared fingerprint and a texted code the second device is a user's, and its response logs in."""
    vera = town.has("vera")
    device = vera.enrols()
    page = vera.types_password()
    challenge = vera.browser.get(page.challenge_link or "")

    response = compute("classic6", device.account.seed, challenge.challenge, 1)

    assert vera.browser.types_response(response).has_succeeded
    assert town.portal.shows("vera")["device"]["device_id"] == device.account.device_id


def test_a_wrong_code_and_another_text(town: Town) -> None:
    """A wrong code is declined; another text carries another code for the same flow, and the first one is over."""
    nora = town.has("nora")
    enrolment = nora.begins()
    first = nora.reads_code()
    flow = enrolment.flow_id
    enrolment.resend()
    second = nora.reads_code()

    assert enrolment.flow_id == flow
    if first != second:
        with pytest.raises(RefusedError, match="401 auth_failed"):
            enrolment.finish(first)
    assert enrolment.finish(second).user_label == "nora"
    assert enrolment.finish(second).user_label == "nora"  # a lost reply is asked for again
    with pytest.raises(RefusedError, match="409 state"):
        enrolment.resend()


def test_wrong_credentials_and_a_stranger_s_flow(town: Town) -> None:
    """No text without the password; a flow of another device, or of nobody, takes no code of ours."""
    ida = town.has("ida")
    enrolment = ida.begins()
    code = ida.reads_code()
    thief = Enrolment(enrolment.portal, "ida", address=town.portal.address)
    with pytest.raises(RefusedError, match="401 auth_failed"):
        thief.start("not her password")
    thief.flow_id = enrolment.flow_id
    with pytest.raises(RefusedError, match="401 auth_failed"):
        thief.finish(code)
    thief.flow_id = bytes(16)
    with pytest.raises(RefusedError, match="404 not_found"):
        thief.finish(code)

    assert enrolment.finish(code).user_label == "ida"


def test_a_stranger_approves(town: Town) -> None:
    """The request that the device fetched, approved, lets its own browser in, and no other; once."""
    mara = town.has("mara")
    device = mara.enrols()
    mara.types_password()
    (request,) = device.list_requests()

    assert (request.purpose, request.digits, request.state) == (1, 0, "issued")
    assert (request.ip, request.place) == ("127.0.0.1", "AuthSim")
    assert mara.state() == "waiting"
    assert device.decide(request, 1) == "approved"
    assert mara.state() == "approved"
    assert device.fetch_request(request.request_id).state == "consumed"
    assert device.list_requests() == []
    assert mara.goes_on().has_succeeded
    with pytest.raises(RefusedError, match="409 state"):
        device.decide(request, 2)


@pytest.mark.parametrize(("name", "decision", "word"), [("dora", 2, "denied"), ("rita", 3, "reported")])
def test_a_stranger_says_no(town: Town, name: str, decision: int, word: str) -> None:
    """Denied or reported, the login is over, and its page says so."""
    person = town.has(name)
    device = person.enrols()
    person.types_password()
    (request,) = device.list_requests()

    assert device.decide(request, decision) == word
    assert device.fetch_request(request.request_id).state == "failed"
    assert person.state() == "over"


def test_a_stranger_scans_a_login(town: Town) -> None:
    """The QR code on the page names the same request; scanned and approved, it lets that browser in."""
    lena = town.has("lena")
    device = lena.enrols()
    lena.types_password()
    request = device.scan(read_qr(lena.browser.get("/sso/SecondFactor?with=qr")))

    assert request.state == "issued"
    assert lena.state() == "waiting"  # scanning alone approves nothing
    assert device.decide(request, 1) == "approved"
    assert lena.goes_on().has_succeeded


def test_a_stranger_scans_somebody_else_s_login(town: Town) -> None:
    """A request to another phone does not exist for this one."""
    anna, olga = town.has("anna"), town.has("olga")
    device, _ = anna.enrols(), olga.enrols()
    olga.types_password()

    with pytest.raises(RefusedError, match="404 not_found"):
        device.scan(read_qr(olga.browser.get("/sso/SecondFactor?with=qr")))


def test_a_number_is_typed(cautious: Town) -> None:
    """Where the page shows a number, the right one approves and a wrong one does not."""
    tess = cautious.has("tess")
    device = tess.enrols()
    number = tess.types_password().one(cls="xyz-typednumber").text.replace(" ", "")
    (request,) = device.list_requests()
    wrong = f"{(int(number) + 1) % 1_000_000:06}"

    assert request.digits == 6
    with pytest.raises(RefusedError, match="401 auth_failed"):
        device.decide(request, 1, wrong)
    assert tess.state() == "waiting"
    assert device.decide(request, 1, number) == "approved"
    assert tess.goes_on().has_succeeded


def test_a_counter_that_came_before_is_noticed(town: Town) -> None:
    """A repeated counter is declined; the second time the phone is suspended, and the portal signs that."""
    kira = town.has("kira")
    device = kira.enrols()
    copy = OnlineDevice(device.account, address=town.portal.address)

    with pytest.raises(RefusedError, match="401 auth_failed"):
        copy.open_session()
    device.open_session()
    with pytest.raises(RefusedError, match="401 auth_failed"):
        copy.open_session()
    with pytest.raises(InactiveError, match="suspended"):
        device.open_session()
    with pytest.raises(RefusedError, match="401 auth_failed"):
        device.list_requests()


def test_a_stream_brings_requests_and_resumes(town: Town) -> None:
    """What waits comes at once, what follows comes by itself, and a place in the stream is found again."""
    yuki = town.has("yuki")
    device = yuki.enrols()
    yuki.types_password()
    stream = device.listen()
    place, first = next(stream)
    other = yuki.portal.visitor()
    other.is_patient = True
    other.types_password("yuki", password_of("yuki"))
    later, second = next(stream)
    stream.close()
    resumed = device.listen(after=place)

    assert (first.state, second.state) == ("issued", "issued")
    assert later > place
    assert next(resumed) == (later, second)
    resumed.close()
    assert device.fetch_request(first.request_id).state == "superseded"


def test_a_phone_of_ours_takes_over(town: Town, tmp_path: Path) -> None:
    """When the user moves to a phone of ours, the stream ends with the word, and the portal signs it on asking."""
    hana = town.has("hana")
    device = hana.enrols()
    hana.types_password()
    stream = device.listen()
    assert next(stream)[1].state == "issued"
    ours = make_phone(tmp_path / "phone")
    ours.activates(town.portal.activation_uri("hana", "--replace"))

    with pytest.raises(InactiveError, match="revoked"):
        next(stream)
    with pytest.raises(InactiveError, match="revoked"):
        device.open_session()
    with pytest.raises(RefusedError, match="401 auth_failed"):
        device.list_requests()


def test_moving_to_another_device_replaces_the_first(town: Town) -> None:
    """The same ceremony on a second device: at each moment one of the two answers."""
    mona = town.has("mona")
    first = mona.enrols()
    second = mona.enrols()
    mona.types_password()

    with pytest.raises(InactiveError, match="replaced"):
        first.open_session()
    (request,) = second.list_requests()
    with pytest.raises(RefusedError, match="401 auth_failed"):
        first.decide(request, 1)
    assert second.decide(request, 1) == "approved"
    assert mona.goes_on().has_succeeded
