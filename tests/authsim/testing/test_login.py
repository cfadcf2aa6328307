import pytest

from authsim.testing import LoginError, Phone, Portal, User
from authsim.testing.faults import Faults
from tests.support.child import LONGEST_S


def other(code: str) -> str:
    """As many digits, and others."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def test_a_login_by_challenge_and_response(portal: Portal, user: User, phone: Phone) -> None:
    """The first example of the kit: activated, logged in, and refused by its own name when it came too late."""
    phone.activate(user)
    login = portal.begin_login(user)
    login.respond(phone.respond(login.challenge()))
    assert login.authenticated
    assert login.refusal is None

    late = portal.begin_login(user)
    response = phone.respond(late.challenge())
    portal.clock.advance(seconds=181)
    late.respond(response)
    assert not late.authenticated
    assert late.refusal == "challenge_expired"
    assert late.message == "The challenge code has expired."


def test_a_wrong_password_and_a_wrong_response(portal: Portal, user: User, active_phone: Phone) -> None:
    """Each refusal has its name, its sentence, and no step that it does not offer."""
    login = portal.begin_login(user, "not the password")
    assert (login.refusal, login.message) == ("wrong_password", "Invalid username password combination")
    with pytest.raises(
        LoginError, match=r"/sso/Login \(200\) shows no challenge\. It says: Invalid .* \(wrong_password"
    ):
        login.challenge()

    login = portal.begin_login(user)
    assert not login.respond(other(active_phone.respond(login.challenge())))
    assert login.refusal == "wrong_response"
    assert portal.timeline.refusals == ["wrong_password", "wrong_response"]


def test_the_phone_decides(portal: Portal, user: User, active_phone: Phone) -> None:
    """A login goes on when its phone approves, by itself or by hand, and not when it denies or says nothing."""
    active_phone.set_policy("approve")
    login = portal.begin_login(user)
    assert login.wait(seconds=LONGEST_S)
    assert login.is_signed_in()

    active_phone.set_policy("deny")
    denied = portal.begin_login(user)
    assert not denied.wait(seconds=LONGEST_S)
    assert denied.refusal == "push_denied"

    active_phone.set_policy("manual")
    by_hand = portal.begin_login(user)
    assert not by_hand.wait(seconds=0.05)
    assert [request["user"] for request in active_phone.requests] == [user.name]
    active_phone.approve()
    assert by_hand.wait()


def test_a_request_is_sent_again_and_expires(portal: Portal, user: User, active_phone: Phone) -> None:
    """The request may be sent again after a while; whoever waits until nobody can answer any more is told so."""
    login = portal.begin_login(user)
    portal.clock.advance(seconds=60)
    login.resend()
    active_phone.approve()
    assert login.wait()

    login = portal.begin_login(user)
    portal.clock.advance(seconds=181)
    assert not login.wait()
    assert login.refusal == "push_expired"
    with pytest.raises(LoginError, match="sends no notification again"):
        login.resend()


def test_the_qr_code_of_a_login(portal: Portal, user: User, active_phone: Phone) -> None:
    """The phone that scans the login's QR code approves that login."""
    portal.begin_login(user)
    login = portal.begin_login(user)
    assert login.login_uri.startswith("authsim://")
    active_phone.approve(scanned=login.login_uri)
    assert login.wait()


def test_the_qr_code_that_activates(portal: Portal, user: User, phone: Phone) -> None:
    """A user without a phone is shown a code, which a phone scans; then the phone signs in in the same session."""
    login = portal.begin_login(user)
    assert login.session_id
    with pytest.raises(LoginError, match="waits for no phone"):
        login.wait()
    phone.activate(login.activation_uri)
    login.sign_in_with_phone()
    assert login.respond(phone.respond(login.challenge()))
    with pytest.raises(LoginError, match="shows no QR code that activates"):
        assert login.activation_uri


def test_a_choice_of_devices(portal: Portal, phone: Phone) -> None:
    """Of two devices one is chosen by its name; what is not offered is refused with what is."""
    sven = portal.add_user("sven", authenticator=True)
    phone.activate(sven)
    phone.add_app(sven)
    login = portal.begin_login(sven)
    assert login.offered == ["IB Key", "Mobile Authenticator App"]
    with pytest.raises(LoginError, match=r"Call choose\(\) first, with one of: IB Key, Mobile Authenticator App"):
        login.challenge()
    with pytest.raises(LoginError, match="offers no Carrier Pigeon: it offers IB Key"):
        login.choose("Carrier Pigeon")
    login.choose("Mobile Authenticator App")
    assert login.enter_code(phone.code(sven))

    login = portal.begin_login(sven)
    login.choose("IB Key")
    assert login.respond(phone.respond(login.challenge()))
    with pytest.raises(LoginError, match="takes no code"):
        login.enter_code("123456")


def test_a_code_by_text(portal: Portal) -> None:
    """The code in the text opens the portal; a wrong one does not, and a fresh one may be asked for."""
    rhea = portal.add_user("rhea", texts=True)
    login = portal.begin_login(rhea)
    code = portal.inbox.wait_for(rhea).code
    assert not login.enter_code(other(code))
    assert login.refusal == "wrong_code"

    portal.clock.advance(minutes=3)
    login = portal.begin_login(rhea)
    stale = portal.inbox.wait_for(rhea).code
    portal.clock.advance(seconds=130)
    login.resend_code()
    fresh = portal.inbox.wait_for(rhea).code
    assert fresh != stale
    assert login.enter_code(fresh)


def test_the_switch_and_the_way_out(portal: Portal, user: User, active_phone: Phone) -> None:
    """The live/paper switch is part of the first step, and the page's own button ends a session."""
    assert portal.begin_login(user, paper=True).refusal == "wrong_mode"
    login = portal.log_in(user, active_phone)
    assert login.authenticated
    login.sign_out()
    assert not login.is_signed_in()


def test_a_session_that_does_not_hold(portal: Portal, user: User, active_phone: Phone, faults: Faults) -> None:
    """A page said that the login succeeds, and the next one knows nothing of it: `is_signed_in` asks again."""
    login = portal.log_in(user, active_phone)
    with faults.on("session_lost", user=user):
        assert login.authenticated
        assert not login.is_signed_in()
        faults.require_struck("session_lost")
    with faults.on("not_authenticated", user=user) as fault:
        assert not portal.log_in(user, active_phone).authenticated
        assert fault.struck == 1


def test_a_login_says_little_of_itself(portal: Portal, user: User) -> None:
    """What is printed of user and login has no password; used as a context, a login closes its browser."""
    with portal.begin_login(user) as login:
        assert repr(login) == "Login('alice', at '/portal/activation')"
    assert user.password not in repr(user)
    with pytest.raises(RuntimeError, match="closed"):
        login.browser.open("/")


def test_a_user_by_name_takes_a_password(portal: Portal, user: User) -> None:
    """Who is given by name alone has no password that the kit could know."""
    assert portal.begin_login("alice", user.password).session_id
    with pytest.raises(TypeError, match="needs a password"):
        portal.begin_login("alice")


def test_a_portal_that_errs(portal: Portal, user: User, active_phone: Phone, faults: Faults) -> None:
    """A login whose password step is answered with an error shows that page, and the next attempt goes on."""
    with faults.on("http_503", step="password", nth=1) as fault:
        login = portal.begin_login(user)
        assert login.page.status == 503
        assert not login.authenticated
        with pytest.raises(LoginError, match=r"\(503\) shows no challenge"):
            login.challenge()
        assert fault.struck == 1
        assert portal.log_in(user, active_phone).authenticated
