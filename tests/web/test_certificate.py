import stat
from pathlib import Path

from cryptography import x509

from web.certificate import keep_certificate

NOW_MS = 1_767_225_600_000
YEAR_MS = 365 * 86_400_000


def names_of(file: Path) -> set[str]:
    """The names and addresses that a certificate serves."""
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_the_key_is_private_and_the_names_are_served(tmp_path: Path) -> None:
    """Both files have mode 0600, and the certificate serves loopback and the configured names."""
    made = keep_certificate(tmp_path, names=("portal.lan", "192.168.1.20", "[fd00::1]"), now_ms=NOW_MS)

    assert stat.S_IMODE(made.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.certificate_file.stat().st_mode) == 0o600
    assert names_of(made.certificate_file) == {"localhost", "127.0.0.1", "::1", "portal.lan", "192.168.1.20", "fd00::1"}


def test_it_is_kept(tmp_path: Path) -> None:
    """A second start finds the same certificate: a browser that accepted it is not asked again."""
    first = keep_certificate(tmp_path, names=(), now_ms=NOW_MS)
    second = keep_certificate(tmp_path, names=(), now_ms=NOW_MS + YEAR_MS // 2)

    assert first == second


def test_it_is_made_anew_when_it_runs_out_or_lacks_a_name(tmp_path: Path) -> None:
    """An old certificate, and one without a name that is now wanted, are replaced."""
    first = keep_certificate(tmp_path, names=(), now_ms=NOW_MS)
    later = keep_certificate(tmp_path, names=(), now_ms=NOW_MS + YEAR_MS)
    wider = keep_certificate(tmp_path, names=("portal.lan",), now_ms=NOW_MS + YEAR_MS)

    assert len({first.fingerprint, later.fingerprint, wider.fingerprint}) == 3


def test_a_damaged_or_foreign_key_is_replaced(tmp_path: Path) -> None:
    """A certificate whose key is not its own serves nobody, so both are made anew."""
    first = keep_certificate(tmp_path, names=(), now_ms=NOW_MS)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = keep_certificate(elsewhere, names=(), now_ms=NOW_MS)
    first.key_file.write_bytes(other.key_file.read_bytes())

    assert keep_certificate(tmp_path, names=(), now_ms=NOW_MS).fingerprint != first.fingerprint

    first.key_file.write_bytes(b"damaged")

    assert keep_certificate(tmp_path, names=(), now_ms=NOW_MS).fingerprint != first.fingerprint
