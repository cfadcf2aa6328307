"""The baseline: a Flask application that answers one JSON object, on the portal's own kind of server.

`bare.py` serves with waitress, `bare.py --workers 2` with gunicorn, each with the portal's settings.
"""

import argparse
import socket


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=1)
    workers = parser.parse_args().workers

    from flask import Flask, Response, jsonify

    from web.serving import Workers, announce, end_on_signals, serve_here, serve_with_workers

    def load() -> Flask:
        app = Flask("bare")

        @app.get("/")
        def answer() -> Response:
            return jsonify(ok=True)

        return app

    end_on_signals()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    if workers == 1:
        serve_here(load(), listener, proxies=0, ready=lambda: announce(address))
    else:
        serve_with_workers(
            load,
            listener,
            Workers(count=workers, certificate=None),
            ready=lambda: announce(address),
            leave=lambda: None,
        )


if __name__ == "__main__":
    main()
