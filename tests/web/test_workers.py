"""What workers speak, asked of the hook that they are given."""

import ssl

from web.workers import _modern_tls


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    """Whatever the default is, the context that serves refuses TLS 1.0 and 1.1."""
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    context = _modern_tls(None, lambda: lax)

    assert context is lax
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
