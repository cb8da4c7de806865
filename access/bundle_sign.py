"""Signatures of bundles: Ed25519 (RFC 8032) over ``SHA256SUMS``, which names every other file by its hash.

Keys are PEM files as OpenSSL writes them (PKCS #8, SubjectPublicKeyInfo); a private key may be locked with a
passphrase. Who holds a key is for people to find out: compare its fingerprint over another way.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from access.errors import AccessError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "Ed25519"


def new_key(private: Path, public: Path, passphrase: str | None = None) -> str:
    """Write a new pair of keys and return the fingerprint of the public one.

    Raises
    ------
    AccessError
        If one of the files exists already (a key is never replaced) or cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    there = [str(path) for path in (private, public) if path.exists()]
    if there:
        raise AccessError(f"{', '.join(there)}: exists already and is not replaced; name another file")
    key = Ed25519PrivateKey.generate()
    lock: KeySerializationEncryption = NoEncryption()
    if passphrase:
        lock = BestAvailableEncryption(passphrase.encode("utf-8"))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    try:
        place = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(place, "wb") as file:
            file.write(secret)
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except OSError as error:
        raise AccessError(f"{private}: cannot be written ({error.strerror or error})") from None
    return fingerprint(key.public_key())


def signature_of(sums: bytes, private: Path, passphrase: str | None = None) -> bytes:
    """Sign the list of hashes; return the content of ``SHA256SUMS.sig``.

    Raises
    ------
    AccessError
        If the file holds no Ed25519 private key, or is locked and the passphrase does not open it.
    """
    key = _private_key(private, passphrase)
    content = {
        "algorithm": ALGORITHM,
        "of": "SHA256SUMS",
        "public_key": base64.b64encode(_raw(key.public_key())).decode(),
        "fingerprint": fingerprint(key.public_key()),
        "signature": base64.b64encode(key.sign(sums)).decode(),
    }
    return (json.dumps(content, indent=2) + "\n").encode("utf-8")


def fingerprint_of(private: Path, passphrase: str | None = None) -> str:
    """Return the fingerprint by which others know what a private key signs. Errors as ``signature_of``."""
    return fingerprint(_private_key(private, passphrase).public_key())


def _private_key(private: Path, passphrase: str | None) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        secret = None if passphrase is None else passphrase.encode("utf-8")
        key = load_pem_private_key(_read(private), secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise AccessError(f"{private}: {_why_no_key(error)}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise AccessError(
            f"{private}: holds another kind of key; {ALGORITHM} is needed (`fairreach evidence-key`)"
        )
    return key


def signer_of(sums: bytes, signature: bytes, public: Path | None = None) -> str:
    """Check a signature and return the fingerprint of the key that made it.

    Parameters
    ----------
    public : Path, optional
        Key that must have signed; without one the key in the signature itself is used, which proves only
        that nothing changed since somebody signed.

    Raises
    ------
    AccessError
        If the signature is damaged, is not of these hashes, or another key made it.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        content = json.loads(signature)
        if content["algorithm"] != ALGORITHM:
            raise AccessError(f"SHA256SUMS.sig: made with {content['algorithm']!r}; {ALGORITHM} is known")
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(content["public_key"], validate=True))
        signed = base64.b64decode(content["signature"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise AccessError(f"SHA256SUMS.sig: is damaged ({error}); ask for the bundle again") from None
    if public is not None:
        wanted = public_key(public)
        if _raw(wanted) != _raw(key):
            raise AccessError(
                f"SHA256SUMS.sig: signed by another key ({fingerprint(key)}) than {public} "
                f"({fingerprint(wanted)})"
            )
    try:
        key.verify(signed, sums)
    except InvalidSignature:
        raise AccessError(
            "SHA256SUMS.sig: does not fit SHA256SUMS; one of them was changed after signing"
        ) from None
    return fingerprint(key)


def public_key(path: Path) -> Ed25519PublicKey:
    """Read a public key.

    Raises
    ------
    AccessError
        If the file holds none of this kind.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        raise AccessError(f"{path}: holds no public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey):
        raise AccessError(f"{path}: holds another kind of key; {ALGORITHM} is needed")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the raw public key, in groups that can be read out."""
    digest = hashlib.sha256(_raw(key)).hexdigest()[:32]
    return " ".join(digest[place : place + 4] for place in range(0, 32, 4))


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes_raw()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AccessError(f"{path}: cannot be read ({error.strerror or error})") from None


def _why_no_key(error: Exception) -> str:
    if isinstance(error, TypeError):
        return "is locked, or a passphrase was given for a key that is not; see --passphrase-file"
    return f"holds no private key in PEM form, or the passphrase is wrong ({error})"
