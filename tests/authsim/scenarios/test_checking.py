import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from authsim.scenarios.checking import parse_scenario, read_scenario
from authsim.scenarios.reading import ScenarioError, parse_document
from authsim.scenarios.scenario import PhoneWanted, PortalWanted, Scenario
from authsim.scenarios.schema import compute_schema
from authsim.scenarios.verbs import VERBS
from tests.support.tree import ROOT

WHOLE = """
scenario: All that a file may say
says: For whoever reads it.
seed: 7
start: 2030-01-07T09:30:00Z
portal: {profile: hardened, policy: {push_seconds: 60, challenge_seconds: 30}}
users:
  anna: {}
  bert: {role: secondary, account: anna, texts: true}
phones:
  anna: {kind: authkey, platform: android, active: [anna, bert], without_app: true, number: $anna.phone}
  spare: {policy: delay, delay_seconds: 1.5}
faults:
  - {name: push_lost, user: anna, seconds: 30}
steps:
  - begin_login: anna
    as: first
  - show_challenge:
  - repeat:
      times: 2
      steps:
        - respond: {phone: anna, wrong: true}
          expect: {refused: wrong_response}
  - open: {path: /portal, login: first}
    expect: {says: $anna.phone}
story:
  - {end: portal, what: "login:refused", user: anna, why: wrong_response}
"""


def parsed(text: str) -> Scenario:
    """The scenario in a text."""
    return parse_scenario(parse_document(text.encode(), file="f.yaml"))


def refused(text: str) -> str:
    """The sentence with which a text is refused."""
    with pytest.raises(ScenarioError) as refusal:
        parsed(text)
    return str(refusal.value)


def test_a_file_becomes_what_it_says(tmp_path: Path) -> None:
    """Everything that the head and the steps of a file say is in the scenario, with bare values under their names."""
    file = tmp_path / "whole.yaml"
    file.write_text(WHOLE)
    scenario = read_scenario(file)
    (act,) = scenario.acts

    assert (scenario.title, scenario.seed, scenario.start_ms) == ("All that a file may say", 7, 1_894_008_600_000)
    assert scenario.portal == PortalWanted(profile="hardened", policy=(("challenge_seconds", 30), ("push_seconds", 60)))
    assert [user["name"] for user in scenario.users] == ["anna", "bert"]
    assert scenario.phones == (
        PhoneWanted(
            name="anna",
            kind="authkey",
            platform="android",
            active=("anna", "bert"),
            is_empty=True,
            number="$anna.phone",
        ),
        PhoneWanted(name="spare", kind="virtual", platform="ios", policy="delay", delay_ms=1500),
    )
    assert scenario.faults == ({"name": "push_lost", "user": "anna", "seconds": 30},)
    assert (act.name, act.title) == ("steps", scenario.title)
    assert [(step.line, step.verb, dict(step.given)) for step in act.steps] == [
        (16, "begin_login", {"user": "anna"}),
        (18, "show_challenge", {}),
        (19, "repeat", {"times": 2}),
        (24, "open", {"path": "/portal", "login": "first"}),
    ]
    assert act.steps[2].steps[0].expected == {"refused": "wrong_response"}
    assert act.steps[0].keeps == "first"
    assert [entry["why"] for entry in act.story] == ["wrong_response"]


HEAD = "scenario: S\nusers: {anna: {}}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("users: {}\nsteps: [{advance: 1}]\n", "f.yaml:1: the file lacks 'scenario'. Add it"),
        ("- 1\n", "f.yaml:1: the file must be a mapping"),
        (HEAD, "f.yaml:1: a scenario has either steps or acts"),
        (
            HEAD + "steps:\n  - begin_logn: anna\n",
            "f.yaml:4: 'begin_logn' is not known here; did you mean begin_login?",
        ),
        (HEAD + "steps:\n  - frobnicate: 1\n", "f.yaml:4: 'frobnicate' is not known here; known are: activate, "),
        (HEAD + "steps:\n  - as: x\n", "f.yaml:4: a step has exactly one verb"),
        (HEAD + "steps:\n  - advance: 1\n    freeze: true\n", "f.yaml:4: a step has exactly one verb"),
        (HEAD + "steps:\n  - advance: soon\n", "f.yaml:4: 'advance' must be a number"),
        (HEAD + "steps:\n  - advance: -1\n", "f.yaml:4: 'advance' must be at least 0"),
        (HEAD + "steps:\n  - advance:\n", "f.yaml:4: 'advance' must be a number"),
        (HEAD + "steps:\n  - authkey: {phone: anna}\n", "f.yaml:4: 'authkey' lacks 'run'. Add it"),
        (HEAD + "steps:\n  - authkey: users\n", "f.yaml:4: 'authkey' must be a mapping"),
        (HEAD + "steps:\n  - respond: {fone: x}\n", "f.yaml:4: 'fone' is not known here; did you mean phone?"),
        (HEAD + "steps:\n  - open: portal\n", "f.yaml:4: 'open' does not have the form"),
        (HEAD + "steps: []\n", "f.yaml:3: 'steps' must have at least 1 entries"),
        (HEAD + "steps:\n  - advance: 1\n    expect: {}\n", "f.yaml:5: 'expect' must have at least 1 members"),
        (HEAD + "steps:\n  - advance: 1\n    expect: {say: x}\n", "f.yaml:5: 'say' is not known here; did you mean"),
        (HEAD + "faults: [{name: frob}]\nsteps: [{advance: 1}]\n", "f.yaml:3: 'name' must be one of: push_lost, "),
        (HEAD + "phones: {p: {}}\nsteps: [{advance: 1}]\n", "f.yaml:3: 'phones' does not have the form"),
        (HEAD + "phones: {ppp: {active: carl}}\nsteps: [{advance: 1}]\n", "f.yaml:3: there is no user carl"),
        (HEAD + "phones: {ppp: {active: 5}}\nsteps: [{advance: 1}]\n", "f.yaml:3: 'active' is of another kind"),
        (HEAD + "start: 2030-13-07T09:30:00Z\nsteps: [{advance: 1}]\n", "f.yaml:3: 'start' is no instant"),
        (HEAD + "start: tomorrow\nsteps: [{advance: 1}]\n", "f.yaml:3: 'start' does not have the form"),
        (HEAD + "steps:\n  - open: /\n    expect: {says: $x}\n", "f.yaml:4: $x stands for nothing"),
        (HEAD + "steps:\n  - advance: 1\n    as: anna\n", "f.yaml:4: 'as: anna' is a user's name already"),
        (
            HEAD + "acts:\n" + 2 * "  - {act: one, title: T, steps: [{advance: 1}]}\n",
            "f.yaml:5: there are two acts one. Rename one",
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_and_remedy(text: str, sentence: str) -> None:
    """Each mistake is one sentence that names file and line, and never repeats more than a name."""
    assert refused(text).startswith(sentence)


def test_a_password_in_a_file_is_not_repeated() -> None:
    """A value of the wrong form is named by its key."""
    assert "hunter2" not in refused("scenario: S\nusers: {anna: {password: [hunter2]}}\nsteps: [{advance: 1}]\n")


def test_the_schema_is_a_schema_and_is_published() -> None:
    """It is valid by its own dialect, and the published copy is what `authsim scenario schema` prints."""
    schema = compute_schema()
    Draft202012Validator.check_schema(schema)

    published = ROOT / "docs" / "testing" / "scenario.schema.json"
    assert json.loads(published.read_text()) == schema
    assert published.read_text() == json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def test_verbs_are_told_apart_and_whole() -> None:
    """Names stand once; what a bare value stands for and what has to be there are members; each has its sentence."""
    names = [verb.name for verb in VERBS]

    assert len(set(names)) == len(names)
    for verb in VERBS:
        assert set(verb.required) | ({verb.main} if verb.main else set()) <= set(verb.members)
        assert verb.says.endswith(".")
        assert "as" not in verb.members
