"""The self-signed certificate of `serve --tls`: made once, kept beside the portal's keys, renewed when it runs out."""

import datetime as dt
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from authsim.errors import StoreError

_LIFE: Final = dt.timedelta(days=365)
_EARLY: Final = dt.timedelta(days=1)
_ALWAYS: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The two files that a TLS server reads, and the SHA-256 fingerprint to compare by eye."""

    certificate_file: Path
    key_file: Path
    fingerprint: str


def keep_certificate(folder: Path, *, names: tuple[str, ...], now_ms: int) -> Certificate:
    """Return the certificate kept in `folder` for loopback and `names`; make it anew when it does not serve."""
    certificate_file, key_file = folder / "tls.crt", folder / "tls.key"
    now = dt.datetime.fromtimestamp(now_ms / 1000, tz=dt.UTC)
    wanted = tuple(dict.fromkeys((*_ALWAYS, *names)))
    kept = _load(certificate_file, key_file)
    if kept is None or not _serves(kept, wanted, now):
        kept = _make(certificate_file, key_file, wanted, now)
    return Certificate(
        certificate_file=certificate_file,
        key_file=key_file,
        fingerprint=kept.fingerprint(hashes.SHA256()).hex(":"),
    )


def _load(certificate_file: Path, key_file: Path) -> x509.Certificate | None:
    try:
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        return None
    return certificate if key.public_key() == certificate.public_key() else None


def _serves(certificate: x509.Certificate, wanted: tuple[str, ...], now: dt.datetime) -> bool:
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _EARLY:
        return False
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {_general_name(name) for name in wanted} <= set(names)


def _make(certificate_file: Path, key_file: Path, wanted: tuple[str, ...], now: dt.datetime) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AuthSim simulator")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in wanted]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(
        key_file,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _write(file: Path, content: bytes) -> None:
    """Write a new file of mode 0600 in place of `file`, never through a link."""
    file.unlink(missing_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {(error.strerror or 'refused').lower()}") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
