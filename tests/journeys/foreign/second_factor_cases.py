"""The suite of a project that knows nothing of AuthSim but its test kit: second factors, case by case."""
# ruff: noqa: D103 - a stranger's suite, whose names say what must hold

import pytest

from authsim.testing import LabError, LoginError

SUCCESS = None


def other(code):
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def log_in(portal, user, phone):
    login = portal.begin_login(user)
    login.respond(phone.respond(login.challenge(), user))
    return login


# ---- challenge and response


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_right_response(portal, platform):
    someone = portal.add_user()
    assert log_in(portal, someone, portal.add_phone(someone, platform=platform)).authenticated


@pytest.mark.parametrize(
    ("seconds", "refusal"), [(0, SUCCESS), (120, SUCCESS), (181, "challenge_expired"), (9_000, "challenge_expired")]
)
def test_response_after(portal, user, active_phone, clock, seconds, refusal):
    login = portal.begin_login(user)
    response = active_phone.respond(login.challenge())
    clock.advance(seconds=seconds)
    assert login.respond(response) is (refusal is SUCCESS)
    assert login.refusal == refusal


@pytest.mark.parametrize(
    "spoil", [other, lambda code: code[::-1] + "", lambda _: "00000000", lambda code: code[1:] + code[0]]
)
def test_wrong_response(portal, user, active_phone, spoil):
    login = portal.begin_login(user)
    right = active_phone.respond(login.challenge())
    wrong = spoil(right) if spoil(right) != right else other(right)
    assert not login.respond(wrong)
    assert login.refusal == "wrong_response"


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "abcdefgh", "1234 567x"])
def test_no_response_at_all(portal, user, active_phone, typed):
    login = portal.begin_login(user)
    response = active_phone.respond(login.challenge())
    assert not login.respond(typed)
    assert login.refusal == "malformed_response"
    assert login.respond(response), "what is no response may be typed again"


@pytest.mark.parametrize("spaced", ["{0}", " {0} ", "{1} {2}"])
def test_blanks_do_not_count(portal, user, active_phone, spaced):
    login = portal.begin_login(user)
    response = active_phone.respond(login.challenge())
    assert login.respond(spaced.format(response, response[:4], response[4:]))


def test_replayed_in_the_next_login(portal, user, active_phone):
    login = portal.begin_login(user)
    response = active_phone.respond(login.challenge())
    assert login.respond(response)
    again = portal.begin_login(user)
    again.challenge()
    assert not again.respond(response)
    assert again.refusal == "wrong_response"


def test_replayed_in_a_copied_browser(portal, user, active_phone):
    login = portal.begin_login(user)
    response = active_phone.respond(login.challenge())
    with login.browser.twin() as thief:
        page = login.page
        assert login.respond(response)
        assert thief.answer(page, response).find("pre") is None


def test_phone_of_somebody_else(portal, user, active_phone):
    mallory = portal.add_user("mallory")
    phone = portal.add_phone(mallory)
    login = portal.begin_login(user)
    assert not login.respond(phone.respond(login.challenge()))
    assert login.refusal == "wrong_response"


def test_response_of_an_earlier_login(portal, user, active_phone):
    earlier = active_phone.respond(portal.begin_login(user).challenge())
    login = portal.begin_login(user)
    login.challenge()
    assert not login.respond(earlier)


def test_wrong_habits(portal, user, active_phone):
    active_phone.set_policy("wrong_response")
    login = portal.begin_login(user)
    assert not login.respond(active_phone.respond(login.challenge()))
    assert login.refusal == "wrong_response"


def test_clone_answers_alike(portal, user, active_phone):
    clone = active_phone.clone()
    login = portal.begin_login(user)
    assert clone.respond(login.challenge()) == active_phone.respond(login.challenge())


# ---- notifications


@pytest.mark.parametrize(
    ("policy", "refusal"), [("approve", SUCCESS), ("deny", "push_denied"), ("report", "push_reported")]
)
def test_phone_decides(portal, user, active_phone, policy, refusal):
    active_phone.set_policy(policy)
    login = portal.begin_login(user)
    assert login.wait() is (refusal is SUCCESS)
    assert login.refusal == refusal


@pytest.mark.parametrize("policy", ["ignore", "manual", "offline"])
def test_phone_says_nothing(portal, user, active_phone, clock, policy):
    active_phone.set_policy(policy)
    login = portal.begin_login(user)
    assert not login.wait(seconds=0.1)
    clock.advance(seconds=181)
    assert not login.wait()
    assert login.refusal == "push_expired"


def test_approved_too_late(portal, user, active_phone, clock):
    portal.begin_login(user)
    clock.advance(seconds=181)
    with pytest.raises(LabError) as refused:
        active_phone.approve()
    assert refused.value.reason in {"no_request", "push_expired"}


def test_approved_after_it_was_sent_again(portal, user, active_phone, clock):
    login = portal.begin_login(user)
    clock.advance(seconds=60)
    login.resend()
    active_phone.approve()
    assert login.wait()


def test_scanned_instead(portal, user, active_phone):
    login = portal.begin_login(user)
    active_phone.approve(scanned=login.login_uri)
    assert login.wait()


def test_two_logins_one_approval(portal, user, active_phone):
    first, second = portal.begin_login(user), portal.begin_login(user)
    second_page = second.login_uri
    active_phone.approve(scanned=second_page)
    assert second.wait()
    assert not first.wait(seconds=0.2)


@pytest.mark.parametrize("fault", ["push_lost", "no_push"])
def test_no_notification_comes(portal, user, active_phone, faults, fault):
    active_phone.set_policy("approve")
    with faults.on(fault, user=user) as on:
        login = portal.begin_login(user)
        assert not login.wait(seconds=0.3)
        assert on.struck == 1
        assert login.respond(active_phone.respond(login.challenge())), "the challenge is the way out"


def test_notification_comes_late(portal, user, active_phone, faults, clock):
    active_phone.set_policy("approve")
    with faults.on("push_late", user=user, by=30):
        login = portal.begin_login(user)
        assert not login.wait(seconds=0.3)
        clock.advance(seconds=31)
        assert login.wait()


def test_approval_is_ignored(portal, user, active_phone, faults):
    with faults.on("approval_ignored", user=user):
        login = portal.begin_login(user)
        active_phone.approve()
        assert not login.wait(seconds=0.3)
        faults.require_struck("approval_ignored")


def test_approval_errs(portal, user, active_phone, faults):
    with faults.on("approval_error", user=user):
        login = portal.begin_login(user)
        with pytest.raises(LabError):
            active_phone.approve()
        assert not login.wait(seconds=0.2)


# ---- codes


def test_code_by_text(portal, inbox):
    rhea = portal.add_user("rhea", texts=True)
    login = portal.begin_login(rhea)
    code = inbox.wait_for(rhea).code
    assert login.enter_code(code)


@pytest.mark.parametrize(("seconds", "spoil", "refusal"), [(0, other, "wrong_code"), (9_000, str, "prompt_expired")])
def test_bad_code_by_text(portal, inbox, clock, seconds, spoil, refusal):
    rhea = portal.add_user("rhea", texts=True)
    login = portal.begin_login(rhea)
    code = inbox.wait_for(rhea).code
    clock.advance(seconds=seconds)
    assert not login.enter_code(spoil(code))
    assert login.refusal == refusal


def test_text_is_lost(portal, inbox, faults):
    rhea = portal.add_user("rhea", texts=True)
    with faults.on("text_lost", user=rhea) as fault:
        portal.begin_login(rhea)
        with pytest.raises(LabError, match="no text has come"):
            inbox.wait_for(rhea, seconds=0.2)
        assert fault.struck == 1


def test_text_is_late(portal, inbox, faults, clock):
    rhea = portal.add_user("rhea", texts=True)
    with faults.on("text_late", user=rhea, by=60):
        login = portal.begin_login(rhea)
        clock.advance(seconds=61)
        assert login.enter_code(inbox.wait_for(rhea).code)


@pytest.mark.parametrize("seconds", [0, 10])
def test_authenticator_app(portal, phone, clock, seconds):
    sven = portal.add_user("sven", authenticator=True)
    phone.add_app(sven)
    login = portal.begin_login(sven)
    code = phone.code(sven)
    clock.advance(seconds=seconds)
    assert login.enter_code(code)


def test_app_code_counts_once(portal, phone, clock):
    clock.freeze()
    sven = portal.add_user("sven", authenticator=True)
    phone.add_app(sven)
    code = phone.code(sven)
    assert portal.begin_login(sven).enter_code(code)
    assert not portal.begin_login(sven).enter_code(code)


@pytest.mark.parametrize("skew", [-3_600, 3_600])
def test_app_with_a_wrong_clock(portal, phone, skew):
    sven = portal.add_user("sven", authenticator=True)
    phone.add_app(sven)
    phone.skew(seconds=skew)
    assert not portal.begin_login(sven).enter_code(phone.code(sven))


@pytest.mark.parametrize("is_other_order", [False, True])
def test_the_picker(portal, phone, faults, is_other_order):
    sven = portal.add_user("sven", authenticator=True)
    phone.activate(sven)
    phone.add_app(sven)
    if is_other_order:
        faults.on("picker_order")
    login = portal.begin_login(sven)
    names = ["IB Key", "Mobile Authenticator App"]
    assert login.offered == (names[::-1] if is_other_order else names)
    login.choose("Mobile Authenticator App")
    assert login.enter_code(phone.code(sven))


# ---- passwords, throttling, lock-out


def test_wrong_password(portal, user):
    assert portal.begin_login(user, "wrong").refusal == "wrong_password"


@pytest.mark.parametrize("paper", [True, False])
def test_wrong_mode(portal, paper):
    someone = portal.add_user(paper=not paper)
    assert portal.begin_login(someone, paper=paper).refusal == "wrong_mode"


def test_throttled(portal, user, active_phone, clock):
    for _ in range(5):
        assert portal.begin_login(user, "wrong").refusal == "wrong_password"
    assert portal.begin_login(user).refusal == "throttled"
    clock.advance(minutes=10)
    assert log_in(portal, user, active_phone).authenticated


def test_locked(portal, user, active_phone):
    portal.lab.lock_user(user.name)
    assert portal.begin_login(user).refusal == "user_locked"
    portal.lab.unlock_user(user.name)
    assert log_in(portal, user, active_phone).authenticated


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [("throttled", "throttled"), ("locked_out", "user_locked"), ("wrong_credentials", "wrong_password")],
)
def test_faults_of_the_password(portal, user, active_phone, faults, fault, refusal):
    with faults.on(fault, user=user):
        assert portal.begin_login(user).refusal == refusal


# ---- phones that come and go


def test_qr_code_is_good_once(portal, user, phone, timeline):
    uri = portal.begin_login(user).activation_uri
    phone.activate(uri)
    with pytest.raises(LabError):
        portal.add_phone().activate(uri)
    assert timeline.refusals == ["activation_used"]


def test_qr_code_expires(portal, user, phone, clock, timeline):
    uri = portal.begin_login(user).activation_uri
    clock.advance(hours=1)
    with pytest.raises(LabError):
        phone.activate(uri)
    assert timeline.refusals == ["activation_expired"]


def test_sign_in_after_activation(portal, user, phone):
    login = portal.begin_login(user)
    phone.activate(login.activation_uri)
    login.sign_in_with_phone()
    assert login.respond(phone.respond(login.challenge()))


def test_migration(portal, user, active_phone):
    new = portal.add_phone(platform="android")
    new.add_user(user)
    assert not log_in(portal, user, active_phone).authenticated
    assert log_in(portal, user, new).authenticated


def test_revoked_phone(portal, user, active_phone):
    portal.lab.revoke_phone(user.name)
    with pytest.raises(LoginError):
        portal.begin_login(user).challenge()


def test_two_users_on_one_phone(portal, user, active_phone):
    bob = portal.add_user("bob")
    active_phone.activate(bob)
    for someone in (user, bob):
        assert log_in(portal, someone, active_phone).authenticated


# ---- after the login


@pytest.mark.parametrize("fault", ["session_lost", "competing_session"])
def test_session_ends(portal, user, active_phone, faults, fault):
    login = log_in(portal, user, active_phone)
    assert login.is_signed_in()
    with faults.on(fault, user=user):
        assert not login.is_signed_in()


def test_says_success_and_forgets(portal, user, active_phone, faults):
    with faults.on("not_authenticated", user=user):
        assert not log_in(portal, user, active_phone).authenticated
    assert log_in(portal, user, active_phone).authenticated


@pytest.mark.parametrize(("fault", "status"), [("http_500", 500), ("http_503", 503)])
def test_blips(portal, user, active_phone, faults, fault, status):
    with faults.on(fault, step="password", nth=1):
        assert portal.begin_login(user).page.status == status
        assert log_in(portal, user, active_phone).authenticated


def test_sign_out(portal, user, active_phone):
    login = log_in(portal, user, active_phone)
    login.sign_out()
    assert not login.is_signed_in()


# ---- tests do not meet each other


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_test_begins_alike(portal, user, phone, timeline, faults, clock, number):
    assert [one["name"] for one in portal.lab.list_users()] == [user.name]
    assert timeline.events == []
    assert faults.active == []
    assert not clock.is_frozen
    clock.freeze()
    faults.on("push_lost")
    portal.add_user(f"left-by-{number}")
