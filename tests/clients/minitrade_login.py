"""Run by minitrade's own Python, with nothing of ours: its login, and the address at which it takes a response.

A wish comes as JSON on stdin; what the login returned, or how it failed, leaves as JSON on stdout. minitrade itself
starts a Java gateway before this; here a gateway is there already, so only that step is left out.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any


def main() -> None:
    """Write minitrade's configuration, serve its own administration, and log in."""
    wish: dict[str, Any] = json.load(sys.stdin)
    folder = Path(os.environ["HOME"]) / ".minitrade"
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "scheduler": {"host": "127.0.0.1", "port": wish["scheduler_port"]},
        "brokers": {"ib": {"gateway_admin_host": "127.0.0.1", "gateway_admin_port": wish["admin_port"]}},
    }
    (folder / "config.yaml").write_text(json.dumps(config))  # JSON is YAML

    import uvicorn
    from minitrade.broker import BrokerAccount, ibgateway

    ibgateway.app.registry = {}
    server = uvicorn.Server(uvicorn.Config(ibgateway.app, port=wish["admin_port"], log_level="warning"))
    threading.Thread(target=server.run, daemon=True).start()
    account = BrokerAccount(
        alias="practice", broker="IB", mode="Live", username=wish["username"], password=wish["password"]
    )
    instance = ibgateway.GatewayInstance(wish["pid"], wish["port"])
    try:
        said: dict[str, Any] = {"status": ibgateway.login_ibgateway(instance, account)}
    except Exception as error:  # noqa: BLE001 - whatever it raises is what the test wants to see
        said = {"error": f"{type(error).__name__}: {error}"}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
