"""TLS certificates that a person trusted, each for one portal: the plain file of a phone that keeps them.

A simulator's certificate is signed by nobody. Trusting it is a person's decision, for one origin, never for all.
"""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from authsim.errors import MessageError
from authsim.protocol.activation_uri import require_origin
from authsim.protocol.encodings import parse_json_object
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.files import Folder, open_folder

if TYPE_CHECKING:
    from mobile_cli.calls import Calls

NAME: Final = "certificates.json"
MOST_BYTES: Final = 128 * 1024
MOST_FILE_BYTES: Final = 16 * 1024
_PEM: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n", re.ASCII
)


def require_certificate(file: bytes) -> str:
    """Return the PEM text of the one certificate in a file, and nothing else of it; a private key stays out."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        found = x509.load_pem_x509_certificates(file) if len(file) <= MOST_FILE_BYTES else []
    except ValueError:
        found = []
    if len(found) != 1:
        raise PhoneError(Exit.MALFORMED, "not_a_certificate")
    return found[0].public_bytes(Encoding.PEM).decode("ascii")


def certificate_fingerprint(certificate: str) -> str:
    """Return the SHA-256 of a certificate as `serve --tls` prints it: bytes in hex with colons."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    return x509.load_pem_x509_certificate(certificate.encode("ascii")).fingerprint(SHA256()).hex(":")


def find_certificate(path: str, origin: str, *, calls: "Calls") -> str | None:
    """Return the PEM text of the certificate that was trusted for this portal on the phone in `path`, if any."""
    try:
        with open_folder(path, calls=calls) as folder:
            return _read(folder).get(origin)
    except FileNotFoundError:
        return None


def keep_certificate(path: str, origin: str, certificate: str | None, *, calls: "Calls") -> None:
    """Trust this certificate for this portal in place of any other; None trusts none any more."""
    with open_folder(path, calls=calls) as folder, folder.locked():
        before = _read(folder)
        after = {name: text for name, text in before.items() if name != origin}
        if certificate is not None:
            after[origin] = certificate
        if after != before:
            folder.replace(NAME, format_certificates(after))


def _read(folder: Folder) -> dict[str, str]:
    file = folder.read(NAME, most_bytes=MOST_BYTES)
    try:
        return {} if file is None else parse_certificates(file)
    except MessageError as error:
        raise PhoneError(Exit.MALFORMED, "certificates_damaged", path=folder.path, rule=error) from None


def format_certificates(certificates: Mapping[str, str]) -> bytes:
    """Return the file: PEM texts by origin."""
    return json.dumps({"certificates": dict(certificates), "v": 1}, indent=1, sort_keys=True).encode() + b"\n"


def parse_certificates(file: bytes) -> dict[str, str]:
    """Return what the file says, or raise `MessageError`."""
    members = parse_json_object(file, most_bytes=MOST_BYTES)
    kept = members.get("certificates")
    if members.keys() != {"certificates", "v"} or members["v"] != 1 or type(kept) is not dict:
        raise MessageError("the file of trusted certificates has exactly its members")
    found = {
        require_origin(origin): text for origin, text in kept.items() if type(text) is str and _PEM.fullmatch(text)
    }
    if len(found) != len(kept):
        raise MessageError("a trusted certificate is a text in PEM form")
    return found
