"""Without a gateway there is none: no address, no description, no code of it."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.support.child import clean_environment, run
from tests.support.gateway import API, PORTAL, Gateway
from tests.support.portal import make_portal
from tests.support.site import Site
from tests.support.tree import ROOT

#: What a process says that opened a portal that is no gateway, served its pages and its description, and looked around.
LOOKS_AROUND = """
import json, sys
from pathlib import Path
from web.app import create_app
from web.settings import Settings
from web.wiring import open_portal
settings = Settings(data_dir=Path(sys.argv[1]), is_inbox_open=True)
portal = open_portal(settings)
client = create_app(portal, settings).test_client()
asked = ("/sso/Login", "/openapi.json", "/v1/api/tickle", "/v1/portal/sso/validate")
statuses = [client.get(path, base_url="http://127.0.0.1:8765").status_code for path in asked]
portal.close()
print(json.dumps({"statuses": statuses, "modules": sorted(sys.modules)}))
"""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_of_a_gateway_is_there(site: Site, gateway: Gateway, method: str) -> None:
    """Each address of a gateway is answered as one that never was, with the portal's own page."""
    paths = {rule.rule for rule in gateway.site.app.url_map.iter_rules() if rule.rule.startswith("/v1/")}
    assert {f"{prefix}/tickle" for prefix in (API, PORTAL)} < paths

    for path in sorted(paths):
        answer = site.app.test_client().open(path, method=method, base_url="http://127.0.0.1:8765")
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        assert "no session" not in answer.text


def test_a_gateway_adds_addresses_and_takes_none(site: Site, gateway: Gateway) -> None:
    """The route map of a gateway is that of a portal, and its own addresses below `/v1`."""
    without = {(rule.rule, rule.endpoint) for rule in site.app.url_map.iter_rules()}
    within = {(rule.rule, rule.endpoint) for rule in gateway.site.app.url_map.iter_rules()}

    assert without < within
    assert {rule.split("/")[1] for rule, _ in within - without} == {"v1"}
    assert not any("gateway" in endpoint for _, endpoint in without)


def test_no_code_of_a_gateway_is_loaded(tmp_path: Path) -> None:
    """A process that serves a portal which is no gateway imports none of its modules."""
    portal = make_portal(tmp_path)

    child = run(
        [sys.executable, "-P", "-c", LOOKS_AROUND, str(portal.data)],
        environment={**clean_environment(tmp_path), "PYTHONPATH": str(ROOT)},
    )

    said = json.loads(child.stdout)
    assert said["statuses"] == [200, 200, 404, 404]
    assert "web.app" in said["modules"]
    assert [name for name in said["modules"] if re.match(r"web\..*gateway", name)] == []
