"""Without a lab there is none: no address, no description, no code of it, and nothing is told."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.support.child import clean_environment, run
from tests.support.lab_site import LAB, LabSite
from tests.support.portal import make_portal
from tests.support.site import Site
from tests.support.tree import ROOT
from web.openapi.lab_operations import LAB_OPERATIONS

#: What a process says that opened a portal without a lab, served its pages and its description, and looked around.
LOOKS_AROUND = """
import json, sys
from pathlib import Path
from web.app import create_app
from web.settings import Settings
from web.wiring import open_portal
settings = Settings(data_dir=Path(sys.argv[1]), is_inbox_open=True)
portal = open_portal(settings)
client = create_app(portal, settings).test_client()
asked = ("/sso/Login", "/openapi.json", "/inbox", "/api/lab/v1/clock", "/healthz")
statuses = [client.get(path, base_url="http://127.0.0.1:8765").status_code for path in asked]
portal.close()
print(json.dumps({"statuses": statuses, "modules": sorted(sys.modules)}))
"""


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_no_address_of_the_lab_is_there(site: Site, living: LabSite, method: str) -> None:
    """Each operation of the lab is answered as an address that never was, in the words of the device API."""
    client = site.app.test_client(use_cookies=False)
    headers = {"Authorization": f"Bearer {living.token}"}
    paths = {re.sub(r"\{\w+\}", "approve", operation.path) for operation in LAB_OPERATIONS} | {LAB, f"{LAB}/"}

    for path in sorted(paths):
        answer = client.open(path, method=method, base_url="http://127.0.0.1:8765", headers=headers, json={})
        assert answer.status_code == (404 if method in ("GET", "POST") else 405), path
        assert json.loads(answer.text).keys() == {"v", "error", "ref"}
    assert site.browser().asks("GET", "/sso/Between").status_code == 404


def test_no_rule_of_the_lab_is_there(site: Site, living: LabSite) -> None:
    """The route map without a lab is that of one with a lab, less the lab's own addresses."""
    without = {(rule.rule, rule.endpoint) for rule in site.app.url_map.iter_rules()}
    within = {(rule.rule, rule.endpoint) for rule in living.site.app.url_map.iter_rules()}

    assert without < within
    assert {rule for rule, _ in within - without if not rule.startswith(f"{LAB}/")} == {"/sso/Between", "/sso/Confirm"}
    assert not any("lab" in rule for rule, _ in without)


def test_the_lab_is_not_described(site: Site, living: LabSite) -> None:
    """Without a lab the description knows neither its addresses, nor its messages, nor its token."""
    without, within = (json.loads(one.browser().asks("GET", "/openapi.json").text) for one in (site, living.site))

    assert [path for path in within["paths"] if path not in without["paths"]] == list(
        dict.fromkeys(operation.path for operation in LAB_OPERATIONS)
    )
    assert LAB not in json.dumps(without)
    assert "labToken" not in json.dumps(without)
    assert within["components"]["schemas"].keys() > without["components"]["schemas"].keys()
    assert within["components"]["securitySchemes"].keys() - without["components"]["securitySchemes"].keys() == {
        "labToken"
    }


def test_no_code_of_the_lab_is_loaded(tmp_path: Path) -> None:
    """A process that serves a portal without a lab imports none of its modules."""
    portal = make_portal(tmp_path)

    child = run(
        [sys.executable, "-P", "-c", LOOKS_AROUND, str(portal.data)],
        environment={**clean_environment(tmp_path), "PYTHONPATH": str(ROOT)},
    )

    said = json.loads(child.stdout)
    assert said["statuses"] == [200, 200, 200, 404, 200]
    assert "web.app" in said["modules"]
    assert [name for name in said["modules"] if re.match(r"(authsim|web)\..*\blab", name)] == []


def test_put_and_delete_are_for_the_lab_alone(living: LabSite) -> None:
    """With a lab, too, the portal's own addresses take neither."""
    for path in ("/sso/Login", "/api/device/v1/instance", "/nothing", "/api/lab", "/api/lab/v2/clock"):
        for method in ("PUT", "DELETE", "PATCH"):
            answer = living.site.browser().asks(method, path)
            assert answer.status_code == 405
            assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
