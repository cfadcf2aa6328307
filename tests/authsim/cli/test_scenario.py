"""`authsim scenario` as a person and as CI use it: real portals, phones of the lab and real ones."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from authsim.ends.browser import Browser
from authsim.ends.children import PhoneChild, PortalChild
from tests.authsim.cli.conftest import Person
from tests.support.child import LONGEST_S, clean_environment, console_script
from tests.support.tree import ROOT

HOLDS = """
scenario: A phone of the lab logs in, and too late
seed: 7
start: 2031-01-07T09:30:00Z
users: {anna: {}, bert: {}}
phones:
  anna: {platform: android, active: anna}
acts:
  - act: login
    title: the response opens the portal
    steps:
      - begin_login: anna
      - respond: anna
        expect: {authenticated: true}
    story:
      - {end: phone, what: "phone:responded", user: anna}
      - {end: portal, what: "login:completed", user: anna}
  - act: push
    title: so does an approved notification
    steps:
      - listen: anna
      - begin_login: anna
      - hear: anna
        expect: {facts: {user: anna, state: approved}}
      - wait:
        expect: {authenticated: true}
  - act: decided
    title: the phone decides when it is told to
    steps:
      - begin_login: anna
      - deny: anna
        expect: {value: denied}
      - begin_login: anna
      - report: {phone: anna, user: anna}
        expect: {value: reported}
      - begin_login: anna
      - read_code: {at: "/sso/SecondFactor?with=qr"}
        as: code
      - approve: {phone: anna, code: $code}
      - wait:
        expect: {authenticated: true}
  - act: added
    title: a second user joins the phone by text
    steps:
      - add_user: {user: bert, phone: anna}
      - log_in: {user: bert, phone: anna, names_user: true}
        expect: {authenticated: true}
  - act: scanned
    title: a phone scans the code of a page
    steps:
      - revoke: bert
      - begin_login: bert
      - activate: anna
      - open: /portal/activation
        expect: {says: IB Key is active for bert.}
  - act: faults
    title: a fault is played while it is on
    steps:
      - fault: {name: wrong_credentials, user: anna}
      - begin_login: anna
        expect: {refused: wrong_password}
      - end_fault: wrong_credentials
      - begin_login: anna
  - act: late
    title: after 180 s the response is too late
    steps:
      - begin_login: anna
      - show_challenge:
      - advance: 181
      - respond: {phone: anna, user: anna}
        expect: {refused: challenge_expired}
      - freeze: false
"""

FAILS = """
scenario: Not so
users: {anna: {}}
acts:
  - act: moon
    title: a login leads to the moon
    steps:
      - begin_login: anna
        expect: {says: the moon}
  - act: story
    title: and the story tells of it
    steps: [{begin_login: anna}]
    story: [{what: "moon:reached"}]
"""


@pytest.fixture(scope="module")
def tester(tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Somebody with two scenarios in the folder."""
    folder = tmp_path_factory.mktemp("tester")
    (folder / "holds.yaml").write_text(HOLDS)
    (folder / "fails.yaml").write_text(FAILS)
    return Person(folder=folder, environment=clean_environment(folder / "home"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """The options that lead to a portal which somebody serves with a lab."""
    data = tmp_path_factory.mktemp("served") / "portal"
    with PortalChild(data, "--lab", "--port", "0") as portal:
        yield ("--portal", portal.wait_until_ready(), "--lab-token-file", str(data / "lab.token"))


def test_a_run_tells_people_and_ci(tester: Person) -> None:
    """One line for each scenario; beneath a failure file, line, what was seen, and the story. JUnit has the same."""
    done = tester.runs("scenario", "run", "holds.yaml", "fails.yaml", "--junit", "out.xml", NO_COLOR="1")

    assert done.returncode == 1, (done.stdout, done.stderr)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("  ✓ holds  A phone of the lab logs in, and too late  ")
    assert lines[1].startswith("  ✗ fails  Not so ")
    assert lines[2].strip().startswith("fails.yaml:8: it does not say 'the moon'")
    assert any("POST /sso/Login  anna" in line for line in lines)
    assert any("fails.yaml:10: the story does not tell: *        moon:reached" in line for line in lines)
    assert lines[-1].startswith("1 of 2 hold, in ")
    assert "\x1b" not in done.stdout
    suites = list(ET.fromstring((tester.folder / "out.xml").read_bytes()))  # noqa: S314 - we have just written it
    assert [(suite.attrib["tests"], suite.attrib["failures"]) for suite in suites] == [("7", "0"), ("2", "2")]


def test_a_seed_repeats_a_run(tester: Person, served: tuple[str, ...]) -> None:
    """With one seed and one beginning two runs write the same bytes; `diff` says so, and where another run parts."""
    begin, end = HOLDS.index("  - act: push"), HOLDS.index("  - act: decided")  # that phone acts by itself, at its pace
    still = (HOLDS[:begin] + HOLDS[end:]).replace("      - freeze: false\n", "")
    (tester.folder / "repeats.yaml").write_text(still)
    for name in ("one", "two"):
        done = tester.runs("scenario", "run", "repeats.yaml", *served, "--json", "--events", f"{name}.json")
        told = json.loads(done.stdout)
        assert [act["detail"] for one in told["scenarios"] for act in one["acts"] if not act["held"]] == []
        assert (done.returncode, told["held"]) == (0, True)
    assert (tester.folder / "one.json").read_bytes() == (tester.folder / "two.json").read_bytes()
    changed = json.loads((tester.folder / "two.json").read_text())
    changed["runs"][0]["events"][4]["why"] = "the moon"
    (tester.folder / "three.json").write_text(json.dumps(changed))

    same = tester.runs("scenario", "diff", "one.json", "two.json")
    other = tester.runs("scenario", "diff", "one.json", "three.json")

    assert (same.returncode, same.stdout.startswith("Both tell the same, in ")) == (0, True), same.stdout
    assert other.returncode == 1
    assert other.stdout.startswith("They part at entry 5.")
    assert "why: the moon" in other.stdout


def test_two_files_are_played_and_compared(tester: Person) -> None:
    """Scenario files are played now; where they part, both are shown."""
    short = HOLDS[: HOLDS.index("  - act: push")]
    (tester.folder / "short.yaml").write_text(short)
    (tester.folder / "wrong.yaml").write_text(short.replace("- respond: anna", "- respond: {phone: anna, wrong: true}"))

    same = tester.runs("scenario", "diff", "short.yaml", "short.yaml")
    parted = tester.runs("scenario", "diff", "short.yaml", "wrong.yaml")

    assert same.returncode == 0, same.stdout
    assert parted.returncode == 1
    assert "+ " in parted.stdout
    assert "wrong_response" in parted.stdout


def test_a_seed_is_given_to_every_file(tester: Person, served: tuple[str, ...]) -> None:
    """`--seed` takes the place of the file's own."""
    plain = HOLDS[: HOLDS.index("  - act: push")].replace("seed: 7\n", "")
    (tester.folder / "plain.yaml").write_text(
        plain + "  - act: drawn\n    title: t\n    steps: [{look_up_user: bert}]\n"
    )
    drawn = []
    for seed in ("1", "1", "2"):
        text = tester.runs("scenario", "run", "plain.yaml", *served, "--seed", seed, "--events", "drawn.json")
        assert text.returncode == 0, text.stdout
        drawn.append((tester.folder / "drawn.json").read_bytes())

    assert len({*drawn[:2]}) == 1


@pytest.mark.parametrize(
    ("status", "arguments", "sentence"),
    [
        (65, ("run", "broken.yaml"), "broken.yaml:1: the file lacks 'scenario'. Add it."),
        (74, ("run", "nowhere.yaml"), "nowhere.yaml"),
        (64, ("run",), "--help"),
        (64, ("run", "holds.yaml", "--portal", "http://127.0.0.1:1"), "go together"),
        (64, ("run", "holds.yaml", "--lab-token-file", "token"), "go together"),
        (69, ("run", "holds.yaml", "--portal", "http://127.0.0.1:1", "--lab-token-file", "token"), "127.0.0.1"),
        (69, ("run", "holds.yaml", "--portal", "http://192.0.2.7:1", "--lab-token-file", "token"), "this machine"),
        (69, ("run", "holds.yaml", "--portal", "http://127.0.0.1:1", "--lab-token-file", "no"), "cannot be read"),
        (65, ("diff", "broken.json", "broken.json"), "holds no stories"),
        (65, ("diff", "token", "token"), "holds no stories"),
        (64, ("record", "-o", "holds.yaml"), "is not overwritten"),
        (74, ("record", "-o", "nowhere/session.yaml"), "nowhere/session.yaml"),
        (74, ("record", "-o", ".", "--replace"), "directory"),
    ],
)
def test_what_cannot_be_is_one_sentence(tester: Person, status: int, arguments: tuple[str, ...], sentence: str) -> None:
    """A file that is no scenario, a portal that is not there, options that do not fit: one sentence each."""
    (tester.folder / "broken.yaml").write_text("steps: [{advance: 1}]\n")
    (tester.folder / "broken.json").write_text('{"runs": [{"events": [{"at_ms": 1}]}]}')
    (tester.folder / "token").write_text("0123456789abcdef0123456789abcdef\n")

    assert sentence in tester.fails(status, "scenario", *arguments)


def test_a_portal_that_cannot_begin_is_told(tester: Person) -> None:
    """What the portal said of its policy is the reason why no act of the scenario holds."""
    (tester.folder / "policy.yaml").write_text(
        "scenario: No such policy\nportal: {policy: {moon_seconds: 1}}\nsteps: [{advance: 1}]\n"
    )

    done = tester.runs("scenario", "run", "policy.yaml")

    assert done.returncode == 1
    assert "there is no portal: " in done.stdout
    assert "a policy setting is NAME=VALUE" in done.stdout


def test_a_session_that_was_recorded_plays_again(tmp_path: Path) -> None:
    """Somebody logs in with a real phone, mistypes, approves and signs out; the file plays it with one of the lab."""
    person = Person(folder=tmp_path, environment=clean_environment(tmp_path / "home"))
    recorder = subprocess.Popen(
        [console_script("authsim"), "scenario", "record", "-o", "session.yaml", "--title", "My session"],
        env=person.environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert recorder.stdout is not None
    with recorder:
        said: list[str] = []
        for line in recorder.stdout:
            said.append(line)
            if line.startswith("AuthSim is ready at "):
                break
        password = next(line.split()[1] for line in said if line.split()[0] == "alice")
        live(said[-1].split()[-1], password, tmp_path)
        recorder.send_signal(signal.SIGINT)
        rest, _ = recorder.communicate(timeout=LONGEST_S)

    assert (recorder.returncode, rest) == (0, "11 steps are written to session.yaml.\n")
    assert password not in (tmp_path / "session.yaml").read_text()
    done = person.runs("scenario", "run", "session.yaml", "--json")
    (played,) = json.loads(done.stdout)["scenarios"]
    assert [act["detail"] for act in played["acts"]] == [""]
    assert played["scenario"] == "My session"


def live(address: str, password: str, folder: Path) -> None:
    """What somebody does at a portal: activate, log in, mistype, approve, sign out."""
    (folder / "pin").write_text("246810\n")
    phone = PhoneChild(home=folder / "phone", pin_file=folder / "pin")
    with Browser(address) as browser:
        session_id = browser.begin("alice", password).require(".xyz-sessionid").text
        assert phone.run_with_pin("activate", session_id, "--portal", address).returncode == 0
        page = browser.step_up(browser.open("/portal/activation"))
        response = phone.run_with_pin("respond", page.require(".xyz-goldchallenge").text).stdout.strip()
        assert browser.answer(page, response).refusal == ""
    with Browser(address) as browser:
        assert browser.begin("alice", "something else").refusal
    with Browser(address) as browser:
        page = browser.show_challenge(browser.begin("alice", password))
        assert browser.answer(page, "12345678").refusal
    with Browser(address) as browser:
        browser.begin("alice", password)
        assert phone.run_with_pin("approve").returncode == 0
        page = browser.open("/sso/SecondFactor")
        page = browser.submit(page.form_to("/sso/SecondFactor/continue"))
        assert browser.sign_out(page).path == "/sso/Login"


MISTAKES = {
    "begin_login: nobody": "there is no user nobody in this scenario",
    "respond: anna": "no step before this one began a login",
    "open: {path: /, login: elsewhere}": "no step before this one began a login elsewhere",
    "{open: {path: /, fresh: true}, expect: {path: /nowhere}}": "the browser is at /sso/Login and not at /nowhere",
    "submit: {form: /x, of: unseen}": "no step kept a page as unseen",
    "follow: /moon": "leads to no /moon",
    "read: .moon": "shows no .moon",
    "read_code:": "shows no .qr-plate",
    "choose: IB Key": "shows no .xyz-multipleselect",
    "respond: {response: '1'}": "shows no .xyzform-gold",
    "respond: spare": "shows no challenge",
    "deny: moon": "there is no phone moon: name one of anna, spare",
    "deny:": "there is no phone : name one of anna, spare",
    "deny: anna": "it is refused: ",
    "authkey: {phone: anna, run: users}": "the phone anna is none of kind authkey",
    "activate: {phone: spare, session_id: ABC}": "takes no other way",
    "activate: {phone: spare, code: /nowhere.png}": "FileNotFoundError-",
    "register: {user: bert, phone: spare, code: wrong}": "types the code at once",
    "recover: {phone: spare, user: bert}": "types the code at once",
    "mistype: moon": "there is no code that could be mistyped",
    "read_app: anna": "$anna has no authenticator: it has ",
    "look_up: anna": "shows no .indices",
    "find_word: {text: no such word, hyphens: 3}": "the text has no such word",
    "fault: moon": "there is no such fault",
    "require_lost:": "no reply was lost",
    "opt_out: anna": "this step needs the portal's own commands",
    "{read_text: anna, expect: {value: '1'}}": "what comes of it is ''",
    "submit: {form: /sso/Login, fresh: true}": "this browser has opened no page yet",
}


def test_what_a_step_cannot_do_is_told(tester: Person, served: tuple[str, ...]) -> None:
    """Each act ends with one sentence about its step, at its line, and the acts after it are played."""
    head = "scenario: Mistakes\nusers: {anna: {}, bert: {}}\nphones: {anna: {active: anna}, spare: {}}\nacts:\n"
    steps = [step if step.startswith("{") else f"{{{step} }}" for step in MISTAKES]
    acts = [f"  - {{act: a{place}, title: t{place}, steps: [{step}]}}\n" for place, step in enumerate(steps)]
    (tester.folder / "mistakes.yaml").write_text(head + "".join(acts))

    done = tester.runs("scenario", "run", "mistakes.yaml", *served, "--json")

    assert done.returncode == 1, done.stderr
    (played,) = json.loads(done.stdout)["scenarios"]
    found = {step: act["detail"] for step, act in zip(MISTAKES, played["acts"], strict=True)}
    assert {step: detail for step, detail in found.items() if MISTAKES[step] not in detail} == {}
    assert [act["line"] for act in played["acts"]] == [5 + place for place in range(len(MISTAKES))]


def test_faults_of_the_head_are_on_from_the_beginning(tester: Person, served: tuple[str, ...]) -> None:
    """What the head names is there before the first step; a head that cannot be made is why no act holds."""
    whole = "scenario: Faults\nusers: {anna: {}, bert: {}}\nphones: {anna: {active: anna}}\n"
    (tester.folder / "faults.yaml").write_text(
        whole + "faults: [{name: wrong_credentials, user: anna, nth: 1}]\nsteps:\n"
        "  - {begin_login: anna, as: first, expect: {refused: wrong_password}}\n"
        "  - begin_login: {user: anna, login: first}\n"
        "  - {log_in: {user: bert, phone: anna}, expect: {authenticated: false}}\n"
    )
    (tester.folder / "unmade.yaml").write_text(
        "scenario: Unmade\nusers: {anna: {phone: '+1 212 736 5000'}}\nsteps: [{advance: 1}]\n"
    )

    done = tester.runs("scenario", "run", "faults.yaml", "unmade.yaml", *served, "--json")

    first, second = json.loads(done.stdout)["scenarios"]
    assert "it is refused" not in first["acts"][0]["detail"]
    assert second["acts"][0]["detail"].startswith("the scenario could not begin: ")


def test_the_schema_is_printed(tester: Person) -> None:
    """What is printed is the published schema, byte for byte."""
    done = tester.runs("scenario", "schema")

    assert done.stdout == (ROOT / "docs" / "testing" / "scenario.schema.json").read_text(encoding="utf-8")
