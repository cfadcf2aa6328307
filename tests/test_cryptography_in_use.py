"""Which cryptography the product uses: an inventory by import, so that nothing joins it unseen."""

import re

from tests.support.tree import product_sources

#: Everything of `cryptography` that is imported, but for its exceptions.
OF_THE_LIBRARY = {
    "hazmat.primitives.asymmetric.ec",  # the key of the self-signed certificate
    "hazmat.primitives.asymmetric.ed25519.Ed25519PrivateKey",
    "hazmat.primitives.asymmetric.ed25519.Ed25519PublicKey",
    "hazmat.primitives.asymmetric.x25519.X25519PrivateKey",
    "hazmat.primitives.asymmetric.x25519.X25519PublicKey",
    "hazmat.primitives.ciphers.aead.AESGCM",
    "hazmat.primitives.hashes",
    "hazmat.primitives.hashes.SHA256",
    "hazmat.primitives.hmac.HMAC",
    "hazmat.primitives.kdf.argon2.Argon2id",
    "hazmat.primitives.kdf.hkdf.HKDF",
    "hazmat.primitives.serialization",
    "hazmat.primitives.serialization.Encoding",
    "x509",
    "x509.oid.ExtendedKeyUsageOID",
    "x509.oid.NameOID",
}
FOREIGN = {"Crypto", "Cryptodome", "OpenSSL", "nacl", "jwt", "jose", "rsa", "ecdsa", "bcrypt", "argon2", "passlib"}


def test_the_inventory() -> None:
    """One library, one cipher, one signature, one agreement, two derivations: and no other library beside it."""
    imports = {name for source in product_sources() for name in source.imports()}

    used = {name.removeprefix("cryptography.") for name in imports if name.startswith("cryptography.")}
    assert {name for name in used if not name.startswith("exceptions.")} == OF_THE_LIBRARY
    assert {name.partition(".")[0] for name in imports} & FOREIGN == set()


def test_no_weak_primitive_is_named() -> None:
    """No MD5, no ECB or CBC, no PKCS#1 padding; SHA-1 stands only where RFC 4226, 6238 and 6287 name their HMAC."""
    weak = re.compile(r"\bmd5\b|\bECB\b|\bCBC\b|PKCS1v15|TripleDES|ARC4|Blowfish", re.IGNORECASE)
    files = {source.path.as_posix(): source.text for source in product_sources()}

    assert [path for path, text in files.items() if weak.search(text)] == []
    sha1 = {path for path, text in files.items() if re.search(r"hashlib\.sha1|\bSHA1\b|[\"']sha1[\"']", text)}
    assert all(path.startswith("authsim/protocol/") for path in sha1), sha1
