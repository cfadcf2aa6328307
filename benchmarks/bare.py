"""The baseline: a Flask application that answers one JSON object, on the portal's own kind of server.

`bare.py` serves with waitress, `bare.py --workers 2` with gunicorn, each with the portal's settings. Below `/beats` it
streams: an event every `--beat` milliseconds that says when it was written, read from nowhere.
"""

import argparse
import itertools
import socket
import time
from collections.abc import Iterator


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--beat", type=int, default=1000)
    chosen = parser.parse_args()

    from flask import Flask, Response, jsonify

    from web import streams
    from web.serving import MOST_STREAMS, announce, end_on_signals, serve_here
    from web.workers import Workers, serve_with_workers

    def beat() -> Iterator[str]:
        for number in itertools.count(1):
            time.sleep(chosen.beat / 1000)
            yield f"id: {number}\nevent: beat\ndata: {time.monotonic_ns()}\n\n"

    def load() -> Flask:
        app = Flask("bare")
        streams.register(app, most=MOST_STREAMS)

        @app.get("/")
        def answer() -> Response:
            return jsonify(ok=True)

        @app.get("/beats")
        def listen() -> Response:
            return Response(beat(), mimetype="text/event-stream")

        return app

    end_on_signals()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    if chosen.workers == 1:
        serve_here(load(), listener, proxies=0, tls=False, ready=lambda: announce(address))
    else:
        serve_with_workers(
            load,
            listener,
            Workers(count=chosen.workers, certificate=None, tls=False),
            ready=lambda: announce(address),
            leave=lambda: None,
        )


if __name__ == "__main__":
    main()
