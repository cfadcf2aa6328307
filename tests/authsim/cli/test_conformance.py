import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from authsim.conformance.cases import CASES
from tests.authsim.cli.conftest import Person
from tests.support.kept_port import kept_port
from tests.support.verifier import Verifier
from tests.support.verifier_server import abilities, routes_of, serve, serve_verifier

FEW = ("--only", "right", "--only", "replay", "--only", "stale")


def test_a_good_verifier_ends_with_0(person: Person) -> None:
    """One line for each case, then how many hold."""
    with serve_verifier() as address:
        done = person.runs("conformance", "--target", address, *FEW)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [["✓", "right"], ["✓", "replay"], ["✓", "stale"]]
    assert lines[-1] == "3 of 3 cases hold."


def test_what_is_wrongly_accepted_ends_with_1(person: Person) -> None:
    """The case, what it shows, and what was seen."""
    with serve_verifier("ignores_use", "refuses_who_returns") as address:
        done = person.runs("conformance", "--target", address, *FEW, "--only", "right-again")

    assert done.returncode == 1
    assert "✗ replay       A used response opens its own login no second time." in done.stdout
    assert "wrongly accepted: a used response in its own login was accepted" in done.stdout
    assert "wrongly refused: no login was begun: locked" in done.stdout
    assert done.stdout.endswith("\n2 of 4 cases hold.\nwrongly accepted: 1\nwrongly refused: 1\n")


def test_what_is_not_offered_is_told(person: Person) -> None:
    """It does not count as held, and the run is good without it, unless nothing at all was tried."""
    told = abilities() | {"abilities": []}
    with serve(routes_of(Verifier()) | {"GET abilities": lambda _: (200, told)}) as address:
        some = person.runs("conformance", "--target", address, *FEW)
        none = person.runs("conformance", "--target", address, "--only", "stale")

    assert (some.returncode, none.returncode) == (0, 1)
    assert "– stale" in some.stdout
    assert "not tried: the adapter does not offer clock" in some.stdout
    assert some.stdout.endswith("\n2 of 3 cases hold.\nnot tried: 1\n")


def test_reports_for_programs(person: Person, tmp_path: Path) -> None:
    """JSON alone on stdout, JUnit in a file, and the same status."""
    junit = tmp_path / "report.xml"
    with serve_verifier("ignores_time") as address:
        done = person.runs("conformance", "--target", address, *FEW, "--json", "--junit", str(junit))

    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert (told["conformant"], told["held"], told["wrongly_accepted"]) == (False, 2, 1)
    assert (told["name"], told["target"]) == ("another house", address)
    suite = ET.fromstring(junit.read_bytes())[0]  # noqa: S314 - ours
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("3", "1")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "name a target: --target authsim"),
        (("--target", "https://127.0.0.1:1/"), "an adapter on this machine"),
        (("--target", "http://203.0.113.7:80/"), "an adapter on this machine"),
        (("--target", "authsim", "--only", "nothing"), "there is no case of that name"),
        (("--target", "authsim", "--junit", "no/such/folder/report.xml"), "cannot be written"),
        (("--target", "authsim", "--junit", "."), "cannot be written"),
    ],
)
def test_misuse(person: Person, arguments: tuple[str, ...], text: str) -> None:
    """One sentence and 64, before anything is started or sent."""
    assert text in person.fails(64, "conformance", *arguments)


def test_nobody_there(person: Person) -> None:
    """69, and what to do."""
    with kept_port() as port:
        assert "start the adapter" in person.fails(69, "conformance", "--target", f"http://127.0.0.1:{port}/verifier")


def test_an_adapter_that_is_none(person: Person) -> None:
    """65, and nothing was asked but what it is."""
    asked: list[str] = []
    routes = {"GET abilities": lambda _: (200, {"hello": "world"}), "POST reset": lambda _: (asked.append("reset"), {})}
    with serve(routes) as address:  # type: ignore[arg-type]
        said = person.fails(65, "conformance", "--target", address)

    assert "this is no adapter for it" in said
    assert asked == []


def test_a_redirect_is_not_followed(person: Person) -> None:
    """Wherever it leads."""
    with serve({"GET abilities": lambda _: (302, None)}) as address:
        assert "status 302" in person.fails(65, "conformance", "--target", address)


def test_the_environment_leads_nowhere(person: Person) -> None:
    """Proxies that the environment names are not used."""
    with serve_verifier() as address:
        done = person.runs(
            "conformance", "--target", address, "--only", "right", HTTP_PROXY="http://127.0.0.1:9", NO_PROXY=""
        )

    assert done.returncode == 0


def test_cases_and_schema_are_printed(person: Person) -> None:
    """Nothing is tried for them."""
    listed = person.runs("conformance", "--list").stdout.splitlines()
    schema = json.loads(person.runs("conformance", "--schema").stdout)

    assert [line.split()[0] for line in listed] == [case.name for case in CASES]
    assert all(line.endswith(case.source) for line, case in zip(listed, CASES, strict=True))
    assert schema["$defs"]["GET abilities answered"]["properties"]["contract"] == {"const": "authsim-conformance/1"}


def test_it_speaks_japanese(person: Person) -> None:
    """Cases, sums and refusals."""
    with serve_verifier("ignores_use") as address:
        done = person.runs("conformance", "--target", address, *FEW, AUTHSIM_LANG="ja")
        refused = person.runs("conformance", "--target", address.replace("/verifier", ""), AUTHSIM_LANG="ja")

    assert "使ったレスポンスで同じログインは二度開かない。" in done.stdout
    assert "誤って受け入れ: 1" in done.stdout
    assert "3件中2件" in done.stdout
    assert "アダプターが規約を守っていません: GET abilities の応答がステータス 404 でした" in refused.stderr


def test_our_own_verifier_holds(person: Person, tmp_path: Path) -> None:
    """Every case is tried on AuthSim's own portal, at its pages, and none finds anything."""
    done = person.runs("conformance", "--target", "authsim", "--json", TMPDIR=str(tmp_path))

    told = json.loads(done.stdout)
    assert [(one["name"], one["detail"]) for one in told["cases"] if one["outcome"].startswith("wrongly")] == []
    assert {one["name"] for one in told["cases"] if one["outcome"] == "not tried"} == OURS_WITHOUT
    assert (done.returncode, told["conformant"], len(told["cases"])) == (0, True, len(CASES))
    assert os.listdir(tmp_path) == []


#: The pages group responses, and begin nothing but logins in this way.
OURS_WITHOUT = {"blanks", "for-other-purpose"}
