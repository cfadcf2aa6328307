"""What workers speak, asked of the hook that they are given."""

import ssl

from web.workers import Workers, _gunicorn_options, _modern_tls

#: No client of ours keeps an idle connection for longer.
CLIENTS_KEEP_S = 20


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    """Whatever the default is, the context that serves refuses TLS 1.0 and 1.1."""
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    context = _modern_tls(None, lambda: lax)

    assert context is lax
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_an_idle_connection_outlasts_whoever_keeps_it() -> None:
    """A client never asks over a connection that is just being closed: it would have hung up before."""
    options = _gunicorn_options(3, Workers(count=2, certificate=None, tls=False))

    assert options["keepalive"] > CLIENTS_KEEP_S
